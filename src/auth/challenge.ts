import { Problem } from '../errors';

const REALM = 'DICOMweb FHIR gateway';

type BearerError = 'invalid_token' | 'insufficient_scope';

/**
 * The challenge of a WWW-Authenticate header (RFC 6750 3).
 *
 * @param error absent where the request had no token at all (RFC 6750 3.1)
 * @param description what is wrong, without quotation marks or backslashes
 */
export function challenge(error?: BearerError, description?: string, scope?: string): string {
  const members = { realm: REALM, error, error_description: description, scope };
  const told = Object.entries(members).filter(([, value]) => value !== undefined);
  return `Bearer ${told.map(([name, value]) => `${name}="${value ?? ''}"`).join(', ')}`;
}

/** A request without a token, where nobody is let in without. */
export function missingToken(): Problem {
  const text = 'There is no access token. Send one as Authorization: Bearer <token>.';
  return new Problem('unauthenticated', text, { challenge: challenge() });
}

/**
 * A token that does not let its bearer in.
 *
 * @param why what is wrong with it, going on from "The access token"; none of its content
 */
export function badToken(why: string, cause?: unknown): Problem {
  return new Problem('unauthenticated', `The access token ${why}.`, {
    challenge: challenge('invalid_token', `the access token ${why}`),
    ...(cause !== undefined && { cause }),
  });
}
