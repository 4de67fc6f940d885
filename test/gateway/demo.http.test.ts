import { setTimeout as pause } from 'node:timers/promises';
import { demoStudies } from '../../src/demo/studies';
import { PARAMETERS } from '../../src/search/parameters';
import { startDemo, type Demo } from './demo';
import { codesOf, linkOf, noticesOf, studiesOf, studyOf, uidsOf, type Got } from './running';

/* What every HTTP client meets: reads, versions, formats, parameters, the conformance statement. */

const [STUDY] = demoStudies();
const READ = `ImagingStudy/${STUDY?.uid ?? ''}`;

let running: Demo;

beforeAll(async () => {
  running = await startDemo();
});
afterAll(() => running.close());

const get = (target: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> =>
  running.get(target, { headers });

describe('a read', () => {
  test('tells its version and where to read it again', async () => {
    const got = await get(READ);
    expect(studyOf(got).uid).toBe(`urn:oid:${STUDY?.uid ?? ''}`);
    const location = got.headers.get('Content-Location') ?? '';
    expect(location).toMatch(new RegExp(`^${running.fhir}/${READ}/_history/[0-9a-f]{16}$`));
    expect((await get(location)).text).toBe(got.text);
    expect(got.headers.get('Cache-Control')).toBe('private, no-cache');
    expect(got.headers.get('Vary')).toMatch(/Accept/);
  });

  test('is 304 for whoever has it, and its ETag differs by format', async () => {
    const tag = (await get(READ)).headers.get('ETag') ?? '';
    expect(tag).toMatch(/^W\/".+"$/);
    const again = await get(READ, { 'If-None-Match': tag });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get(READ, { 'If-None-Match': 'W/"other"' })).status).toBe(200);
    expect((await get(`${READ}?_format=xml`, { 'If-None-Match': tag })).status).toBe(200);
  });

  test.each([READ, 'Patient/HOSP-2dA.4711'])('of another version of %s is 404', async (target) => {
    const got = await get(`${target}/_history/0123456789abcdef`);
    expect([got.status, codesOf(got)]).toEqual([404, ['version-not-kept']]);
  });

  test.each(['ImagingStudy/1.2.3', 'Patient/HOSP-2dA.999', 'Patient/none', 'Patient/%7C'])(
    'of %s, which is not there, is 404',
    async (target) => {
      const got = await get(target);
      expect([got.status, codesOf(got)]).toEqual([404, ['not-found']]);
    },
  );

  test('a search is 304, too, as long as nothing changed', async () => {
    const tag = (await get('ImagingStudy?_count=2')).headers.get('ETag') ?? '';
    expect((await get('ImagingStudy?_count=2', { 'If-None-Match': tag })).status).toBe(304);
    expect((await get('ImagingStudy?_count=3', { 'If-None-Match': tag })).status).toBe(200);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const head = await running.get(READ, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers.get('ETag')).toBe((await get(READ)).headers.get('ETag'));
  });

  test('under /fhir is in the default release, with links of /fhir', async () => {
    const got = await get(`${running.url}/fhir/ImagingStudy?_count=1`);
    expect(linkOf(got, 'self')).toBe(`${running.url}/fhir/ImagingStudy?_count=1`);
    const versioned = await get(`${running.url}/fhir/${READ}`, {
      Accept: 'application/json; fhirVersion=0.0',
    });
    expect(versioned.status).toBe(200);
    const r4 = await get(`${running.url}/fhir/${READ}`, { Accept: '*/*; fhirVersion=4.0' });
    expect(r4.headers.get('Content-Type')).toBe(
      'application/fhir+json; charset=utf-8; fhirVersion=4.0',
    );
    const other = await get(`${running.url}/fhir/${READ}`, { Accept: '*/*; fhirVersion=9.0' });
    expect([other.status, codesOf(other)]).toEqual([406, ['not-acceptable']]);
  });
});

/** An instance; one of a study on slow storage is asked for again until the archive has fetched it. */
async function fetchWarm(url: string): Promise<Response> {
  for (;;) {
    const response = await fetch(url, { headers: { Accept: 'application/dicom' } });
    if (response.status !== 503) return response;
    expect(response.headers.get('Retry-After')).toMatch(/^\d+$/);
    await response.arrayBuffer();
    await pause(100);
  }
}

test('every WADO-RS URL of every answer fetches from the archive', async () => {
  const studies = studiesOf(await get('ImagingStudy?_count=100'));
  const last = studies.map(({ series }) => series.at(-1)?.instance.at(-1)?.url);
  for (const url of last) {
    const response = await fetchWarm(url ?? '');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([url, bytes.subarray(128, 132).toString()]).toEqual([url, 'DICM']);
  }
  // Of the others the metadata is read: to draw every picture takes the archive a minute.
  const urls = studies.flatMap(({ url, series }) => [url, ...series.map((each) => each.url)]);
  for (const url of urls) {
    const response = await fetch(`${url ?? ''}/metadata`);
    expect([url, response.status]).toEqual([url, 200]);
    await response.arrayBuffer();
  }
}, 30_000);

