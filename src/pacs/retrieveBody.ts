import { setImmediate } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { CallerGone, Problem } from '../errors';
import type { Opened } from './retrieveTransport';

/** Room for the closing delimiter of a multipart body and what may follow it (RFC 2046 5.1.1). */
const TAIL_BYTES = 512;

/**
 * The body of an answer, which ends only when all of it came, and fails in every other case: cut, stalled, longer
 * than announced, or multipart without its closing boundary.
 *
 * The last chunk is kept back until the end is known to be good. A client that was told a length would otherwise
 * have all of it, and nothing could be made to look broken any more.
 *
 * @param opened an answer with status 200 or 206
 * @param idleMs the longest silence; time in which the client does not read is none
 */
export function wholeBody(opened: Opened, idleMs: number): Readable {
  const body = Readable.from(checked(opened, idleMs), { objectMode: false });
  // A generator that waits for the archive cannot be ended from outside; the archive's stream can.
  body.once('close', () => opened.body.destroy());
  return body;
}

async function* checked(opened: Opened, idleMs: number): AsyncGenerator<Buffer> {
  const { body } = opened;
  const boundary = closingDelimiter(opened);
  const silence = watchSilence(body, idleMs);
  let held: Buffer | undefined;
  let tail = Buffer.alloc(0);
  try {
    silence.begin();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      silence.end();
      if (held !== undefined) yield held;
      held = chunk;
      if (boundary !== undefined) tail = lastBytes(tail, chunk);
      silence.begin();
    }
    await refuseOverrun(opened);
  } catch (error) {
    throw asProblem(error);
  } finally {
    silence.end();
  }
  if (boundary !== undefined && !tail.includes(boundary)) {
    throw broken('It has no closing boundary.');
  }
  if (held !== undefined) yield held;
}

/**
 * A body of exactly so many bytes: one that was announced with a length must not end with another. Its last chunk is
 * kept back as {@link wholeBody} does.
 */
export function exactly(body: Readable, length: number): Readable {
  const counted = Readable.from(count(body, length), { objectMode: false });
  counted.once('close', () => body.destroy());
  return counted;
}

async function* count(body: Readable, length: number): AsyncGenerator<Buffer> {
  let received = 0;
  let held: Buffer | undefined;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > length) break;
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (received !== length) throw broken('A part of it is not as long as announced.');
  if (held !== undefined) yield held;
}

/** Destroys a stream that says nothing for too long while it is listened to. */
function watchSilence(body: Readable, idleMs: number): { begin(): void; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin() {
      timer = setTimeout(() => {
        body.destroy(
          new Problem('pacs-timeout', 'The archive stopped in the middle of a transfer.'),
        );
      }, idleMs);
    },
    end: () => clearTimeout(timer),
  };
}

/** What comes behind the end of an answer comes with its last bytes, and is reported a turn later. */
async function refuseOverrun({ overran }: Opened): Promise<void> {
  await setImmediate();
  if (overran()) throw broken('It is longer than announced.');
}

/** The closing delimiter of a multipart answer; of a range of one nobody can tell whether it is in it. */
function closingDelimiter(opened: Opened): string | undefined {
  const boundary = boundaryOf(opened.header('content-type'));
  return opened.status === 200 && boundary !== undefined ? `--${boundary}--` : undefined;
}

/** The boundary of a multipart media type, quoted or not (RFC 2046 5.1.1). */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^\s*multipart\//i.test(contentType ?? '')) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? '') ?? [];
  return quoted ?? plain;
}

function lastBytes(tail: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
}

function asProblem(error: unknown): Error {
  if (error instanceof Problem || error instanceof CallerGone) return error;
  return broken('It was cut.', error);
}

function broken(what: string, cause?: unknown): Problem {
  const text = `The archive's answer is not whole. ${what}`;
  return new Problem('pacs-broken-answer', text, cause === undefined ? {} : { cause });
}
