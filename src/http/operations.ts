import express, { type RequestHandler } from 'express';
import { refuseMethod } from './refuseMethod';
import { requireToken } from './token';

/** What operators may read. */
export interface Operations {
  /** The metrics in the text format of Prometheus. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** How the gateway and what it depends on are, as JSON. */
  status(): Promise<object>;
}

/**
 * `GET /metrics` and `GET /status`, for those who have the token.
 *
 * No address opens them, and no port of their own: behind a proxy on the same machine every request comes from
 * loopback. Who has no token is told of `/health` only: when the archive is weak, how much is asked and which product
 * it is are of use to nobody else.
 *
 * @param token bearer token that opens them
 */
export function operationsRoutes(token: string, operations: Operations): RequestHandler {
  const router = express.Router({ caseSensitive: true });
  const guard = requireToken(() => token, 'METRICS_TOKEN', 'operations');
  router
    .route('/metrics')
    .all(guard)
    .get(async (_request, response) => {
      const { contentType, text } = await operations.metrics();
      response.set({ 'Content-Type': contentType, 'Cache-Control': 'no-store' });
      response.send(Buffer.from(text));
    })
    .all(refuseMethod('GET, HEAD'));
  router
    .route('/status')
    .all(guard)
    .get(async (_request, response) => {
      response.set('Cache-Control', 'no-store').json(await operations.status());
    })
    .all(refuseMethod('GET, HEAD'));
  return router;
}
