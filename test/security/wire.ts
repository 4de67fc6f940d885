import { connect } from 'node:net';

/** A request as it is written to the socket: nothing tidies its target up. */
export interface Sent {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form. */
  readonly body?: string;
}

/** An answer as it came off the socket. */
export interface Raw {
  readonly status: number;
  readonly head: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** How long the other end may be silent; an answer that never ends is a failure. */
const SILENCE_MS = 10_000;
const FORM = 'application/x-www-form-urlencoded';

/** Sends one request on a connection of its own and reads until the other end closes. */
export function exchange(url: string, sent: Sent): Promise<Raw> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(written(sent), 'latin1'));
    const chunks: Buffer[] = [];
    socket.setTimeout(SILENCE_MS, () => {
      socket.destroy();
      reject(new Error(`no whole answer to ${sent.method ?? 'GET'} ${sent.target}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => resolve(read(Buffer.concat(chunks))));
  });
}

/** The text of a request. */
export function written({ method = 'GET', target, headers = {}, body }: Sent): string {
  const form = body === undefined ? {} : { 'Content-Type': FORM, 'Content-Length': body.length };
  const all = { Host: 'localhost', Connection: 'close', ...form, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

function read(bytes: Buffer): Raw {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, Math.max(0, end)).toString('latin1');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const [name = '', value = ''] = line.split(/: ?(.*)/s);
      return [name.toLowerCase(), value];
    }),
  );
  const body = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked';
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
  return { status, head, headers, body: chunked ? dechunked(body) : body };
}

/** The content of a chunked body, as far as it came (RFC 9112 7.1). */
function dechunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, line).toString('latin1'), 16);
    if (line < 0 || !(size > 0)) break;
    chunks.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
