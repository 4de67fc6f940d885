import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { askJson, unavailable, type AnswerLimits } from './answers';
import { badToken } from './challenge';
import { hash, readClaims, type TokenClaims } from './claims';

/** How tokens are introspected (RFC 7662). */
export interface IntrospectionSettings extends AnswerLimits {
  readonly url: string;
  /** The gateway's own credential at the authorisation server (HTTP Basic). */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** What the token must be of and for, where these are set. */
  readonly issuer?: string | undefined;
  readonly audience?: readonly string[] | undefined;
  readonly clockSkewMs: number;
  /** How long an answer is believed; never beyond the token's end. */
  readonly cacheMs: number;
  readonly patientClaim: string;
}

type Introspected = { readonly claims: TokenClaims } | { readonly why: string };

const SERVER = 'authorisation server';
/** Tokens whose introspection is remembered. */
const REMEMBERED = 10_000;

const ANSWER = z.looseObject({
  active: z.boolean(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
});
type Answer = z.output<typeof ANSWER>;

/**
 * Asks the authorisation server about tokens. Answers are kept under a hash of the token, a "no" as well, and one
 * token is asked about once however many requests bring it.
 *
 * @throws Problem `unauthenticated` for a token that is not active; `auth-unavailable` when the server fails,
 *   which is never taken for a "no"
 */
export function createIntrospector(
  settings: IntrospectionSettings,
): (token: string) => Promise<TokenClaims> {
  const known = new LRUCache<string, Introspected, string>({
    max: REMEMBERED,
    ttl: settings.cacheMs,
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { context: token, options }) => {
      const answer = await introspect(token, settings);
      options.ttl = lifeOf(answer, settings);
      return judge(answer, settings);
    },
  });
  return async (token) => {
    const found = await known.fetch(hash(token), { context: token });
    if (found === undefined) throw unavailable(SERVER, 'did not answer');
    if ('why' in found) throw badToken(found.why);
    return found.claims;
  };
}

/** How long an answer may be kept, in whole milliseconds; at least one, because none at all means for ever. */
function lifeOf({ exp }: Answer, { cacheMs, clockSkewMs }: IntrospectionSettings): number {
  const left = exp === undefined ? cacheMs : exp * 1000 + clockSkewMs - Date.now();
  return Math.max(1, Math.floor(Math.min(cacheMs, left)));
}

async function introspect(token: string, settings: IntrospectionSettings): Promise<Answer> {
  const init = {
    method: 'POST',
    headers: { Accept: 'application/json', ...credential(settings) },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
  };
  const { status, json } = await askJson(SERVER, settings.url, init, settings);
  const read = ANSWER.safeParse(json);
  if (status === 401 || status === 403) {
    throw unavailable(SERVER, 'refuses the gateway’s own credential for introspection');
  }
  if (status !== 200 || !read.success) throw unavailable(SERVER, 'answers no introspection');
  return read.data;
}

/** Name and secret are form-encoded before they are joined (RFC 6749 2.3.1), or a colon in them would split wrong. */
function credential({ clientId, clientSecret = '' }: IntrospectionSettings) {
  if (clientId === undefined) return {};
  const pair = [clientId, clientSecret].map(formEncode).join(':');
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** A server may call a token active that is for somebody else (RFC 7662 4): what it says is checked as a JWT is. */
function judge(answer: Answer, settings: IntrospectionSettings): Introspected {
  const why = objection(answer, settings);
  if (why !== undefined) return { why };
  const claims = readClaims(answer, settings.patientClaim);
  return claims === undefined ? { why: 'holds a claim of the wrong type' } : { claims };
}

function objection(answer: Answer, settings: IntrospectionSettings): string | undefined {
  const { active, iss, aud = [], exp, nbf } = answer;
  const { issuer, audience, clockSkewMs } = settings;
  const now = Date.now();
  if (!active) return 'is not active: it has expired, was revoked or is of another server';
  if (exp !== undefined && exp * 1000 + clockSkewMs <= now) return 'has expired';
  if (nbf !== undefined && nbf * 1000 - clockSkewMs > now) return 'is not valid yet';
  if (issuer !== undefined && iss !== undefined && iss !== issuer) return 'is of another issuer';
  const told = typeof aud === 'string' ? [aud] : aud;
  if (audience !== undefined && !told.some((one) => audience.includes(one))) {
    return 'is for another audience';
  }
  return undefined;
}
