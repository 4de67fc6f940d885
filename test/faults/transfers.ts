import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { get } from '../dicomweb/wire';
import { until } from '../until';
import { onRetrieval, respond, type Asked } from './faultArchive';
import type { Row, Stand } from './rows';

/* Faults of a transfer (WADO-RS), and clients that fail one. */

const IMAGE = '/dicom-web/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
const MEGABYTE = Buffer.alloc(2 ** 20, 7);
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/dicom\r\n';

/** Asks for an image and says how its transfer ended. */
async function fetchImage({ gateway }: Stand): Promise<string> {
  const { status, whole, body } = await get(gateway.url + IMAGE, {
    Accept: 'application/dicom',
  }).catch(() => ({ status: 0, whole: false, body: Buffer.alloc(0) }));
  if (status !== 200)
    return `${status} ${/pacs-[a-z-]+|not-found/.exec(body.toString())?.[0] ?? ''}`;
  return whole ? '200, whole' : '200, then broken';
}

function transferRow(row: Omit<Row, 'run' | 'cached'>, fault: (asked: Asked) => void): Row {
  return {
    ...row,
    cached: 'not asked',
    run(stand) {
      stand.archive.fault = onRetrieval(fault);
      return fetchImage(stand);
    },
  };
}

/** Sends bytes for ever, at the reader's pace; tells when the other end has left. */
function pour({ socket }: Asked, bytes: number): { sent: number } {
  const told = { sent: 0 };
  socket.write(`${HEAD}Content-Length: ${bytes}\r\n\r\n`);
  const more = () => {
    while (told.sent < bytes && !socket.destroyed) {
      told.sent += MEGABYTE.length;
      if (!socket.write(MEGABYTE)) return void socket.once('drain', more);
    }
  };
  more();
  return told;
}

/** Clients that take some bytes and then no more. */
function stall(url: string, count: number) {
  return Array.from({ length: count }, () => {
    const outgoing = request(
      url,
      { headers: { Accept: 'application/dicom' }, agent: false },
      (incoming) => {
        incoming.once('data', () => incoming.pause());
      },
    );
    return outgoing.on('error', () => undefined).end();
  });
}

export const TRANSFERS: readonly Row[] = [
  transferRow(
    {
      id: 'F6',
      fault: 'transfer that drips and then stops',
      answer: '200, then broken',
      withinMs: 2500,
    },
    ({ socket }) => {
      socket.write(`${HEAD}Content-Length: 10000\r\n\r\n`);
      let left = 5;
      const timer = setInterval(() => (left-- > 0 ? socket.write('x') : clearInterval(timer)), 200);
      socket.on('close', () => clearInterval(timer));
    },
  ),
  transferRow(
    {
      id: 'F26',
      fault: 'transfer reset in the middle',
      answer: '200, then broken',
      withinMs: 1000,
    },
    ({ socket }) => {
      socket.write(`${HEAD}Content-Length: 3000000\r\n\r\n`);
      socket.write(MEGABYTE, () => setTimeout(() => socket.resetAndDestroy(), 30));
    },
  ),
  transferRow(
    { id: 'F3w', fault: 'transfer that never begins', answer: '504 pacs-timeout', withinMs: 1500 },
    () => undefined,
  ),
  transferRow(
    {
      id: 'F14w',
      fault: 'login page instead of an image',
      answer: '502 pacs-html-answer',
      withinMs: 1000,
    },
    ({ socket }) =>
      respond(socket, '<!DOCTYPE html>', { headers: { 'Content-Type': 'text/html' } }),
  ),
  {
    id: 'F28',
    fault: 'client leaves after a megabyte of a gigabyte',
    answer: 'the archive’s transfer ends within a second',
    withinMs: 2000,
    cached: 'not asked',
    async run(stand) {
      let socket: Asked['socket'] | undefined;
      stand.archive.fault = onRetrieval((asked) => {
        ({ socket } = asked);
        pour(asked, 2 ** 30);
      });
      let got = 0;
      const outgoing = request(
        stand.gateway.url + IMAGE,
        { headers: { Accept: 'application/dicom' } },
        (incoming) => {
          incoming
            .on('data', (chunk: Buffer) => (got += chunk.length))
            .on('error', () => undefined);
        },
      );
      outgoing.on('error', () => undefined).end();
      await until(() => got > 2 ** 20);
      outgoing.destroy();
      await until(() => socket?.destroyed === true, 1000);
      return 'the archive’s transfer ends within a second';
    },
  },
  {
    id: 'F29',
    fault: '50 clients that do not read, a gigabyte each',
    answer: 'the archive is held back',
    withinMs: 8000,
    withinMb: 100,
    cached: 'not asked',
    env: { PACS_STREAMS: '50' },
    async run(stand) {
      const all: { sent: number }[] = [];
      stand.archive.fault = onRetrieval((asked) => void all.push(pour(asked, 2 ** 30)));
      const clients = stall(stand.gateway.url + IMAGE, 50);
      await until(() => all.length === 50, 5000);
      await pause(500);
      const most = Math.max(...all.map(({ sent }) => sent));
      for (const client of clients) client.destroy();
      return most < 32 * 2 ** 20 ? 'the archive is held back' : `${most} bytes were taken`;
    },
  },
];
