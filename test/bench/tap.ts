import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

/** A call that the gateway made, as it was on the wire. */
export interface RecordedCall {
  readonly kind: CallKind;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Kinds of calls in the order in which a page needs them. */
export const CALL_KINDS = ['study queries', 'own API', 'instance queries', 'metadata'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

/** A listener between the gateway and the archive. */
export interface Tap {
  /** What PACS_URL must be for its calls to pass here. */
  readonly url: string;
  /** The calls since this was asked last. */
  drain(): readonly RecordedCall[];
  close(): void;
}

/**
 * Listens between the gateway and the archive, to learn which calls an answer took. It is there while calls
 * are recorded and never while times are taken.
 */
export async function openTap(archive: URL): Promise<Tap> {
  let calls: RecordedCall[] = [];
  const server = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      calls.push({ kind: kindOf(archive, url), method, path: url, headers, body });
      const { request: send } = archive.protocol === 'https:' ? https : http;
      send(
        new URL(url, archive),
        { method, headers: { ...headers, host: archive.host } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      )
        .on('error', () => response.destroy())
        .end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${archive.pathname}`,
    drain() {
      const drained = calls;
      calls = [];
      return drained;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function kindOf(archive: URL, url: string): CallKind {
  const [path = ''] = url.split('?');
  if (!path.startsWith(archive.pathname)) return 'own API';
  if (path.endsWith('/metadata')) return 'metadata';
  return path.endsWith('/studies') ? 'study queries' : 'instance queries';
}
