import { XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { fileOf } from '../../src/demo/instance';
import { hold } from '../../src/demo/holdings';
import { demoStudies } from '../../src/demo/studies';
import type { ReleaseName } from '../../src/fhir/releases';
import { get } from '../dicomweb/wire';
import { codesOf, RELEASE_NAMES, since, start, type Running } from '../releases/support';

/* What instances of the demo archive lead to, in every release, over real sockets. */

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

const INSTANCES = demoStudies().flatMap(({ series }) =>
  series.flatMap(({ instances }) => instances),
);
const uidOf = (sopClass: string) =>
  INSTANCES.find((each) => each.sopClass === `1.2.840.10008.5.1.4.1.1.${sopClass}`)?.uid ?? '';
const CT = uidOf('2');
const PDF = uidOf('104.1');
const REPORT = uidOf('88.11');
const KEY_OBJECTS = uidOf('88.59');
const ECG = uidOf('9.1.1');
const PRESENTATION = uidOf('11.1');

const urlOf = (uid: string, release = 'r4') => `${running.url}/fhir/${release}/Binary/${uid}`;
const BROWSER =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe.each(RELEASE_NAMES)('in %s', (release) => {
  test.each([
    ['an image', CT, 'image/jpeg', 'ffd8', 'jpg'],
    ['a PDF', PDF, 'application/pdf', Buffer.from('%PDF').toString('hex'), 'pdf'],
    ['a report', REPORT, 'text/html; charset=utf-8', Buffer.from('<!DOC').toString('hex'), 'html'],
    ['key objects', KEY_OBJECTS, 'text/html; charset=utf-8', '', 'html'],
  ])('%s is given as what a browser opens', async (_what, uid, type, start, ending) => {
    for (const headers of [{}, { Accept: '*/*' }, { Accept: BROWSER }]) {
      const got = await get(urlOf(uid, release), headers);
      expect([got.status, got.headers['content-type'], got.whole]).toEqual([200, type, true]);
      expect(got.body.toString('hex').startsWith(start)).toBe(true);
      expect(got.headers['content-disposition']).toBe(`inline; filename="${uid}.${ending}"`);
      expect(got.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src/);
      expect(got.headers['x-content-type-options']).toBe('nosniff');
      expect(got.headers['cache-control']).toBe('private, no-cache');
    }
  });

  test.each([
    ['a waveform', ECG],
    ['a presentation state', PRESENTATION],
    ['an instance that is not there', '1.2.3'],
    ['an id that could be something else', '1.2.*'],
  ])('%s has no Binary', async (_what, uid) => {
    const got = await running.ask(urlOf(uid, release));
    expect([got.status, codesOf(got)]).toEqual([404, ['not-found']]);
  });

  test('its studies lead to what opens, and only to that', async () => {
    const links = await linksOf(release);
    const leading = INSTANCES.filter(({ uid }) => uid !== ECG && uid !== PRESENTATION);
    const told = leading.filter(({ sopClass }) => !since('stu3', release) || !isImage(sopClass));
    expect([...links.keys()].sort()).toEqual(told.map(({ uid }) => uid).sort());
    for (const uid of [CT, PDF, REPORT]) {
      const link = links.get(uid);
      if (link === undefined) continue;
      const got = await get(link.url);
      expect([got.status, got.headers['content-type']?.split(';')[0]]).toEqual([200, link.type]);
    }
  });
});

const isImage = (sopClass: string) => !/\.(104\.1|88\.11|88\.59)$/.test(sopClass);

const instance = z.looseObject({
  attachment: z.object({ reference: z.string() }).optional(),
  content: z.array(z.object({ contentType: z.string(), url: z.string() })).optional(),
  extension: z
    .array(
      z.looseObject({
        url: z.string(),
        valueAttachment: z.object({ contentType: z.string(), url: z.string() }).optional(),
      }),
    )
    .optional(),
});
const study = z.looseObject({
  resourceType: z.literal('ImagingStudy'),
  series: z.array(z.looseObject({ instance: z.array(instance).optional() })).optional(),
});
const page = z.object({
  entry: z.array(z.looseObject({ content: study.optional(), resource: study.optional() })),
});

/** What the studies of a release lead to, by the ids of Binary. */
async function linksOf(release: ReleaseName) {
  const base = `${running.url}/fhir/${release}`;
  const { text } = await running.ask(`${base}/ImagingStudy?_count=100&_format=json`);
  const instances = page
    .parse(JSON.parse(text))
    .entry.flatMap(({ content, resource }) => (content ?? resource)?.series ?? [])
    .flatMap((series) => series.instance ?? []);
  const links = instances.flatMap(({ attachment, content = [], extension = [] }) => {
    if (attachment) return [{ url: `${base}/${attachment.reference}` }];
    const own = extension.flatMap(({ url, valueAttachment: value }) =>
      url.endsWith('/extension/content') && value ? [value] : [],
    );
    return [...content, ...own].map(({ contentType: type, url }) => ({ url, type }));
  });
  return new Map(
    links.map((link) => {
      const [, id = ''] = /^(?:.*)\/Binary\/([\w.-]+)$/.exec(link.url) ?? [];
      const type = 'type' in link ? link.type : typeOf(id);
      return [id, { url: link.url, type }] as const;
    }),
  );
}

/** DSTU1 tells no type. */
function typeOf(uid: string): string {
  if (uid === PDF) return 'application/pdf';
  return uid === REPORT ? 'text/html' : 'image/jpeg';
}

const binary = z.strictObject({
  resourceType: z.literal('Binary'),
  id: z.string(),
  contentType: z.string(),
  content: z.string().optional(),
  data: z.string().optional(),
});

describe.each(RELEASE_NAMES.filter((name) => name !== 'dstu1'))('the resource of %s', (release) => {
  const json = since('stu3', release) ? 'application/fhir+json' : 'application/json+fhir';
  const xml = since('stu3', release) ? 'application/fhir+xml' : 'application/xml+fhir';

  test.each([
    ['an image', CT],
    ['a PDF', PDF],
    ['a report', REPORT],
  ])('holds %s in base64, in JSON and XML, when a FHIR type is wanted', async (_what, uid) => {
    const native = await get(urlOf(uid, release));
    const told = await get(urlOf(uid, release), { Accept: json });
    expect(told.headers['content-type']).toContain(`${json}; charset=utf-8`);
    const { resourceType, id, contentType, ...rest } = binary.parse(
      JSON.parse(told.body.toString()),
    );
    const name = since('r4', release) ? 'data' : 'content';
    expect([resourceType, id, contentType]).toEqual([
      'Binary',
      uid,
      native.headers['content-type'],
    ]);
    expect(rest).toEqual({ [name]: native.body.toString('base64') });
    const length = told.headers['content-length'];
    expect(length ?? String(told.body.length)).toBe(String(told.body.length));
    for (const url of [
      `${urlOf(uid, release)}?_format=xml`,
      `${urlOf(uid, release)}?_format=${xml}`,
    ]) {
      const { headers, body } = await get(url, { Accept: 'image/jpeg' });
      expect(headers['content-type']).toContain(`${xml}; charset=utf-8`);
      expect(body.toString()).toContain(`<${name} value="${native.body.toString('base64')}"/>`);
      expect(XMLValidator.validate(body.toString())).toBe(true);
    }
  });

  test('is not what is given where the content is liked as much or better', async () => {
    for (const [accept, type] of [
      ['image/*', 'image/jpeg'],
      [`image/jpeg, ${json}`, 'image/jpeg'],
      [`${json};q=0.5, */*`, 'image/jpeg'],
      [`image/jpeg;q=0.5, ${json}`, json],
      ['application/json', json],
      ['application/json, */*;q=0.1', 'image/jpeg'],
    ] as const) {
      const { headers } = await get(urlOf(CT, release), { Accept: accept });
      expect([accept, headers['content-type']?.split(';')[0]]).toEqual([accept, type]);
    }
    const other = await running.ask(urlOf(CT, release), { headers: { Accept: 'image/png' } });
    expect([other.status, codesOf(other)]).toEqual([406, ['not-acceptable']]);
    const format = await running.ask(`${urlOf(CT, release)}?_format=image/jpeg`);
    expect([format.status, format.type]).toEqual([200, 'image/jpeg']);
  });
});

test('DSTU1 gives the content whatever format is asked for', async () => {
  for (const query of ['', '?_format=json', '?_format=html']) {
    const { status, headers } = await get(urlOf(CT, 'dstu1') + query, {
      Accept: 'application/json+fhir',
    });
    expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
  }
});

test('a PDF is the document that was put into the file', async () => {
  const { byUid } = hold(demoStudies());
  const entries = [...byUid.values()].flatMap(({ series }) =>
    series.flatMap((one) => one.instances),
  );
  const entry = entries.find((each) => each.instance.uid === PDF);
  const { body } = await get(urlOf(PDF));
  if (entry === undefined) throw new Error('the archive has no PDF');
  expect(fileOf(entry).includes(body)).toBe(true);
  expect(body.toString('latin1').trimEnd().endsWith('%%EOF')).toBe(true);
});

test('a report is a page that is well-formed, says whose it is, and links to its images', async () => {
  const { body } = await get(urlOf(KEY_OBJECTS));
  const text = body.toString();
  expect(XMLValidator.validate(text)).toBe(true);
  expect(text).toContain('<h1>Of Interest</h1>');
  expect(text).toContain('<td>Müller Jürgen</td>');
  expect(text).toContain('Largest extent of the haemorrhage');
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, url = '']) => url);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) {
    expect(link.startsWith(`${running.url}/dicom-web/studies/`)).toBe(true);
    const { status, headers } = await get(link, { Accept: BROWSER });
    expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
  }
});

