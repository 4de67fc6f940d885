import axios from 'axios';
import { isRecord } from '../dicom/dataset';
import { Problem } from '../errors';

/** Client credentials at the authorisation server of the archive (RFC 6749 4.4). */
export interface OAuthSettings {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  /** How long before its end a token is renewed, in milliseconds. */
  readonly earlyMs: number;
  /** Deadline of the token endpoint's answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** A credential that somebody else replaces, while the gateway runs. */
export interface FixedCredential {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** The gateway's own credential at the archive; a fixed one, or tokens that end and are renewed. */
export interface CredentialSettings {
  /** Read at each call. */
  readonly fixed?: FixedCredential;
  readonly oauth?: OAuthSettings | undefined;
}

export interface Credential {
  /** Whether a refused credential can be replaced by another. */
  readonly renewable: boolean;
  /**
   * The Authorization header, or none.
   *
   * @param refused the value that the archive answered 401 to: another is fetched
   * @throws Problem `auth-unavailable` or `pacs-credentials-rejected` where no token can be had
   */
  header(refused?: string): Promise<string | undefined>;
}

interface Token {
  readonly header: string;
  /** By `performance.now()`. */
  readonly renewAt: number;
}

/** The longest answer of a token endpoint. */
const MOST_BYTES = 65_536;
/** Where a token endpoint does not tell how long its token lives (RFC 6749 5.1 only recommends it). */
const UNTOLD_LIFE_S = 300;

export function createCredential(settings: CredentialSettings): Credential {
  if (settings.oauth !== undefined) return createOAuth(settings.oauth);
  return { renewable: false, header: () => Promise.resolve(fixedHeader(settings.fixed ?? {})) };
}

function fixedHeader({ token, username, password }: FixedCredential): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

/** One token for all calls; those that need a new one at the same time wait for one request. */
function createOAuth(settings: OAuthSettings): Credential {
  let known: Token | undefined;
  let flight: Promise<Token> | undefined;
  const renew = () => {
    flight ??= requestToken(settings).finally(() => (flight = undefined));
    return flight;
  };
  return {
    renewable: true,
    async header(refused) {
      const usable = known !== undefined && performance.now() < known.renewAt;
      if (known === undefined || !usable || known.header === refused) known = await renew();
      return known.header;
    },
  };
}

async function requestToken(settings: OAuthSettings): Promise<Token> {
  const { clientId, clientSecret, scope, earlyMs } = settings;
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) });
  const asked = performance.now();
  const { status, data } = await post(
    settings,
    form,
    `${encode(clientId)}:${encode(clientSecret)}`,
  );
  const token = isRecord(data) ? data.access_token : undefined;
  if (status !== 200 || typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw refused(status);
  }
  const told = isRecord(data) ? Number(data.expires_in) : NaN;
  const life = (told > 0 ? told : UNTOLD_LIFE_S) * 1000;
  // A token that lives shorter than `earlyMs` is used for half its life, or each call would fetch one.
  return { header: `Bearer ${token}`, renewAt: asked + Math.max(life - earlyMs, life / 2) };
}

async function post(settings: OAuthSettings, form: URLSearchParams, pair: string) {
  try {
    return await axios.post<unknown>(settings.tokenUrl, form, {
      headers: { Accept: 'application/json', Authorization: `Basic ${btoa(pair)}` },
      proxy: false,
      maxRedirects: 0,
      maxContentLength: MOST_BYTES,
      signal: AbortSignal.timeout(settings.timeoutMs),
      validateStatus: () => true,
    });
  } catch (error) {
    const text = 'The authorisation server of the archive (PACS_OAUTH_TOKEN_URL) does not answer.';
    throw new Problem('auth-unavailable', text, { retryAfter: 5, cause: error });
  }
}

function refused(status: number): Problem {
  if (status >= 500) {
    const text = `The authorisation server of the archive answered with status ${status}.`;
    return new Problem('auth-unavailable', text, { retryAfter: 5 });
  }
  const advice = 'Check PACS_OAUTH_CLIENT_ID, PACS_OAUTH_CLIENT_SECRET and PACS_OAUTH_SCOPE.';
  const text = `The authorisation server gave this gateway no token for the archive (${status}). ${advice}`;
  return new Problem('pacs-credentials-rejected', text);
}

/** Id and secret are form-encoded before they become a name and a password (RFC 6749 2.3.1). */
function encode(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}
