import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { boundedFetch, unavailable, type AnswerLimits } from './answers';
import { badToken } from './challenge';
import { hash, readClaims, type TokenClaims } from './claims';
import type { Discovery } from './discovery';

/** How JWT access tokens (RFC 9068) are checked. */
export interface JwtSettings extends AnswerLimits {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly algorithms: readonly string[];
  /** Values that the header's `typ` may have; `absent` for tokens without. */
  readonly tokenTypes: readonly string[];
  readonly clockSkewMs: number;
  /** Where the issuer's keys are; unset: where it says. */
  readonly jwksUrl?: string | undefined;
  /** How long keys are believed. */
  readonly jwksCacheMs: number;
  /** How soon after keys were read a token with an unknown one may have them read again. */
  readonly jwksCooldownMs: number;
  /** How long a token that was found good is believed to be; never beyond its end. 0: it is checked every time. */
  readonly cacheMs: number;
  readonly patientClaim: string;
  /** Hears that the issuer's keys were read. */
  readonly onKeysRead?: (() => void) | undefined;
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** A token that was found good, until a time of the wall clock in milliseconds. */
interface Good {
  readonly claims: TokenClaims;
  readonly until: number;
}

/** Tokens that are remembered. */
const REMEMBERED = 10_000;

/**
 * Checks JWTs, and remembers those that are good under a hash: checking a signature takes as long as sending a page
 * of studies. A bad one is never remembered, because the key that it takes may be published meanwhile.
 *
 * @throws Problem `unauthenticated` for a token that is no good, `auth-unavailable` when the keys cannot be had
 */
export function createJwtVerifier(
  settings: JwtSettings,
  discover: Discovery,
): (token: string) => Promise<TokenClaims> {
  const { cacheMs } = settings;
  const known = new LRUCache<string, Good>({ max: REMEMBERED, ttl: Math.max(1, cacheMs) });
  // What was good with the keys of before may be signed with one that is withdrawn.
  let reads = 0;
  const check = createJwtCheck(settings, discover, () => {
    reads += 1;
    known.clear();
    settings.onKeysRead?.();
  });
  if (cacheMs === 0) return async (token) => (await check(token)).claims;
  return async (token) => {
    const key = hash(token);
    const before = known.get(key);
    // By the wall clock as well: a clock that is set does not give an ended token another life.
    if (before !== undefined && before.until > Date.now()) return before.claims;
    const readsBefore = reads;
    const good = await check(token);
    if (reads === readsBefore) known.set(key, good);
    return good.claims;
  };
}

/**
 * Checks JWTs against the keys that the issuer publishes. A key that is not known yet has the set read again, so
 * that the issuer may rotate its keys.
 *
 * @param onRead told before a set of keys counts
 */
function createJwtCheck(
  settings: JwtSettings,
  discover: Discovery,
  onRead: () => void,
): (token: string) => Promise<Good> {
  const keysOf = createKeySets(settings, discover, onRead);
  const options: JWTVerifyOptions = {
    issuer: settings.issuer,
    audience: [...settings.audience],
    algorithms: [...settings.algorithms],
    clockTolerance: settings.clockSkewMs / 1000,
    requiredClaims: ['exp'],
  };
  return async (token) => {
    const { payload, protectedHeader } = await verify(token, await keysOf(), options);
    if (!settings.tokenTypes.some((type) => isType(protectedHeader.typ, type))) {
      throw badToken('is a JWT of another type than an access token');
    }
    const claims = readClaims(payload, settings.patientClaim);
    if (claims === undefined) throw badToken('holds a claim of the wrong type');
    return { claims, until: (payload.exp ?? 0) * 1000 + settings.clockSkewMs };
  };
}

/** Media types without `application/` in any case (RFC 7515 4.1.9). */
function isType(actual: string | undefined, wanted: string): boolean {
  const plain = (actual ?? 'absent').toLowerCase().replace(/^application\//, '');
  return plain === wanted.toLowerCase();
}

/** The issuer's keys: one set as long as the issuer keeps them at one place. */
function createKeySets(
  settings: JwtSettings,
  discover: Discovery,
  onRead: () => void,
): () => Promise<KeySet> {
  let current: { readonly url: string; readonly keys: KeySet } | undefined;
  return async () => {
    const url = settings.jwksUrl ?? (await discover()).jwks_uri;
    if (url === undefined)
      throw unavailable('authorisation server', 'does not say where its keys are');
    if (current?.url !== url) current = { url, keys: createKeySet(url, settings, onRead) };
    return current.keys;
  };
}

function createKeySet(url: string, settings: JwtSettings, onRead: () => void): KeySet {
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: settings.timeoutMs,
    cooldownDuration: settings.jwksCooldownMs,
    cacheMaxAge: settings.jwksCacheMs,
    [customFetch]: async (target, { headers, method, redirect }) => {
      const answer = await boundedFetch(target, { headers, method, redirect }, settings);
      if (answer.ok) onRead();
      return answer;
    },
  });
}

async function verify(token: string, keys: KeySet, options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw toProblem(error);
    return verifyWithEach(token, error, options);
  }
}

/** Keys that have no id: each is tried. */
async function verifyWithEach(
  token: string,
  candidates: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
) {
  for await (const key of candidates) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw toProblem(error);
    }
  }
  throw badToken(REASONS.ERR_JWS_SIGNATURE_VERIFICATION_FAILED);
}

const REASONS = {
  ERR_JWT_EXPIRED: 'has expired',
  ERR_JWT_INVALID: 'is no JWT',
  ERR_JWS_INVALID: 'is no signed JWT',
  ERR_JOSE_NOT_SUPPORTED: 'uses something of JWT that is not supported',
  ERR_JOSE_ALG_NOT_ALLOWED: 'is signed by an algorithm that is not allowed',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'has a wrong signature',
  ERR_JWKS_NO_MATCHING_KEY: 'is signed with a key that its issuer does not publish',
} as const;

const CLAIM_REASONS: Readonly<Record<string, string>> = {
  iss: 'is of another issuer',
  aud: 'is for another audience',
  nbf: 'is not valid yet',
  exp: 'does not say when it expires',
};

/** What is wrong with the token; whatever else went wrong, the token may be good. */
function toProblem(error: unknown) {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return badToken(CLAIM_REASONS[error.claim] ?? 'holds a claim of the wrong type', error);
  }
  const code = error instanceof errors.JOSEError ? error.code : '';
  const reason = new Map<string, string>(Object.entries(REASONS)).get(code);
  if (reason !== undefined) return badToken(reason, error);
  return unavailable('authorisation server', 'did not give its keys', error);
}
