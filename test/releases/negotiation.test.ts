import type { ReleaseName } from '../../src/fhir/releases';
import {
  codesOf,
  pageOf,
  RELEASE_NAMES,
  resourceOf,
  since,
  start,
  VERSIONS,
  type Got,
  type Running,
} from './support';

/* Which release and format an answer has under /fhir, and what the two have to agree with. */

const DEFAULT = 'stu3';
let running: Running;
beforeAll(async () => {
  running = await start({ DEFAULT_FHIR_RELEASE: DEFAULT });
});
afterAll(() => running.close());

const ask = (path: string, accept: string) =>
  running.ask(`/fhir/${path}`, { headers: { Accept: accept } });

/** The release of a conformance statement. */
const versionIn = (got: Got) => /"fhirVersion":"(\d+\.\d+)/.exec(got.text)?.[1] ?? got.text;
const versionOf = (release: ReleaseName) =>
  VERSIONS.find(([name]) => name === release)?.[1] ?? 'none';
const typeOf = (release: ReleaseName, version: string) =>
  since('stu3', release)
    ? `application/fhir+json; charset=utf-8; fhirVersion=${version}`
    : 'application/json+fhir; charset=utf-8';

describe('the release under /fhir', () => {
  test.each(VERSIONS)('is %s by fhirVersion=%s, wherever it stands', async (release, version) => {
    const mediaType = `${since('stu3', release) ? 'application/fhir+json' : 'application/json+fhir'}; fhirVersion=${version}`;
    const format = `_format=${encodeURIComponent(mediaType)}`;
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const [accepted, formatted, refused, missing, found, posted] = await Promise.all([
      ask('metadata', mediaType),
      ask(`metadata?${format}`, '*/*'),
      ask('ImagingStudy?colour=red', mediaType),
      ask('ImagingStudy/1.2.3', mediaType),
      ask('ImagingStudy?_count=1', mediaType),
      running.ask('/fhir/ImagingStudy/_search', { method: 'POST', headers: form, body: format }),
    ]);
    expect([versionIn(accepted), versionIn(formatted)]).toEqual([version, version]);
    const all = [accepted, formatted, refused, missing, found, posted];
    expect(all.map(({ type }) => type)).toEqual(all.map(() => typeOf(release, version)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 400, 404, 200, 200]);
    expect(pageOf(found).entries[0]?.url).toMatch(`${running.url}/fhir/ImagingStudy/`);
    const next = await running.ask(pageOf(found).links.next ?? '', {
      headers: { Accept: mediaType },
    });
    expect([next.status, next.type]).toEqual([200, typeOf(release, version)]);
  });

  test.each<[string, ReleaseName]>([
    ['application/json+fhir', 'dstu1'],
    ['application/xml+fhir;q=0.1, application/json+fhir', 'dstu1'],
    ['application/fhir+json', 'r4'],
    ['application/json', DEFAULT],
    ['*/*', DEFAULT],
  ])('without fhirVersion and with Accept %s is %s', async (accept, release) => {
    expect(versionIn(await ask('metadata', accept))).toBe(versionOf(release));
  });

  test('may be repeated below a release’s own base, but not another', async () => {
    const same = await ask('r5/metadata', 'application/fhir+json; fhirVersion=5.0');
    expect([same.status, versionIn(same)]).toEqual([200, '5.0']);
    const other = await ask('r5/metadata', 'application/fhir+json; fhirVersion=4.0');
    expect([other.status, codesOf(other)]).toEqual([406, ['not-acceptable']]);
    expect(other.type).toBe(typeOf('r5', '5.0'));
  });

  test('cannot be two, nor one that is not served', async () => {
    const format = encodeURIComponent('application/fhir+json; fhirVersion=5.0');
    for (const got of [
      await ask(`metadata?_format=${format}`, 'application/fhir+json; fhirVersion=4.0'),
      await ask(`r4/metadata?_format=${format}`, '*/*'),
      await ask('metadata', 'application/fhir+json; fhirVersion=9.9'),
    ]) {
      expect([got.status, codesOf(got)]).toEqual([406, ['not-acceptable']]);
    }
  });
});

describe('the format', () => {
  test.each([
    ['_format=xml', 'application/fhir+json', 200, 'application/fhir+xml'],
    ['_format=json', 'application/fhir+xml', 200, 'application/fhir+json'],
    ['_format=text/xml', '*/*', 200, 'application/fhir+xml'],
    ['_format=application/fhir+xml', '*/*', 200, 'application/fhir+xml'],
    ['_format=application/fhir%2Bxml', '*/*', 200, 'application/fhir+xml'],
    ['', 'application/xml;q=0.9, application/json;q=0.5', 200, 'application/fhir+xml'],
    ['', 'text/html, application/xml;q=0.9, */*;q=0.8', 200, 'application/fhir+xml'],
    ['_format=html', 'application/fhir+xml', 406, 'application/fhir+xml'],
    ['_format=html', 'text/html', 406, 'application/fhir+json'],
    ['', 'image/png', 406, 'application/fhir+json'],
    ['', 'application/json;q=0', 406, 'application/fhir+json'],
  ])('of ?%s with Accept %s', async (query, accept, status, type) => {
    const got = await ask(`r4/ImagingStudy?_count=1&${query}`, accept);
    expect([got.status, got.type]).toEqual([status, `${type}; charset=utf-8; fhirVersion=4.0`]);
    expect(got.text.startsWith(type.endsWith('xml') ? '<?xml' : '{')).toBe(true);
  });
});

test.each(RELEASE_NAMES.filter((release) => since('dstu2', release)))(
  '$versions under %s',
  async (release) => {
    const got = resourceOf(await ask(`${release}/$versions`, 'application/json'));
    const versions = VERSIONS.map(([, version]) => ({ name: 'version', valueCode: version }));
    const standard = { name: 'default', valueCode: versionOf(DEFAULT) };
    expect(got).toEqual({ resourceType: 'Parameters', parameter: [...versions, standard] });
  },
);
