import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What a good token says, out of a JWT or of an introspection. */
export interface TokenClaims {
  readonly issuer?: string;
  readonly subject?: string;
  /** The client as the authorisation server knows it. */
  readonly client?: string;
  /** Scopes, separated by blanks. */
  readonly scope: string;
  /** The patient in context, as the token names one: an id, perhaps with `Patient/` before it. */
  readonly patient?: string;
}

const texts = z.union([z.string(), z.array(z.string()).transform((all) => all.join(' '))]);

/**
 * Members of RFC 9068 and RFC 7662, and what servers write in place of them: `scp` for the scopes (a list, Azure
 * and Okta), `azp` or `cid` for the client.
 */
const CLAIMS = z.looseObject({
  iss: z.string().optional(),
  sub: z.string().optional(),
  client_id: z.string().optional(),
  azp: z.string().optional(),
  cid: z.string().optional(),
  scope: texts.optional(),
  scp: texts.optional(),
});

/**
 * Reads the claims of a token that has been found good.
 *
 * @param patientClaim the claim that names the patient, `patient` in SMART
 * @returns undefined when a claim is not of its type
 */
export function readClaims(json: unknown, patientClaim: string): TokenClaims | undefined {
  const read = CLAIMS.safeParse(json);
  if (!read.success) return undefined;
  const { iss, sub, client_id, azp, cid, scope, scp, ...others } = read.data;
  const client = client_id ?? azp ?? cid;
  const patient = Object.hasOwn(others, patientClaim) ? others[patientClaim] : undefined;
  if (patient !== undefined && typeof patient !== 'string') return undefined;
  return {
    scope: scope ?? scp ?? '',
    ...(iss !== undefined && { issuer: iss }),
    ...(sub !== undefined && { subject: sub }),
    ...(client !== undefined && { client }),
    ...(patient !== undefined && patient !== '' && { patient }),
  };
}

/**
 * What is the same for every request of a caller, whichever of its tokens it brings: a hash over the client, the
 * person and the patient in context. A token that names neither client nor person stands for itself.
 */
export function callerKey(claims: TokenClaims, token: string): string {
  const { issuer = '', client = '', subject = '', patient = '' } = claims;
  const named = client !== '' || subject !== '';
  return hash(JSON.stringify(named ? [issuer, client, subject, patient] : [token]));
}

/** A hash to know something again by, without keeping it: 43 characters of base64url. */
export function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
