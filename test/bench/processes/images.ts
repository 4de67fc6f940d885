import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { refused } from '../../../src/demo/answer';
import { encodeFile } from '../../../src/demo/encode';
import { hold, type InstanceEntry } from '../../../src/demo/holdings';
import { dataSetOf } from '../../../src/demo/instance';
import { route } from '../../../src/demo/routes';
import { generateStudies } from '../../../src/demo/studies';
import { serve } from './serving';

/*
 * An archive of large images: a study of many CT slices, and one of a single long multi-frame. Its searches are the
 * demo archive's. Its files are made of a head, kept, and pixels that all of them share, so that sending costs it next
 * to nothing and what is measured is what stands before it.
 */

const ROOT = '/dicom-web';
const BOUNDARY = 'bench-part';
const COLUMNS = 512;
/** Rows of a slice: fewer where the bench only shows that it works. */
const ROWS = Number(process.env.BENCH_ROWS ?? COLUMNS);
/** Pixels of 16 bits. */
const FRAME = Buffer.alloc(ROWS * COLUMNS * 2, 1);
const FRAMES = 128;
const SLICES = 2000;
const SERIES = 10;
/** An archive reads its files piece by piece. */
const PIECE = 65_536;

/** An instance: its path, the bytes of its file up to the pixels, and how often the frame follows. */
interface Image {
  readonly path: string;
  readonly head: Buffer;
  readonly frames: number;
}

const PIXELS = {
  Rows: ROWS,
  Columns: COLUMNS,
  BitsAllocated: 16,
  BitsStored: 16,
  HighBit: 15,
};

function main(): void {
  const slices = generateStudies(1, SLICES, { seriesPerStudy: SERIES });
  const holdings = hold([...slices, ...generateStudies(2, 1).slice(1)]);
  const images = holdings.studies.flatMap(({ series }) => {
    const entries = series.flatMap(({ instances }) => instances);
    return entries.map((entry) => imageOf(entry, entries.length === 1 ? FRAMES : 1));
  });
  let sent = 0;
  const server = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const below = path.slice(ROOT.length);
    const found = images.filter((one) => one.path === below || one.path.startsWith(`${below}/`));
    if (found.length > 0 && below !== '/studies' && !/\/(series|instances)$/.test(below)) {
      void sendFiles(found, response, (bytes) => (sent += bytes));
      return;
    }
    const [, ...segments] = below.split('/');
    const { accept } = request.headers;
    const answer = answered(() => route(holdings, { root: url() + ROOT, segments, query, accept }));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, '127.0.0.1', () => serve(url() + ROOT, () => sent));
}

function answered(work: () => ReturnType<typeof route>) {
  try {
    return work();
  } catch {
    return refused(404, 'not here');
  }
}

/** A file is written with no pixels; their length, which is its last field, is put in then (PS3.5 7.1.2). */
function imageOf(entry: InstanceEntry, frames: number): Image {
  const many = frames > 1 ? { NumberOfFrames: frames } : {};
  const bulk = { tag: '7FE00010', vr: 'OW', bytes: () => Buffer.alloc(0) } as const;
  const head = encodeFile({ ...dataSetOf(entry), ...PIXELS, ...many }, bulk);
  head.writeUInt32LE(FRAME.length * frames, head.length - 4);
  return { path: entry.path, head, frames };
}

async function sendFiles(
  images: readonly Image[],
  response: ServerResponse,
  count: (bytes: number) => void,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
  });
  const body = Readable.from(bytesOf(images, count), { objectMode: false, highWaterMark: PIECE });
  // Whoever leaves before the end is not missed.
  await pipeline(body, response).catch(() => undefined);
}

function* bytesOf(images: readonly Image[], count: (bytes: number) => void): Generator<Buffer> {
  for (const { head, frames } of images) {
    const length = head.length + FRAME.length * frames;
    const lines = [`--${BOUNDARY}`, 'Content-Type: application/dicom', `Content-Length: ${length}`];
    yield counted(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), head]), count);
    for (let frame = 0; frame < frames; frame += 1) {
      for (let at = 0; at < FRAME.length; at += PIECE) {
        yield counted(FRAME.subarray(at, at + PIECE), count);
      }
    }
    yield counted(Buffer.from('\r\n'), count);
  }
  yield counted(Buffer.from(`--${BOUNDARY}--\r\n`), count);
}

function counted(bytes: Buffer, count: (bytes: number) => void): Buffer {
  count(bytes.length);
  return bytes;
}

main();
