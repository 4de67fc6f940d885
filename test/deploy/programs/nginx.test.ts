import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import { freePort } from '../../../src/listen';
import { startDemo, type Demo } from '../../gateway/demo';
import { bundleOf } from '../../gateway/running';
import { endProgram, startProgram } from '../../programs';
import { until } from '../../until';
import { DEPLOY, newFolder, run } from './running';

/* deploy/nginx.conf in a real nginx, in front of the real gateway: TLS, the prefix, streams, headers, what is logged. */

const NAME = 'fhir.example.org';
const UID_OF_NOBODY = '2.25.1';

let folder: string;
let gateway: Demo;
let nginx: ChildProcess;
let port: number;
let base: string;

jest.setTimeout(60_000);

beforeAll(async () => {
  folder = newFolder();
  port = await freePort('127.0.0.1');
  base = `https://${NAME}:${port}/imaging`;
  gateway = await startDemo({ PUBLIC_BASE_URL: base });
  const key = [
    '-keyout',
    path.join(folder, 'privkey.pem'),
    '-out',
    path.join(folder, 'fullchain.pem'),
  ];
  run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${NAME}`, ...key]);
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(file, await configuration());
  expect(run('nginx', ['-t', '-e', 'stderr', '-c', file]).err).toContain('test is successful');
  nginx = startProgram('nginx', ['-e', path.join(folder, 'start.log'), '-c', file]);
  await until(
    async () => (await get('/imaging/health/live').catch(() => undefined))?.status === 200,
  );
});
afterAll(async () => {
  await endProgram(nginx, 'SIGTERM');
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The file as it is shipped, but for places and ports. */
async function configuration(): Promise<string> {
  const plain = await freePort('127.0.0.1');
  const shipped = readFileSync(path.join(DEPLOY, 'nginx.conf'), 'utf8');
  return shipped
    .replaceAll('/etc/nginx/tls', folder)
    .replaceAll('/var/log/nginx', folder)
    .replace('/run/nginx.pid', path.join(folder, 'nginx.pid'))
    .replace('listen 80;', `listen 127.0.0.1:${plain};`)
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('server 127.0.0.1:8080;', `server ${new URL(gateway.url).host};`)
    .replace('worker_processes auto;', 'worker_processes 1; daemon off;');
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

function get(target: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: target, headers: { Host: NAME, ...headers } };
    request({ ...options, rejectUnauthorized: false, servername: NAME }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status, headers: got } = response;
        resolve({ status, headers: got, body: Buffer.concat(chunks) });
      });
    })
      .on('error', reject)
      .end();
  });
}

const below = (url: string) => url.slice(base.length - '/imaging'.length);

test('a search, its next page and a picture are had by the links that the gateway gives', async () => {
  const first = await get('/imaging/fhir/dstu1/ImagingStudy?modality=CT&_count=1');
  const answer = { status: first.status ?? 0, headers: new Headers(), text: first.body.toString() };
  const bundle = bundleOf(answer);
  const next = bundle.link.find(({ rel }) => rel === 'next')?.href ?? '';
  expect(next.startsWith(`${base}/fhir/dstu1/`)).toBe(true);
  expect((await get(below(next))).status).toBe(200);
  const url = String(bundle.entry[0]?.content.url);
  expect(url.startsWith(`${base}/dicom-web/studies/`)).toBe(true);
  const picture = await get(`${below(url)}/rendered`, { Accept: 'image/jpeg' });
  expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/jpeg']);
});

test('a path reaches the gateway to the letter, encoded as the client wrote it', async () => {
  const { status, body } = await get('/imaging/fhir/dstu1/ImagingStudy/1%2F2');
  const direct = await gateway.get('ImagingStudy/1%2F2');
  expect([status, JSON.parse(body.toString())]).toEqual([direct.status, JSON.parse(direct.text)]);
});

test('a study of megabytes passes to its last byte', async () => {
  const bundle = bundleOf(await gateway.get('ImagingStudy?modality=CT&_count=1'));
  const url = below(String(bundle.entry[0]?.content.url));
  const { status, body } = await get(url, {
    Accept: 'multipart/related; type="application/dicom"',
  });
  expect(status).toBe(200);
  expect(body.length).toBeGreaterThan(1_000_000);
  expect(body.subarray(-4).toString()).toBe('--\r\n');
});

test('a long token passes', async () => {
  const token = randomBytes(4500).toString('base64url');
  const { status } = await get('/imaging/fhir/metadata', { Authorization: `Bearer ${token}` });
  expect(status).toBe(200);
});

const RANDOM_IDS = [
  'f685226b-e5ac-475f-9b54-271f7586b73c',
  '0123456789abcdef',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
];

test.each(RANDOM_IDS)('the request id %s of the caller is kept', async (id) => {
  const { headers } = await get('/imaging/fhir/metadata', { 'X-Request-Id': id });
  expect(headers['x-request-id']).toBe(id);
});

test.each(['', 'Adams', '4711471147114711', UID_OF_NOBODY])(
  'in place of the request id "%s" there is a new one, the same in the log and in the answer',
  async (id) => {
    const { headers } = await get(
      '/imaging/fhir/metadata',
      id === '' ? {} : { 'X-Request-Id': id },
    );
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    const log = () => readFileSync(path.join(folder, 'access.log'), 'utf8');
    await until(() => log().includes(String(headers['x-request-id'])));
    if (id !== '') expect(log()).not.toContain(` ${id}\n`);
  },
);

test('what is outside the prefix, or only looks like it, is not there', async () => {
  for (const target of ['/', '/fhir/metadata', '/imagingx', '/%69maging/fhir/metadata']) {
    expect([target, (await get(target)).status]).toEqual([target, 404]);
  }
  expect((await get('/imaging')).status).toBe(308);
});

test('the log has no path, no query and no identifier', async () => {
  await get(`/imaging/fhir/dstu1/ImagingStudy/${UID_OF_NOBODY}?_format=json`);
  await get('/imaging/fhir/dstu1/ImagingStudy?subject.name=Adams');
  await until(() => readFileSync(path.join(folder, 'access.log'), 'utf8').includes(' 404 '));
  const log = ['access.log', 'error.log'].map((name) =>
    readFileSync(path.join(folder, name), 'utf8'),
  );
  expect(log.join('')).not.toMatch(/imaging|fhir|Adams|2\.25/i);
});
