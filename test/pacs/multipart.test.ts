import fc from 'fast-check';
import { Readable } from 'node:stream';
import { readParts } from '../../src/pacs/multipart';

/* Multipart bodies, cut into chunks anywhere. */

const BOUNDARY = 'b-1';

function bodyOf(parts: readonly Uint8Array[], closing = `\r\n--${BOUNDARY}--`): Buffer {
  const written = parts.map((part, index) =>
    Buffer.concat([
      Buffer.from(`${index === 0 ? '' : '\r\n'}--${BOUNDARY}\r\n`),
      Buffer.from(`Content-Type: application/dicom\r\nX-Index:${index}\r\n\r\n`),
      part,
    ]),
  );
  return Buffer.concat([...written, Buffer.from(closing)]);
}

/** A body that comes in chunks of these sizes, again and again. */
function chunked(body: Buffer, sizes: readonly number[]): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(body.subarray(at, at + size));
    at += size;
  }
  return Readable.from(chunks, { objectMode: false });
}

async function partsOf(body: Readable): Promise<{ index: string | undefined; bytes: string }[]> {
  const found: { index: string | undefined; bytes: string }[] = [];
  for await (const part of readParts(body, BOUNDARY)) {
    const pieces: Buffer[] = [];
    for await (const piece of part.body as AsyncIterable<Buffer>) pieces.push(piece);
    expect(part.headers['content-type']).toBe('application/dicom');
    found.push({ index: part.headers['x-index'], bytes: Buffer.concat(pieces).toString('hex') });
  }
  return found;
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // What looks like a delimiter and is none.
  fc
    .constantFrom('\r\n--b-', '\r\n--b-2', '--b-1', '\r\n\r\n--', '\r')
    .map((text) => Buffer.from(text)),
);
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });

test('come apart into their parts, however they are cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 5 }), sizes, async (parts, cuts) => {
      const found = await partsOf(
        chunked(bodyOf(parts, parts.length === 0 ? `--${BOUNDARY}--` : undefined), cuts),
      );
      expect(found).toEqual(
        parts.map((part, index) => ({
          index: String(index),
          bytes: Buffer.from(part).toString('hex'),
        })),
      );
    }),
    { numRuns: 500 },
  );
});

test('that end anywhere before their closing boundary fail, and never end cleanly', async () => {
  const whole = bodyOf([Buffer.alloc(50, 1), Buffer.alloc(70, 2)]);
  for (let end = 0; end < whole.length - 1; end += 1) {
    await expect(partsOf(chunked(whole.subarray(0, end), [13]))).rejects.toThrow('not whole');
  }
});

test('with a preamble, padding behind the delimiter and an epilogue are read all the same', async () => {
  const text = `hello\r\n--${BOUNDARY} \t\r\nContent-Type: application/dicom\r\n\r\nabc\r\n--${BOUNDARY}--\r\nbye`;
  const [part] = await partsOf(chunked(Buffer.from(text), [7]));
  expect(part?.bytes).toBe(Buffer.from('abc').toString('hex'));
});

test('of parts of many megabytes are read through without being gathered', async () => {
  const part = Buffer.alloc(8_000_000, 7);
  const cuts = [65_536, 1, 16_384, 3, 65_535];
  for await (const { body } of readParts(chunked(bodyOf([part, part]), cuts), BOUNDARY)) {
    let bytes = 0;
    let largest = 0;
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    }
    expect(bytes).toBe(part.length);
    expect(largest).toBeLessThan(140_000);
  }
});

test('end the transfer when nobody wants the rest', async () => {
  const body = chunked(bodyOf([Buffer.alloc(500_000, 7)]), [1000]);
  for await (const part of readParts(body, BOUNDARY)) {
    part.body.destroy();
    break;
  }
  expect(body.destroyed).toBe(true);
});

test('whose headers never end are given up', async () => {
  const endless = `--${BOUNDARY}\r\nX: ${'x'.repeat(100_000)}`;
  await expect(partsOf(chunked(Buffer.from(endless), [1000]))).rejects.toThrow('not whole');
});
