import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { Problem } from '../errors';

/**
 * Lets requests pass that bear a token which only operators have (RFC 6750).
 *
 * @param setting names the token in the answer to those who do not
 * @param realm tells it from the tokens of callers
 */
export function requireToken(token: string, setting: string, realm: string): RequestHandler {
  return (request, _response, next) => {
    if (isToken(request, token)) {
      next();
      return;
    }
    const text = `This takes the token of ${setting}: Authorization: Bearer …`;
    throw new Problem('unauthenticated', text, { challenge: `Bearer realm="${realm}"` });
  };
}

/** Compares digests: neither the time it takes nor the length of the token tells how much of it is right. */
function isToken(request: Request, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
