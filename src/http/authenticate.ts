import type { Request } from 'express';
import type { Access } from '../auth/access';
import { badToken } from '../auth/challenge';
import { exchangeOf } from './exchange';

/** Tells who makes a request and what they may see; asked again, it answers the same. */
export type Authenticator = (request: Request) => Promise<Access>;

/** What decides about a token: see `Auth` of auth/auth. */
export interface TokenCheck {
  authenticate(token: string | undefined, remote: string): Promise<Access>;
  openCapability(capability: string, token: string | undefined, remote: string): Promise<Access>;
}

/** The bearer token's form (RFC 6750 2.1). */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * Authenticates requests by their Authorization header. A token in the query or in a form (RFC 6750 2.2, 2.3) is
 * never read: URLs are logged and passed on, tokens are not to be.
 *
 * @returns what to ask about a request; a rejected token is rejected with a challenge for WWW-Authenticate
 */
export function createAuthenticator(check: TokenCheck): Authenticator {
  const known = new WeakMap<Request, Promise<Access>>();
  return (request) => {
    const before = known.get(request);
    if (before !== undefined) return before;
    const access = authenticate(check, request);
    known.set(request, access);
    return access;
  };
}

async function authenticate(check: TokenCheck, request: Request): Promise<Access> {
  return told(request, await check.authenticate(tokenOf(request), remoteOf(request)));
}

/** Whoever does not see every study is not told what an answer cost. */
function told(request: Request, access: Access): Access {
  if (access.clauses.length > 0) exchangeOf(request).meter.hush();
  return access;
}

/** The capability in the path of a request below `/dicom-web/~{capability}`. */
export function capabilityIn(request: Request): string {
  return request.baseUrl.slice(request.baseUrl.lastIndexOf('~') + 1);
}

/**
 * Who makes a request below a capability URL, and what of its study they may see.
 *
 * @param capability the text after the `~` in the path
 */
export async function authenticateCapability(
  check: TokenCheck,
  request: Request,
  capability: string,
): Promise<Access> {
  return told(request, await check.openCapability(capability, tokenOf(request), remoteOf(request)));
}

/**
 * @throws Problem `unauthenticated` for an Authorization header that holds no bearer token: to take it for none
 *   would let a mistake look like a missing login
 */
function tokenOf(request: Request): string | undefined {
  const header = request.get('Authorization');
  if (header === undefined) return undefined;
  const [, token] = BEARER.exec(header) ?? [];
  if (token === undefined) throw badToken('is not in the form Authorization: Bearer <token>');
  return token;
}

/** The peer of the connection, never a header: anybody can write X-Forwarded-For. */
function remoteOf(request: Request): string {
  return request.socket.remoteAddress ?? '';
}
