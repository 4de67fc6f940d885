import { Readable } from 'node:stream';
import { Problem } from '../../errors';
import type { Bytes } from './native';

/** Types that may end with a zero byte of their own. */
const MAY_END_WITH_ZERO = ['model/stl', 'application/octet-stream'];

/**
 * A document without the byte that fills its value up to an even length (PS3.5 7.1.1): in XML it is an error.
 *
 * @param stored the value as it is in the DICOM file
 * @param told Encapsulated Document Length (0042,0015), believed where it can be true; old files lack it
 */
export function unpadded(stored: Bytes, told: number | undefined, contentType: string): Bytes {
  const { length: available } = stored;
  if (told !== undefined && told > 0 && isPossible(told, available)) {
    return streamed({ length: told, body: stored.body }, cut(stored.body, told));
  }
  if (MAY_END_WITH_ZERO.includes(contentType)) return stored;
  return streamed({ body: stored.body }, withoutLastZero(stored.body));
}

function isPossible(told: number, available: number | undefined): boolean {
  return available === undefined || told === available || told === available - 1;
}

function streamed(bytes: Bytes, chunks: AsyncIterable<Buffer>): Bytes {
  const body = Readable.from(chunks, { objectMode: false });
  body.once('close', () => bytes.body.destroy());
  return { ...bytes, body };
}

/**
 * The first `length` bytes of a body that has as many, or one more. The last of them are kept back until it has
 * ended well: a client that was told the length would take them for the end of a whole document.
 */
async function* cut(body: Readable, length: number): AsyncGenerator<Buffer> {
  let received = 0;
  let held: Buffer | undefined;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const wanted = chunk.subarray(0, Math.max(0, length - received));
    received += chunk.length;
    if (received > length + 1) throw anotherLength();
    if (wanted.length === 0) continue;
    if (held !== undefined) yield held;
    held = wanted;
  }
  if (received < length) throw anotherLength();
  if (held !== undefined) yield held;
}

async function* withoutLastZero(body: Readable): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (chunk.length === 0) continue;
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held.at(-1) === 0 ? held.subarray(0, -1) : held;
}

function anotherLength(): Problem {
  const text = 'The archive sent a document that is not as long as its data set says.';
  return new Problem('pacs-broken-answer', text);
}
