import type { ServerResponse } from 'node:http';
import {
  held,
  holding,
  startFakeArchive,
  type FakeArchive,
  type Held,
  type Script,
} from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';

/** The study that these archives hold, its series and its first instance. */
export const STUDY = '1.2.3';
export const SERIES = `${STUDY}.1`;
export const INSTANCE = `/studies/${STUDY}/series/${SERIES}/instances/${SERIES}.1`;
export const BOUNDARY = 'a-boundary';
export const DICOM_PARTS = `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`;

/** A gateway in front of an archive that answers searches honestly and retrievals as a test has it. */
export interface Stand {
  readonly archive: FakeArchive;
  readonly gateway: Running;
  /** DICOMweb root of the gateway. */
  readonly base: string;
  /** What it does with retrievals from now on; a search path is not one. */
  retrieval: Script;
  /** Paths of the retrievals that reached the archive. */
  retrieved(): string[];
  close(): Promise<void>;
}

export async function startStand(
  env: Readonly<Record<string, string>> = {},
  studies: readonly Held[] = [held(STUDY)],
): Promise<Stand> {
  const archive = await startFakeArchive((seen, response) => {
    const isSearch =
      /\/(studies|series|instances)$/.test(seen.path) || !seen.path.startsWith('/studies');
    return isSearch ? holding(studies)(seen, response) : stand.retrieval(seen, response);
  });
  const gateway = await startGateway(archive.url, { PACS_DIALECT: 'generic', ...env });
  const stand: Stand = {
    archive,
    gateway,
    base: `${gateway.url}/dicom-web`,
    retrieval: () => ({ status: 404 }),
    retrieved: () =>
      archive.seen
        .map(({ path }) => path)
        .filter((path) => path.startsWith('/studies/') && !/\/(series|instances)$/.test(path)),
    async close() {
      await gateway.close();
      await archive.close();
    },
  };
  return stand;
}

/** A multipart body of DICOM parts. */
export function multipart(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
      part,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

/** Writes an answer by hand: head lines, then bytes exactly as given. */
export function byHand(response: ServerResponse, head: readonly string[], body: Buffer): void {
  response.socket?.write(
    `${['HTTP/1.1 200 OK', 'Connection: close', ...head].join('\r\n')}\r\n\r\n`,
  );
  response.socket?.write(body);
}

/** Keeps sending until the other end leaves, at its pace, and tells how much went out. */
export function pour(response: ServerResponse, total: number): { sent: number } {
  const told = { sent: 0 };
  const chunk = Buffer.alloc(65_536, 7);
  const more = () => {
    while (told.sent < total && !response.destroyed) {
      told.sent += chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    if (!response.destroyed) response.end();
  };
  more();
  return told;
}
