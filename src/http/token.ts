import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { Problem } from '../errors';

/**
 * Lets requests pass that bear a token which only operators have (RFC 6750).
 *
 * @param token asked at each request, as it may change; where there is none, nothing of the router is here
 * @param setting names the token in the answer to those who do not
 * @param realm tells it from the tokens of callers
 */
export function requireToken(
  token: () => string | undefined,
  setting: string,
  realm: string,
): RequestHandler {
  return (request, _response, next) => {
    const wanted = token();
    if (wanted === undefined) {
      next('router');
      return;
    }
    if (isToken(request, wanted)) {
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
