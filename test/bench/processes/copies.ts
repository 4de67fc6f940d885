import type { OutgoingHttpHeaders } from 'node:http';

/*
 * The answers of another server, kept ready: BENCH_COPY is that server, BENCH_PATHS are the paths, separated by blanks.
 */

export interface Ready {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** Headers that `node:http` writes itself. */
const OWN = new Set(['connection', 'keep-alive', 'date', 'transfer-encoding']);

/** Asks for the answers once; by path and query. */
export async function copyAnswers(): Promise<ReadonlyMap<string, Ready>> {
  const { BENCH_COPY: origin = '', BENCH_PATHS: paths = '' } = process.env;
  const ready = new Map<string, Ready>();
  for (const each of paths.split(' ')) ready.set(each, await copy(origin + each));
  return ready;
}

async function copy(url: string): Promise<Ready> {
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'identity' } });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  const headers = Array.from(response.headers).filter(([name]) => !OWN.has(name));
  return {
    headers: Object.fromEntries(headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}
