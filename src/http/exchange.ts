import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { CallerGone, Problem } from '../errors';
import type { FhirRelease, Format, Resource } from '../fhir/releases';
import type { Call } from '../study/source';
import { minorVersion } from './negotiate';
import { createMeter, type ReadableMeter } from './timing';

/** A FHIR request that has been understood as far as every handler needs it. */
export interface FhirRequest {
  readonly release: FhirRelease;
  readonly format: Format;
  /** Base URL of the release's endpoint, as clients know it. */
  readonly baseUrl: string;
  /** Names and values of the query or the form, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** A named part of the path. */
  path(name: string): string;
  readonly handling: 'strict' | 'lenient';
  readonly call: Call;
}

/** What a handler gives back; how it is written is not its affair. */
export interface FhirAnswer {
  readonly resource: Resource;
  readonly kind: 'resource' | 'bundle';
  /** Changes when the content does; becomes the ETag. */
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type FhirHandler = (request: FhirRequest) => Promise<FhirAnswer>;

/** What is kept of a request for the log and for a failure's answer. */
export interface Exchange {
  readonly meter: ReadableMeter;
  readonly call: Call;
}

const exchanges = new WeakMap<Request, Exchange>();

/** Opens an exchange: its meter runs, and its signal fires when the client leaves before the answer is out. */
export const openExchange: RequestHandler = (request, response, next) => {
  const meter = createMeter();
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort(new CallerGone('the caller left'));
  });
  exchanges.set(request, { meter, call: { signal: controller.signal, meter } });
  next();
};

/** The exchange of a request. */
export function exchangeOf(request: Request): Exchange {
  const exchange = exchanges.get(request);
  if (exchange === undefined) throw new Error('no exchange was opened for this request');
  return exchange;
}

/** Writes an answer in the client's release and format, with what it cost; 304 when the client has it. */
export function sendFhir(
  request: Request,
  response: Response,
  { release, format }: { readonly release: FhirRelease; readonly format: Format },
  answer: FhirAnswer,
  status = 200,
): void {
  const body = format === 'json' ? JSON.stringify(answer.resource) : release.toXml(answer.resource);
  const tag = answer.version === undefined ? undefined : `W/"${answer.version}.${format}"`;
  response.status(status === 200 && hasAlready(request, tag) ? 304 : status);
  response.set({
    'Content-Type': contentType(release, format, answer.kind),
    'Cache-Control': status === 200 ? 'private, no-cache' : 'no-store',
    'Server-Timing': exchangeOf(request).meter.header(),
    ...(tag !== undefined && { ETag: tag }),
    ...answer.headers,
  });
  response.vary('Accept').vary('Prefer');
  response.send(Buffer.from(body));
}

/** With `fhirVersion` where the media type has that parameter: those of STU3 and later (R4 http.html). */
function contentType(release: FhirRelease, format: Format, kind: 'resource' | 'bundle'): string {
  const type = release.mediaType(format, kind);
  const version = type.startsWith('application/fhir+')
    ? `; fhirVersion=${minorVersion(release)}`
    : '';
  return `${type}; charset=utf-8${version}`;
}

/**
 * Whether the client has this version (RFC 9110 13.1.2). Express would not say so to a request with
 * `Cache-Control: no-cache`, which fetch() adds to every conditional request of a page or of Node.
 */
function hasAlready(request: Request, tag: string | undefined): boolean {
  const known = request.get('If-None-Match')?.split(',') ?? [];
  return tag !== undefined && known.some((each) => each.trim() === tag);
}

/** A version of some content: sixteen hexadecimal digits that change when it does. */
export function versionOf(content: unknown): string {
  return createHash('sha1').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

const PATH_TRICK = /%2f|%5c|%00|%0a|%0d|%25|%2e|\\|\/\/|\/\.{1,2}(\/|$)/i;

/**
 * Refuses targets that two parties may read as different paths: encoded slashes, dots and percent signs,
 * backslashes, dot segments (RFC 3986 6.2.2). Express would decode them into the id of a study.
 */
export const refusePathTricks: RequestHandler = (request, _response, next) => {
  const [path = ''] = request.originalUrl.split('?');
  if (!path.startsWith('/') || PATH_TRICK.test(path) || !decodes(path)) {
    const text = 'The path holds an encoded slash, a backslash, a dot segment or broken escapes.';
    throw new Problem('malformed-request', text);
  }
  next();
};

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
