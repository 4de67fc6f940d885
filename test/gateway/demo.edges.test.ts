import { connect } from 'node:net';
import { demoStudies } from '../../src/demo/studies';
import { startDemo, type Demo } from './demo';
import { codesOf, contents, linkOf, startGateway, type Got } from './running';

/* The edges of HTTP: what is refused, and what stands in headers. */

const [STUDY] = demoStudies();
const READ = `ImagingStudy/${STUDY?.uid ?? ''}`;

let running: Demo;

beforeAll(async () => {
  running = await startDemo();
});
afterAll(() => running.close());

const get = (target: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> =>
  running.get(target, { headers });

/** Sends bytes as they are and gives the status line of the answer. */
function raw(request: string): Promise<string> {
  const { port } = new URL(running.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request));
    socket.setTimeout(3000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

describe('refusals', () => {
  test.each([
    ['DELETE', READ],
    ['PUT', READ],
    ['POST', READ],
    ['PATCH', 'ImagingStudy'],
    ['POST', 'ImagingStudy'],
    ['DELETE', 'Patient/_search'],
    ['POST', 'metadata'],
  ])('%s %s is 405 and tells what may be done', async (method, target) => {
    const got = await running.get(target, { method });
    expect([got.status, codesOf(got)]).toEqual([405, ['method-not-allowed']]);
    expect(got.headers.get('Allow')).toMatch(/GET/);
  });

  test.each([
    'Nothing',
    'imagingstudy',
    'ImagingStudy/1/2/3',
    'Patient/1/Nothing',
    'Observation/1',
  ])('%s is 404 with an outcome', async (target) => {
    const got = await get(target);
    expect([got.status, codesOf(got)]).toEqual([404, ['not-found']]);
  });

  test.each(['/', '/fhirx', '/fhir/r9/ImagingStudy', '/favicon.ico'])('%s is 404', async (path) => {
    expect((await get(running.url + path)).status).toBe(404);
  });

  test.each([
    '/fhir/dstu1/ImagingStudy/1.2.3%2f..%2f9.9',
    '/fhir/dstu1/ImagingStudy/1.2.3%2F',
    '/fhir/dstu1/ImagingStudy/1.2.3%5c..%5c9.9',
    '/fhir/dstu1/ImagingStudy/1.2.3\\..\\9.9',
    '/fhir/dstu1/ImagingStudy/../ImagingStudy/1.2',
    '/fhir/dstu1/ImagingStudy/./1.2',
    '/fhir/dstu1/ImagingStudy/..',
    '/fhir/dstu1/ImagingStudy/%2e%2e/1',
    '/fhir/dstu1/ImagingStudy/%252e%252e',
    '/fhir/dstu1//ImagingStudy',
    '/fhir/dstu1/ImagingStudy/1%00',
    '/fhir/dstu1/ImagingStudy/1%0d%0aX:1',
    '/fhir/dstu1/ImagingStudy/%',
    '/fhir/dstu1/ImagingStudy/%ff',
    '/fhir/dstu1/ImagingStudy/%c0%ae',
    'http://evil.test/fhir/dstu1/ImagingStudy',
  ])('the target %s is 400, and nothing is asked of the archive', async (target) => {
    const before = running.archive.requests.length;
    const status = await raw(
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(status).toBe('HTTP/1.1 400 Bad Request');
    expect(running.archive.requests.length).toBe(before);
  });

  test('Content-Length and Transfer-Encoding together are 400', async () => {
    const head = 'POST /fhir/dstu1/ImagingStudy/_search HTTP/1.1\r\nHost: localhost\r\n';
    const body = 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await raw(head + body)).toBe('HTTP/1.1 400 Bad Request');
  });

  test.each<[string, number, string, Readonly<Record<string, string>>, string]>([
    ['huge', 413, 'request-too-large', form(), `modality=${'A'.repeat(20_000)}`],
    ['JSON', 415, 'unsupported-media-type', { 'Content-Type': 'application/json' }, '{}'],
    ['a file', 415, 'unsupported-media-type', { 'Content-Type': 'image/png' }, 'x'],
    ['compressed', 415, 'unsupported-media-type', { ...form(), 'Content-Encoding': 'gzip' }, 'x'],
  ])('a posted search that is %s is %i', async (_, status, code, headers, body) => {
    const got = await running.get('ImagingStudy/_search', { method: 'POST', headers, body });
    expect([got.status, codesOf(got)]).toEqual([status, [code]]);
  });

  test('a posted search without a body is a search for everything', async () => {
    const got = await running.get('ImagingStudy/_search?_count=1', { method: 'POST' });
    expect(contents(got, 'ImagingStudy')).toHaveLength(1);
  });

  test('a hundred parameters too many are 400', async () => {
    expect((await get(`ImagingStudy?${'modality=CT&'.repeat(150)}`)).status).toBe(400);
  });
});

function form(): Readonly<Record<string, string>> {
  return { 'Content-Type': 'application/x-www-form-urlencoded' };
}

describe('headers', () => {
  test('protect, and do not tell what the gateway is made of', async () => {
    for (const target of [READ, 'Nothing', `${running.url}/health/live`]) {
      const { headers } = await get(target);
      expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
      expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN');
      expect(headers.get('X-Powered-By')).toBeNull();
      expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    }
  });

  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  test.each([
    'A987FBC9-4BED-3078-CF07-9141BA07C9F3',
    '0af7651916cd43dd8448eb211c80319c',
    'b7ad6b7169203331',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  ])('X-Request-Id %j is the client’s own: it has the form of a random id', async (id) => {
    expect((await get(READ, { 'X-Request-Id': id })).headers.get('X-Request-Id')).toBe(id);
  });

  test.each([
    ['nothing', ''],
    ['two words', 'a b'],
    ['markup', '<x>'],
    ['a name', 'Doe.Jane-1970-01-01'],
    ['a patient’s number', '1234567890123456'],
    ['a UID', '1.2.840.113619.2.55.3.604688119'],
    ['more than 64 digits', 'a'.repeat(65)],
  ])('X-Request-Id with %s is replaced: it would be logged and passed on', async (_, id) => {
    const told = (await get(READ, { 'X-Request-Id': id })).headers.get('X-Request-Id');
    expect(told).toMatch(UUID);
    expect(told).not.toBe(id);
  });

  test('Server-Timing tells upstream calls and the cache’s part, also on failures', async () => {
    const timing = (await get(READ)).headers.get('Server-Timing');
    expect(timing).toMatch(/cache;desc="\d+ hits, \d+ misses, \d+ joined", total;dur=[\d.]+/);
    expect((await get('ImagingStudy?_count=0')).headers.get('Server-Timing')).toMatch(/total;dur/);
  });

  test('a base URL that the operator names is in every link, whatever the client sends', async () => {
    const base = 'https://fhir.example.org/imaging';
    const other = await startGateway(running.archive.url, { PUBLIC_BASE_URL: `${base}/` });
    const headers = { 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Proto': 'gopher' };
    const got = await other.get('ImagingStudy?_count=1', { headers });
    expect(linkOf(got, 'self')).toBe(`${base}/fhir/dstu1/ImagingStudy?_count=1`);
    expect(got.text).not.toMatch(/evil|gopher/);
    await other.close();
  });
});

describe('pages of other origins', () => {
  const allowed = { Origin: 'http://localhost:5173' };
  const allows = (got: Got) => got.headers.get('Access-Control-Allow-Origin');

  test('that are allowed may read answers and failures, and the headers they need', async () => {
    for (const target of [READ, 'Nothing', 'ImagingStudy?patient=1', 'metadata']) {
      const got = await get(target, allowed);
      expect(allows(got)).toBe(allowed.Origin);
      expect(got.headers.get('Access-Control-Expose-Headers')).toMatch(/Retry-After.*X-Request-Id/);
      expect(got.headers.get('Vary')).toMatch(/Origin/);
    }
  });

  test.each(['http://evil.test', 'http://localhost.evil.test', 'https://localhost', 'null', ''])(
    'that are not allowed (%s) may not',
    async (Origin) => {
      expect(allows(await get(READ, Origin === '' ? {} : { Origin }))).toBeNull();
    },
  );

  test('are told so before they ask, and nothing is asked of the archive', async () => {
    const before = running.archive.requests.length;
    const headers = { ...allowed, 'Access-Control-Request-Method': 'POST' };
    const got = await running.get('ImagingStudy/_search', { method: 'OPTIONS', headers });
    expect([got.status, allows(got)]).toEqual([204, allowed.Origin]);
    expect(got.headers.get('Access-Control-Allow-Headers')).toMatch(
      /Accept.*Authorization.*Prefer/,
    );
    expect(got.headers.get('Access-Control-Max-Age')).toBe('600');
    expect(running.archive.requests.length).toBe(before);
  });
});

describe('health', () => {
  test('is live and ready, and no longer ready when it drains', async () => {
    const other = await startGateway(running.archive.url);
    const status = async (path: string) => (await other.get(`${other.url}/health/${path}`)).status;
    expect([await status('live'), await status('ready')]).toEqual([200, 200]);
    other.gateway.drain();
    expect([await status('live'), await status('ready')]).toEqual([200, 503]);
    expect((await other.get(READ)).status).toBe(200);
    await other.close();
    expect(other.log.join('')).not.toContain('health');
  });
});
