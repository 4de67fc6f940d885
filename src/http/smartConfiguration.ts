import { Router, type RequestHandler } from 'express';
import type { SmartConfiguration } from '../auth/smart';
import { Problem } from '../errors';

/** Where the document stands below a FHIR base (SMART App Launch 2.2, "Conformance"). */
const SMART_PATH = '/.well-known/smart-configuration';

/**
 * Routes of the SMART configuration, below each FHIR base.
 *
 * @param bases paths of the FHIR bases, for example `/fhir` and `/fhir/r4`
 * @param read makes the document; undefined where nobody needs a token, and then there is none
 */
export function smartConfigurationRoutes(
  bases: readonly string[],
  read: () => Promise<SmartConfiguration | undefined>,
): Router {
  const router = Router({ caseSensitive: true });
  router.get(
    bases.map((base) => `${base}${SMART_PATH}`),
    smartConfigurationHandler(read),
  );
  return router;
}

/** Always JSON, whatever the client accepts: the document is not FHIR. */
function smartConfigurationHandler(
  read: () => Promise<SmartConfiguration | undefined>,
): RequestHandler {
  return async (_request, response) => {
    const document = await read();
    if (document === undefined) {
      const text = 'Nobody needs a token here, so that there is no SMART configuration.';
      throw new Problem('not-found', text);
    }
    response.set('Cache-Control', 'public, max-age=60');
    response.type('application/json').send(JSON.stringify(document));
  };
}
