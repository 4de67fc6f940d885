import type { Request } from 'express';
import { Problem } from '../errors';
import type { ReleaseWish } from './negotiate';

/*
 * What a request asks with: its query and its posted form.
 */

type Parameters = readonly (readonly [name: string, value: string])[];

/** Read once a request: release, format and layout are among them as well as the question. */
const known = new WeakMap<Request, Parameters>();

/** Names and values of the query and of a posted form, in order; Express's own parser loses the order. */
export function readParameters(request: Request): Parameters {
  const before = known.get(request);
  if (before !== undefined) return before;
  const [, query = ''] = request.originalUrl.split(/\?(.*)/s);
  const posted = request.method === 'POST' ? readForm(request) : '';
  const read = [...new URLSearchParams(query), ...new URLSearchParams(posted)];
  known.set(request, read);
  return read;
}

/** What a request says about the release and the format that it wants. */
export function wishOf(request: Request): ReleaseWish {
  return {
    format: readParameters(request).find(([name]) => name === '_format')?.[1],
    accept: request.get('Accept'),
    contentType: request.get('Content-Type'),
  };
}

/** Whether the answer is to be laid out for people (`_pretty`, R4 http.html "General parameters"). */
export function wantsPretty(request: Request): boolean {
  return readParameters(request).some(([name, value]) => name === '_pretty' && value === 'true');
}

function readForm(request: Request): string {
  if (typeof request.body === 'string') return request.body;
  if (request.get('Content-Length') === '0' || request.get('Content-Type') === undefined) return '';
  const text =
    'A posted search is application/x-www-form-urlencoded, for example subject=LAB.P1&modality=CT.';
  throw new Problem('unsupported-media-type', text);
}
