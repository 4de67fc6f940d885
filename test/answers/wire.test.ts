import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { makeFolder, removeAll } from '../audit/opened';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';
import { exchange, type Raw } from '../security/wire';

/* Kept answers as they come off the socket. */

const STUDIES = Array.from({ length: 5 }, (_, at) => held(`1.2.${at + 1}`, {}, 4));
const TARGET = '/fhir/r4/ImagingStudy?_format=json';
const DECODED = {
  identity: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gunzipSync(bytes),
  br: (bytes: Buffer) => brotliDecompressSync(bytes),
};
const CODINGS = ['identity', 'gzip', 'br'] as const;

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(holding(STUDIES));
});
afterEach(async () => {
  await running.close();
  await archive.close();
  await removeAll();
});

const start = async (env: Readonly<Record<string, string>> = {}) => {
  running = await startGateway(archive.url, env);
};
const ask = (headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Raw> =>
  exchange(running.url, { method, target: TARGET, headers });
const warm = ({ headers }: Raw) =>
  (headers.get('server-timing') ?? '').includes('"1 hits, 0 misses');

describe.each(CODINGS)('an answer as %s', (coding) => {
  const accept = { 'Accept-Encoding': coding };

  test('says so, cold and warm, and is the same bytes when decoded', async () => {
    await start();
    const plain = await ask();
    const other = await startGateway(archive.url, { PUBLIC_BASE_URL: running.url });
    const cold = await exchange(other.url, { target: TARGET, headers: accept });
    await other.close();
    const hit = await ask(accept);
    expect([warm(plain), warm(cold), warm(hit)]).toEqual([false, false, true]);
    for (const { headers, body } of [cold, hit]) {
      expect(headers.get('content-encoding') ?? 'identity').toBe(coding);
      expect(headers.get('content-length')).toBe(String(body.length));
      expect(headers.get('vary')).toMatch(/Accept-Encoding/);
    }
    expect(DECODED[coding](hit.body).equals(plain.body)).toBe(true);
    const timeless = (bytes: Buffer) => bytes.toString().replace(/\d{4}-[\d-]+T[\d:.]+Z/g, 'now');
    expect(timeless(DECODED[coding](cold.body))).toBe(timeless(plain.body));
  });

  test('has the ETag of the others, and 304 for it without a byte', async () => {
    await start();
    const { headers } = await ask(accept);
    const tag = headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[\da-f]{16}\.json"$/);
    for (const other of CODINGS) {
      const known = { 'Accept-Encoding': other, 'If-None-Match': `"x", ${tag}` };
      const again = await ask({ ...known, 'Cache-Control': 'no-cache' });
      expect([again.status, again.body.length, again.headers.get('etag')]).toEqual([304, 0, tag]);
      expect(again.headers.has('content-type')).toBe(false);
      expect(again.headers.has('content-encoding')).toBe(false);
      expect(warm(again)).toBe(true);
    }
    expect((await ask({ ...accept, 'If-None-Match': tag.replace('W/', '') })).status).toBe(304);
    expect((await ask({ ...accept, 'If-None-Match': '*' })).status).toBe(304);
    expect((await ask({ ...accept, 'If-None-Match': 'W/"x.json"' })).status).toBe(200);
  });

  test('tells HEAD what GET would get', async () => {
    await start();
    const got = await ask(accept);
    const head = await ask(accept, 'HEAD');
    expect([head.status, head.body.length, warm(head)]).toEqual([200, 0, true]);
    for (const name of ['content-length', 'content-encoding', 'content-type', 'etag', 'vary']) {
      expect(head.headers.get(name)).toBe(got.headers.get(name));
    }
  });
});

test('an answer varies with the caller only where somebody authorises', async () => {
  await start();
  expect((await ask()).headers.get('vary')).not.toMatch(/Authorization/);
});

test('the audit is told of an answer out of memory as of one that was made', async () => {
  const file = path.join(makeFolder(), 'audit.ndjson');
  await start({ AUDIT_FILE: file });
  const [cold, hit] = [await ask(), await ask()];
  const known = await ask({ 'If-None-Match': hit.headers.get('etag') ?? '' });
  expect([warm(cold), warm(hit), known.status]).toEqual([false, true, 304]);
  const records = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const ids = [cold, hit, known].map(({ headers }) => headers.get('x-request-id') ?? 'none');
  const byRequest = ids.map((id) => records.filter((record) => record.includes(id)));
  expect(byRequest.map(({ length }) => length)).toEqual([1, 1, 1]);
  const timeless = byRequest.map(([record = ''], at) =>
    record.replaceAll(ids[at] ?? '', 'the request').replace(/"(id|recorded)":"[^"]+"/g, '"$1"'),
  );
  expect(new Set(timeless).size).toBe(1);
  expect(timeless[0]).toContain('1.2.5');
});

test('every answer out of memory has its line in the log', async () => {
  await start();
  for (let at = 0; at < 3; at += 1) await ask();
  await pause(20);
  const lines = running.log.filter((line) => line.includes('"route":"/ImagingStudy"'));
  expect(lines).toHaveLength(3);
  expect(lines[2]).toMatch(/"upstreamCalls":0/);
});
