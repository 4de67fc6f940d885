import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { held, holding, type Answer, type Held, type Script } from '../gateway/fakeArchive';

/*
 * An archive that is nothing but a socket: what it writes need not be HTTP. It answers honestly until a fault is
 * set, and the fault decides byte by byte.
 */

/** A request as far as a fault looks at it. */
export interface Asked {
  readonly method: string;
  /** Path below the DICOMweb root. */
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly socket: Socket;
}

/** Answers a request by hand; `'honest'`: not this one. */
export type Fault = (asked: Asked) => unknown;

export interface FaultArchive {
  readonly url: string;
  readonly port: number;
  /** Studies that it holds; what is pushed here is there from now on. */
  readonly studies: Held[];
  /** What was asked; an archive that runs for long empties it. */
  readonly asked: Asked[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  fault: Fault | undefined;
  close(): Promise<void>;
}

const ROOT = '/dicom-web';

/** @param tls with a certificate: speaks TLS; @param port 0 takes a free one */
export async function startFaultArchive(tls?: TlsOptions, port = 0): Promise<FaultArchive> {
  const sockets = new Set<Socket>();
  const asked: Asked[] = [];
  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const one = read(text.slice(0, end), socket);
        text = text.slice(end + 4);
        asked.push(one);
        if (archive.fault === undefined || archive.fault(one) === 'honest') honest(one, archive);
      }
    });
  };
  const server: Server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const taken = (server.address() as AddressInfo).port;
  const scheme = tls === undefined ? 'http' : 'https';
  const archive: FaultArchive = {
    url: `${scheme}://127.0.0.1:${taken}${ROOT}`,
    port: taken,
    studies: [held('1.2.3')],
    asked,
    sockets,
    fault: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return archive;
}

function read(head: string, socket: Socket): Asked {
  const [line = '', ...lines] = head.split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const [path = '', rawQuery = ''] = target.split(/\?(.*)/s);
  const headers = new Map(
    lines.map((each): [string, string] => {
      const [name = '', value = ''] = each.split(/: ?(.*)/s);
      return [name.toLowerCase(), value];
    }),
  );
  return { method, path: path.replace(ROOT, ''), rawQuery, headers, socket };
}

function honest({ method, path, rawQuery, socket }: Asked, { studies }: FaultArchive): void {
  const script: Script = holding(studies);
  const query = new URLSearchParams(rawQuery);
  const answer = script({ method, path, rawQuery, query, headers: {} }, {} as never) as Answer;
  const { status = 200, headers = {}, body = '' } = answer;
  respond(socket, body, { status, headers });
}

/** Writes a whole answer. */
export function respond(
  socket: Socket,
  body: string | Buffer,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  const all = {
    'Content-Type': 'application/dicom+json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`);
  socket.write(body);
}

/** Whether a request is the study search of a client, not the probe's or that of ownership. */
export function isStudySearch({ path, rawQuery }: Asked): boolean {
  return path === '/studies' && !/(^|&)limit=1(&|$)/.test(rawQuery);
}

/** A fault of study searches alone. */
export function onSearch(fault: Fault): Fault {
  return (asked) => (isStudySearch(asked) ? fault(asked) : 'honest');
}

/** A fault of retrievals alone. */
export function onRetrieval(fault: Fault): Fault {
  return (asked) =>
    /^\/studies\/.*\/instances\/[^/]+$/.test(asked.path) ? fault(asked) : 'honest';
}
