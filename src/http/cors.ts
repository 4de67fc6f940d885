import cors from 'cors';
import type { RequestHandler } from 'express';

const EXPOSED = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Location',
  'Content-Range',
  'ETag',
  'Location',
  'Retry-After',
  'Server-Timing',
  'WWW-Authenticate',
  'Warning',
  'X-Request-Id',
];

/**
 * CORS on every answer, failures included: without it a page sees no error but CORS's own.
 *
 * A plain OPTIONS goes on to the routes, where FHIR has it ask for the conformance statement.
 *
 * @param origins allowed origins at each request; `*` for all, `:*` in place of a port for any port
 */
export function allowOrigins(origins: () => readonly string[]): RequestHandler[] {
  let known = patternsOf(origins());
  const isAllowed = (origin: string | undefined) => {
    if (known.of !== origins()) known = patternsOf(origins());
    return known.all || (origin !== undefined && known.patterns.some((each) => each.test(origin)));
  };
  const answer = cors({
    origin: (origin, done) => {
      done(null, isAllowed(origin));
    },
    methods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    allowedHeaders: [
      'Accept',
      'Authorization',
      'Content-Type',
      'If-Modified-Since',
      'If-None-Match',
      'If-Range',
      'Prefer',
      'Range',
      'X-Request-Id',
      'traceparent',
      'tracestate',
    ],
    exposedHeaders: EXPOSED,
    maxAge: 600,
    preflightContinue: true,
  });
  const endPreflight: RequestHandler = (request, response, next) => {
    const asks = request.get('Access-Control-Request-Method') !== undefined;
    if (request.method === 'OPTIONS' && asks) response.status(204).end();
    else next();
  };
  return [answer, endPreflight];
}

function patternsOf(origins: readonly string[]) {
  return { of: origins, all: origins.includes('*'), patterns: origins.map(toPattern) };
}

function toPattern(origin: string): RegExp {
  const escaped = origin.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\\\*$/, '(:\\d{1,5})?');
  return new RegExp(`^${escaped}$`, 'i');
}
