import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './serving';

/*
 * The least that Node can do: a bare `node:http` server that sends the bytes and headers of another server's
 * answers out of memory. BENCH_COPY is that server, BENCH_PATHS are the paths, separated by blanks.
 */

interface Kept {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** Headers that `node:http` writes itself. */
const OWN = new Set(['connection', 'keep-alive', 'date', 'transfer-encoding']);

async function main(): Promise<void> {
  const { BENCH_COPY: origin = '', BENCH_PATHS: paths = '' } = process.env;
  const kept = new Map<string, Kept>();
  for (const each of paths.split(' ')) kept.set(each, await copy(origin + each));
  const server = createServer((request, response) => {
    const answer = kept.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200, answer.headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1', () => {
    serve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

async function copy(url: string): Promise<Kept> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  const headers = Array.from(response.headers).filter(([name]) => !OWN.has(name));
  return {
    headers: Object.fromEntries(headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

void main();
