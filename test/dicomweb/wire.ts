import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

/** An answer over a plain socket, as far as it came. */
export interface Wire {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Whether it ended as an answer should; false: it broke. */
  readonly whole: boolean;
}

/** Gets a URL and takes note of how the answer ended; fetch() would only throw. */
export function get(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, method, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      const settle = () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
          whole: incoming.complete,
        });
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', () => undefined).on('close', settle);
    });
    outgoing.on('error', reject).end();
  });
}

/** Sends a request line as it stands, and reads the status; a client library would tidy the path up. */
export function rawStatus(url: string, target: string, version = '1.1'): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${target} HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    });
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])));
  });
}