test('HEAD tells the headers, and other methods do not work', async () => {
  const got = await get(urlOf(CT), {}, 'HEAD');
  const whole = await get(urlOf(CT));
  expect([got.status, got.body.length]).toEqual([200, 0]);
  expect(got.headers['content-length']).toBe(String(whole.body.length));
  const put = await running.ask(urlOf(CT), { method: 'PUT' });
  expect([put.status, put.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
});

test('below the negotiated base the type chooses the release', async () => {
  const url = `${running.url}/fhir/Binary/${PDF}`;
  expect((await get(url)).headers['content-type']).toBe('application/pdf');
  const { headers } = await get(url, { Accept: 'application/fhir+json; fhirVersion=3.0' });
  expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8; fhirVersion=3.0');
});

describe('where URLs lead past the gateway', () => {
  let direct: Running;
  beforeAll(async () => {
    direct = await start({ WADO_MODE: 'direct' });
  });
  afterAll(() => direct.close());

  test.each(RELEASE_NAMES)('%s has no Binary, leads to none and declares none', async (release) => {
    const base = `${direct.url}/fhir/${release}`;
    expect((await direct.ask(`${base}/Binary/${CT}`)).status).toBe(404);
    const studies = await direct.ask(`${base}/ImagingStudy?_count=100&_format=json`);
    expect(studies.text).not.toMatch(/Binary|attachment|valueAttachment/i);
    expect((await direct.ask(`${base}/metadata?_format=json`)).text).not.toContain('"Binary"');
    expect((await direct.ask('/openapi.json')).text).not.toContain('Binary');
  });
});
