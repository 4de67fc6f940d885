import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Request, RequestHandler, Response } from 'express';
import type { Access } from '../auth/access';
import { CallerGone, Problem } from '../errors';
import { layOutXml } from '../fhir/layout';
import type { FhirRelease, Format, ReleaseName, Resource } from '../fhir/releases';
import type { Call, Meter } from '../study/source';
import { beginTurn } from '../study/turns';
import type { Disclosed } from './disclosure';
import { jsonPieces, writeJson } from './json';
import { minorVersion } from './negotiate';
import { createMeter, type ReadableMeter } from './timing';
import { traceOf } from './traceContext';

/** How an answer is written. */
export interface View {
  readonly release: FhirRelease;
  readonly format: Format;
  /** Laid out for people. */
  readonly pretty: boolean;
}

/** What the words of a request say: its release, its format, and what it asks. */
export interface Wording extends View {
  /** Base URL of the release's endpoint, as clients know it. */
  readonly baseUrl: string;
  /** Names and values of the query or the form, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly handling: 'strict' | 'lenient';
  /** All of this and the path below the base: the same for requests that mean the same. */
  readonly question: string;
}

/** A FHIR request that has been understood as far as every handler needs it. */
export interface FhirRequest extends Wording {
  /** A named part of the path. */
  path(name: string): string;
  /** When it came: what a client may ask for next time as having changed since. */
  readonly received: Date;
  readonly call: Call;
  /**
   * What the caller may see; asked by every handler that shows something of the archive.
   * @throws Problem `unauthenticated` or `forbidden`
   */
  access(): Promise<Access>;
}

/** What a handler gives back; how it is written is not its affair. */
export interface FhirAnswer {
  readonly resource: Resource;
  readonly kind: 'resource' | 'bundle';
  /** Changes when the content does; becomes the ETag. */
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What of the archive it shows, and to whom; absent where it shows nothing of it. */
  readonly disclosed?: Disclosed;
  /** Whether nothing is wrong with it, nor missing; only then may it be sent again. */
  readonly whole?: boolean;
}

export type FhirHandler = (request: FhirRequest) => FhirAnswer | Promise<FhirAnswer>;

/** What is kept of a request for the log and for a failure's answer. */
export interface Exchange {
  readonly meter: ReadableMeter;
  readonly call: Call;
  /** The release that was negotiated, as soon as it was. */
  release?: ReleaseName;
}

const exchanges = new WeakMap<Request, Exchange>();

/**
 * Opens an exchange: its meter runs, and its signal fires when the client leaves before the answer is out.
 *
 * @param tally hears what all answers cost
 */
export function openExchange(tally?: Meter): RequestHandler {
  return (request, response, next) => {
    const meter = createMeter(tally);
    let controller: AbortController | undefined;
    let origin: Call['origin'];
    const call: Call = {
      // An answer that is sent as it was kept asks nobody and needs neither.
      get signal() {
        controller ??= openSignal(response);
        return controller.signal;
      },
      meter,
      get origin() {
        origin ??= originOf(request, response);
        return origin;
      },
    };
    exchanges.set(request, { meter, call });
    next();
  };
}

function openSignal(response: Response): AbortController {
  const controller = new AbortController();
  // A page waits for hundreds of calls, each of which ends when its caller leaves.
  setMaxListeners(0, controller.signal);
  const leave = () => {
    if (!response.writableFinished) controller.abort(new CallerGone('the caller left'));
  };
  if (response.closed) leave();
  else response.on('close', leave);
  return controller;
}

function originOf(request: Request, response: Response): NonNullable<Call['origin']> {
  return {
    requestId: response.get('X-Request-Id') ?? '',
    trace: traceOf(request.get('traceparent'), request.get('tracestate')),
  };
}

/** The exchange of a request. */
export function exchangeOf(request: Request): Exchange {
  const exchange = exchanges.get(request);
  if (exchange === undefined) throw new Error('no exchange was opened for this request');
  return exchange;
}

/** A resource in the client's release and format, as {@link write} has it; plain JSON is written in turns. */
export async function writeInTurns(resource: Resource, view: View): Promise<string> {
  const plain = view.format === 'json' && !view.pretty;
  return plain ? writeJson(resource) : write(resource, view);
}

/** A resource in the client's release and format. */
export function write(resource: Resource, { release, format, pretty }: View): string {
  if (format === 'json') return JSON.stringify(resource, null, pretty ? 2 : 0);
  const xml = release.toXml(resource);
  return pretty ? layOutXml(xml) : xml;
}

/** With `fhirVersion` where the media type has that parameter: those of STU3 and later (R4 http.html). */
export function contentType(
  release: FhirRelease,
  format: Format,
  kind: 'resource' | 'bundle',
): string {
  const type = release.mediaType(format, kind);
  const version = type.startsWith('application/fhir+')
    ? `; fhirVersion=${minorVersion(release)}`
    : '';
  return `${type}; charset=utf-8${version}`;
}

/**
 * A version of some content: sixteen hexadecimal digits that change when it does. When it last changed is no part of
 * it: where the archive does not tell, each replica has seen the same study first at another time.
 */
export async function versionOf(content: unknown): Promise<string> {
  // As text: a function that is asked of every member of a page takes longer than all the rest of writing it. Within
  // a JSON string every quote is escaped, so that nothing but a member looks like one.
  const hash = createHash('sha1');
  const turn = beginTurn();
  for (const piece of jsonPieces(content)) {
    hash.update(piece.replace(LAST_UPDATED, ''));
    await turn.over();
  }
  return hash.digest('hex').slice(0, 16);
}

const LAST_UPDATED = /"lastUpdated":"[^"]*",?/g;

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