describe('formats', () => {
  const json = 'application/json+fhir; charset=utf-8';
  const xml = 'application/xml+fhir; charset=utf-8';
  test.each<[string, string, string]>([
    ['', '', json],
    ['', '*/*', json],
    ['', 'application/*;q=0.5', json],
    ['', 'application/json', json],
    ['', 'application/fhir+json', json],
    ['', 'application/xml+fhir', xml],
    ['', 'text/xml', xml],
    ['', 'application/xml;q=0.9, application/json;q=0.1', xml],
    ['', 'text/html, application/xml;q=0.9, */*;q=0.8', xml],
    ['', 'application/pdf, application/json;q=0.1', json],
    ['xml', 'application/json', xml],
    ['application/xml+fhir', '', xml],
    ['application%2Fxml%2Bfhir', '', xml],
    ['json', 'application/xml', json],
  ])('_format=%s with Accept %s is %s', async (format, accept, wanted) => {
    const got = await get(format === '' ? READ : `${READ}?_format=${format}`, { Accept: accept });
    expect([got.status, got.headers.get('Content-Type')]).toEqual([200, wanted]);
    expect(got.headers.get('X-Content-Type-Options')).toBe('nosniff');
  });

  test.each([
    ['?_format=turtle', '*/*'],
    ['?_format=text/html', '*/*'],
    ['', 'application/pdf'],
    ['', 'application/json;q=0, application/xml;q=0'],
  ])('%s with Accept %s is 406, in JSON', async (query, accept) => {
    const got = await get(READ + query, { Accept: accept });
    expect([got.status, codesOf(got)]).toEqual([406, ['not-acceptable']]);
  });

  test('pages in XML lead on in XML', async () => {
    const got = await get('ImagingStudy?_count=2&_format=xml');
    const next = /<link rel="next" href="([^"]+)"/.exec(got.text)?.[1]?.replaceAll('&amp;', '&');
    const second = await get(next ?? '');
    expect(second.headers.get('Content-Type')).toBe('application/atom+xml; charset=utf-8');
    expect(second.text).toContain('<ImagingStudy');
  });

  test('a failure comes in the format that was asked for', async () => {
    const got = await get('ImagingStudy?modality=*&_format=xml');
    expect(got.status).toBe(400);
    expect(got.headers.get('Content-Type')).toBe(xml);
    expect(got.text).toMatch(/^<\?xml.*<OperationOutcome/s);
  });
});

describe('parameters', () => {
  test('that are unknown are refused, and those that work are named', async () => {
    const got = await get('ImagingStudy?patient=1');
    expect([got.status, codesOf(got)]).toEqual([400, ['unsupported-parameter']]);
    expect(got.text).toContain('subject');
  });

  test('that are unknown are left out where the client is lenient, and it is told', async () => {
    const got = await get('ImagingStudy?patient=1&modality=MR', {
      Prefer: 'return=minimal, handling=lenient',
    });
    expect(noticesOf(got)).toEqual(['parameter-ignored']);
    expect(linkOf(got, 'self')).toBe(`${running.fhir}/ImagingStudy?modality=MR`);
    expect(uidsOf(got)).toEqual(uidsOf(await get('ImagingStudy?modality=MR')));
  });

  test('that are declared work, and those that work are declared', async () => {
    const { text } = await get('metadata');
    for (const { resource, releases, ...row } of PARAMETERS) {
      if (releases.dstu1 === undefined || !['ImagingStudy', 'Patient'].includes(resource)) continue;
      const { name } = releases.dstu1;
      const declared = new RegExp(`"type":"${resource}".*?"name":"${name}"`).test(
        text.slice(text.indexOf(`"type":"${resource}"`)),
      );
      const value = name.endsWith('date') ? '2020' : name === 'gender' ? 'F' : '1';
      const got = await get(`${resource}?${name}=${value}`);
      if ('read' in row) expect([name, declared, got.status]).toEqual([name, true, 200]);
      else expect([name, got.status, codesOf(got)]).toEqual([name, 400, ['unsupported-parameter']]);
    }
  });
});

describe('the conformance statement', () => {
  test('is the same at metadata and by OPTIONS, in both formats', async () => {
    const got = await get('metadata');
    expect(JSON.parse(got.text)).toMatchObject({
      resourceType: 'Conformance',
      fhirVersion: '0.0.82',
      implementation: { url: running.fhir },
    });
    const options = await running.get(running.fhir, { method: 'OPTIONS' });
    expect(options.text).toBe(got.text);
    expect((await get('metadata?_format=xml')).text).toContain('<Conformance');
  });

  test('asks nothing of the archive', async () => {
    const before = running.archive.requests.length;
    const got = await get('metadata');
    expect(got.headers.get('Server-Timing')).not.toMatch(/qido/);
    expect(running.archive.requests.length).toBe(before);
  });
});
