import { SETTINGS } from '../../src/settings';
import { startDemo, type Demo } from '../gateway/demo';

/* What `/` gives to browsers and to others. */

const HTML = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

let running: Demo;

beforeAll(async () => {
  running = await startDemo();
});
afterAll(() => running.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  running.get(`${running.url}${path}`, { headers });

test('a browser gets the page under a policy that allows the page’s own files only', async () => {
  const { status, headers, text } = await get('/', HTML);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(text).toContain('page/page.js');
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:/);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy.split(';')).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
    ]),
  );
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

test.each([
  {},
  { Accept: '*/*' },
  { Accept: 'application/json' },
  { Accept: 'application/fhir+json' },
])(
  'a client that does not name HTML gets what it got before there was a page: %p',
  async (headers: Record<string, string>) => {
    const { status, text } = await get('/', headers);
    expect([status, JSON.parse(text)]).toMatchObject([404, { resourceType: 'OperationOutcome' }]);
  },
);

test.each(['/', '/page/page.js', '/page/page.css', '/page/icon.svg', '/page/facts.json'])(
  '%s is cached by its tag, and compressed where that is worth it',
  async (path) => {
    const first = await get(path, { ...HTML, 'Accept-Encoding': 'br' });
    const tag = first.headers.get('etag') ?? '';
    expect([first.status, tag]).toEqual([200, expect.stringMatching(/^W\/"[0-9a-f]{16}"$/)]);
    expect(first.headers.get('cache-control')).toContain('max-age=');
    expect(first.headers.get('vary')).toContain('Accept-Encoding');
    expect(first.headers.get('content-encoding')).toBe(first.text.length < 1024 ? null : 'br');
    const again = await get(path, { ...HTML, 'If-None-Match': tag, 'Cache-Control': 'max-age=0' });
    expect([again.status, again.text]).toEqual([304, '']);
  },
);

test('nothing else is below /page', async () => {
  for (const path of ['/page', '/page/', '/page/page.ts', '/page/page.html', '/page/PAGE.JS']) {
    expect([path, (await get(path, HTML)).status]).toEqual([path, 404]);
  }
});

test('each release is told with its own words', async () => {
  const facts: unknown = JSON.parse((await get('/page/facts.json')).text);
  const asks = (patient: string, date: string, accession: string, bodySite: string) => ({
    name: `${patient}.name`,
    patientId: `${patient}.identifier`,
    date,
    modality: 'modality',
    accession,
    bodySite,
  });
  expect(facts).toMatchObject({
    authorises: false,
    images: true,
    viewers: [],
    releases: [
      { name: 'dstu1', since: '>=', asks: asks('subject', 'date', 'accession', 'bodysite') },
      { name: 'dstu2', since: 'ge', asks: asks('patient', 'started', 'accession', 'bodysite') },
      { name: 'stu3', asks: asks('patient', 'started', 'accession', 'bodysite') },
      { name: 'r4', asks: asks('patient', 'started', 'identifier', 'bodysite') },
      { name: 'r4b', asks: asks('patient', 'started', 'identifier', 'bodysite') },
      { name: 'r5', asks: asks('patient', 'started', 'identifier', 'body-site') },
      { name: 'r6', asks: asks('patient', 'started', 'identifier', 'body-site') },
    ],
  });
});

test.each([
  ['https://viewer.test/viewer?StudyInstanceUIDs={study}', true],
  ['weasis://?$dicom:rs%20-r%20%22studyUID={study}%22', true],
  ['https://viewer.test/viewer', false],
  ['javascript:alert({study})', false],
  ['https://viewer.test/viewer?StudyInstanceUIDs={study}&token=abc', false],
  ['https://viewer.test/viewer?StudyInstanceUIDs={study}&access_token=abc', false],
  ['https://viewer.test/viewer/dicomjson?url={study}', false],
  ['https://viewer.test/viewer/dicomwebproxy?url={study}', false],
  ['https://name:secret@viewer.test/?s={study}', false],
])('a viewer at %s is allowed: %s', (url, allowed) => {
  expect(SETTINGS['page.ohifUrl'].schema.safeParse(url).success).toBe(allowed);
});
