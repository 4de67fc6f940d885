import { Readable } from 'node:stream';
import type { Resource } from '../../fhir/releases';
import { write, type View } from '../exchange';
import type { Bytes } from './native';

/** Stands for the data while the resource around it is written. */
const DATA = '(data)';

/** What of a Binary is there before its data. */
export type BinaryOf = (data: string) => Resource;

/**
 * A Binary as a FHIR resource, its content as base64 as it comes: no image is in memory as a whole.
 *
 * @param binaryOf the resource with its data
 */
export function resourceBytes(binaryOf: BinaryOf, { length, body }: Bytes, view: View): Bytes {
  const [head = '', tail = ''] = write(binaryOf(DATA), view).split(DATA);
  const resource = Readable.from(wrap(head, body, tail), { objectMode: false });
  resource.once('close', () => body.destroy());
  if (length === undefined) return { body: resource };
  const around = Buffer.byteLength(head) + Buffer.byteLength(tail);
  return { length: around + Math.ceil(length / 3) * 4, body: resource };
}

/** The head goes with the first of the data: until then a failure of the archive can be told. */
async function* wrap(head: string, body: Readable, tail: string): AsyncGenerator<string> {
  let before = head;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    yield before + bytes.toString('base64', 0, whole);
    before = '';
  }
  yield before + rest.toString('base64') + tail;
}
