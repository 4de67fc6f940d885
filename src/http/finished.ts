import type { Request, Response } from 'express';
import { codingFor, createBody, type Body } from './coding';
import type { Disclosed } from './disclosure';
import { contentType, exchangeOf, writeInTurns, type FhirAnswer, type View } from './exchange';

/** An answer as it goes over the wire, in one release and format; it can be sent again and again. */
export interface Finished {
  readonly contentType: string;
  /** ETag; weak, because it stands for the content and not for the bytes of one coding. */
  readonly tag?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly disclosed?: Disclosed;
}

/**
 * Writes an answer down.
 *
 * @param grown told when a coding of its body was made
 */
export async function finish(
  answer: FhirAnswer,
  view: View,
  grown: () => void = () => undefined,
): Promise<Finished> {
  const { version, disclosed } = answer;
  return {
    contentType: contentType(view.release, view.format, answer.kind),
    ...(version !== undefined && { tag: `W/"${version}.${view.format}"` }),
    headers: answer.headers ?? {},
    body: createBody(Buffer.from(await writeInTurns(answer.resource, view)), grown),
    ...(disclosed !== undefined && { disclosed }),
  };
}

/** What of a request chooses among answers; a cache between may not give one to another. */
const VARY = 'Accept, Prefer, Accept-Encoding';

/**
 * Sends an answer with what it cost, in the coding that the client likes best; 304 when the client has it.
 *
 * @param varies headers that choose among answers beside those of every request
 */
export async function send(
  request: Request,
  response: Response,
  { contentType: type, tag, headers, body }: Finished,
  varies: readonly string[],
): Promise<void> {
  const { meter } = exchangeOf(request);
  const has = hasAlready(request, tag);
  const coding = has
    ? 'identity'
    : codingFor(request.headers['accept-encoding'], body.identity.length);
  const bytes = coding === 'identity' ? body.identity : await body.in(coding);
  response.writeHead(has ? 304 : 200, {
    'Cache-Control': 'private, no-cache',
    'Server-Timing': meter.header(),
    ...meter.ageHeaders(),
    Vary: [response.getHeader('Vary'), VARY, ...varies].flatMap((each) => each ?? []).join(', '),
    ...(tag !== undefined && { ETag: tag }),
    ...headers,
    ...(!has && { 'Content-Type': type, 'Content-Length': bytes.length }),
    ...(coding !== 'identity' && { 'Content-Encoding': coding }),
  });
  if (has || request.method === 'HEAD') response.end();
  else response.end(bytes);
}

/**
 * Whether the client has this version (RFC 9110 13.1.2; the comparison is weak). Express would not say so to a request
 * with `Cache-Control: no-cache`, which fetch() adds to every conditional request of a page or of Node.
 */
function hasAlready(request: Request, tag: string | undefined): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined || tag === undefined) return false;
  const opaque = (each: string) => each.trim().replace(/^W\//, '');
  return known.trim() === '*' || known.split(',').map(opaque).includes(opaque(tag));
}
