import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { MAX_LOGGED, startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import { demoStudies, generateStudies } from '../../src/demo/studies';
import { startArchive } from './reading';

let archive: DemoArchive;

beforeAll(async () => {
  archive = await startArchive();
});
afterAll(() => archive.close());

interface RawAnswer {
  readonly encoding: string | undefined;
  readonly body: Buffer;
}

/** A request whose body nobody decompresses on the way. */
function raw(url: string, acceptEncoding: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const options = { headers: { 'accept-encoding': acceptEncoding } };
    const call = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
      );
    });
    call.on('error', reject);
    call.end();
  });
}

describe('the demo archive', () => {
  it('starts in less than a third of a second and listens on the loopback interface', async () => {
    const before = performance.now();
    const another = await startArchive();
    expect(performance.now() - before).toBeLessThan(300);
    expect(another.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dicom-web$/);
    await another.close();
  });

  it('says when its port is taken', async () => {
    const port = Number(new URL(archive.url).port);
    await expect(startDemoArchive({ host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
  });

  it('refuses connections once closed, also while one is open', async () => {
    const another = await startArchive(generateStudies(1, 1));
    await fetch(`${another.url}/studies`);
    await another.close();
    await expect(fetch(`${another.url}/studies`)).rejects.toThrow();
  });

  it('remembers what it was asked', async () => {
    const another = await startArchive(generateStudies(1, 1));
    await fetch(`${another.url}/studies?PatientID=a%20b`);
    await fetch(`${another.url}/series`, { method: 'HEAD' });
    expect(another.requests).toEqual([
      'GET /dicom-web/studies?PatientID=a%20b',
      'HEAD /dicom-web/series',
    ]);
    expect(MAX_LOGGED).toBe(10_000);
    await another.close();
  });

  it.each([
    undefined,
    '*/*',
    'application/dicom+json',
    'application/json;q=0.1, text/html',
    'application/*',
  ])('answers a search with Accept %s', async (accept) => {
    const response = await fetch(
      `${archive.url}/studies`,
      accept === undefined ? {} : { headers: { accept } },
    );
    const json = accept?.startsWith('application/json')
      ? 'application/json'
      : 'application/dicom+json';
    expect([response.status, response.headers.get('content-type')]).toEqual([200, json]);
  });

  it.each([
    'text/html',
    'multipart/related; type="application/dicom+xml"',
    'application/dicom+json;q=0',
  ])('refuses a search with Accept %s', async (accept) => {
    expect((await fetch(`${archive.url}/studies`, { headers: { accept } })).status).toBe(406);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])(
    'refuses %s and says what it allows',
    async (method) => {
      const response = await fetch(`${archive.url}/studies`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    },
  );

  it('answers HEAD with the header of GET and no body', async () => {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`${archive.url}/studies`, { method })),
    );
    expect(head?.status).toBe(200);
    expect(await head?.text()).toBe('');
    expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'));
    const files = await fetch(`${archive.url}/studies/${demoStudies()[0]?.uid ?? ''}`, {
      method: 'HEAD',
    });
    expect(files.headers.get('content-type')).toContain('multipart/related');
  });

  it.each([
    ['gzip', 'gzip'],
    ['deflate, gzip;q=0.5', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
  ])('compresses JSON for Accept-Encoding %s as %s', async (accepted, wanted) => {
    const { encoding, body } = await raw(`${archive.url}/studies`, accepted);
    expect(encoding).toBe(wanted);
    const json: unknown = JSON.parse((encoding === 'gzip' ? gunzipSync(body) : body).toString());
    expect(json).toHaveLength(demoStudies().length);
  });

  it('answers 404 outside its service root', async () => {
    expect((await fetch(new URL('/', archive.url))).status).toBe(404);
    expect((await fetch(new URL('/studies', archive.url))).status).toBe(404);
  });

  it('answers 400 to a path that is not UTF-8', async () => {
    expect((await fetch(`${archive.url}/studies/%FF`)).status).toBe(400);
  });
});
