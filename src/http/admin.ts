import express, { type Request, type RequestHandler } from 'express';
import { Problem } from '../errors';
import { refuseMethod } from './refuseMethod';
import { requireToken } from './token';

/** What operators may have done. */
export interface Administration {
  /**
   * Has all replicas forget what is remembered of these studies, or all there is.
   * @returns whether all of them were reached
   */
  invalidate(change: { studies: readonly string[] } | { all: true }): Promise<boolean>;
}

/** Bytes of a request at most: some thousand UIDs. */
const MAX_BODY_BYTES = 262_144;
/** Form of a UID (PS3.5 9.1), illegal ones of real archives included. */
const UID = /^[\d.]{1,128}$/;

/**
 * `POST /admin/cache/invalidate`, for archives that do not tell of changes themselves.
 *
 * @param token bearer token that opens it (RFC 6750), asked at each request; where there is none, nothing is here
 */
export function adminRoutes(
  token: () => string | undefined,
  administration: Administration,
): RequestHandler {
  const router = express.Router({ caseSensitive: true });
  const body = express.json({ limit: MAX_BODY_BYTES, inflate: false });
  router
    .route('/cache/invalidate')
    .all(requireToken(token, 'ADMIN_TOKEN', 'admin'))
    .post(body, async (request, response) => {
      const reached = await administration.invalidate(readChange(request));
      // 202: what Redis could not be told it is told as soon as it answers.
      response.status(reached ? 200 : 202).json({ allReplicas: reached });
    })
    .all(refuseMethod('POST'));
  return router;
}

/** @throws Problem `invalid-value` for a body that names neither studies nor all */
function readChange({ body }: Request): { studies: readonly string[] } | { all: true } {
  const { all, studies } = { ...(body as object | undefined) } as Record<string, unknown>;
  if (all === true && studies === undefined) return { all };
  if (all === undefined && Array.isArray(studies) && studies.length > 0 && studies.every(isUid)) {
    return { studies };
  }
  const text =
    'The body must be JSON that names Study Instance UIDs, for example {"studies":["1.2.3"]}, or {"all":true}.';
  throw new Problem('invalid-value', text);
}

function isUid(value: unknown): value is string {
  return typeof value === 'string' && UID.test(value);
}
