import type { ReleaseName } from '../../src/fhir/releases';
import { startGateway, type Running } from '../gateway/running';
import { questionsOf } from '../releases/questions';
import { RELEASE_NAMES, since } from '../releases/support';
import { describeWithSchemas } from '../schemas/xsd';
import { lab } from './support/archive';
import { inParallel } from './support/parallel';
import { nameOfStudy } from './support/questions';
import { bothForms, entriesOf, faultsOf, nextOf } from './support/releases';
import type { BothForms } from './support/resources';
import { readTruth, type TrueStudy } from './support/truth';

/*
 * Every study of a real archive in every release: all there, valid by HL7's schemas, the same in JSON and in XML,
 * alone and on pages, and so is everything else that is answered.
 */

let gateway: Running;
let truth: readonly TrueStudy[];

beforeAll(async () => {
  const { orthanc } = lab();
  // The archive does not change: one reading of it does for all releases.
  gateway = await startGateway(`${orthanc}/dicom-web`, { CACHE_STUDY_ROWS_MS: '600000' });
  truth = await readTruth(orthanc);
}, 120_000);

afterAll(() => gateway.close());

async function pagesOf(base: string, release: ReleaseName): Promise<BothForms[]> {
  const include = release === 'dstu1' ? 'ImagingStudy.subject' : 'ImagingStudy:*';
  const pages: BothForms[] = [];
  let next: string | undefined = `${base}/ImagingStudy?_count=50&_include=${include}`;
  while (next !== undefined) {
    const page = await bothForms(next);
    pages.push(page);
    next = nextOf(page.json);
    if (pages.length > 50) throw new Error('the pages do not end');
  }
  return pages;
}

describeWithSchemas('the studies of a real Orthanc', () => {
  test.each(RELEASE_NAMES)('would be found wrong in %s if they were', async (release) => {
    const { url, json, xml } = await bothForms(`${gateway.url}/fhir/${release}/metadata`);
    expect(await faultsOf(release, [{ url, json, xml }])).toEqual([]);
    const wrong = {
      url,
      json: { ...json, status: ['x'] },
      xml: xml.replace('<rest>', '<wrong/><rest>'),
    };
    const faults = await faultsOf(release, [wrong]);
    expect(faults).toContain(`${url}: JSON and XML differ`);
    expect(faults.length).toBeGreaterThan(1);
  });

  test.each(RELEASE_NAMES)(
    'are all there in %s and valid on pages and alone, with their patients',
    async (release) => {
      const base = `${gateway.url}/fhir/${release}`;
      const pages = await pagesOf(base, release);
      const entries = pages.flatMap(({ json }) => entriesOf(json));
      const studies = entries.filter(({ resource }) => resource.resourceType === 'ImagingStudy');
      expect(new Set(studies.map(({ url }) => url)).size).toBe(studies.length);
      expect(studies).toHaveLength(new Set(truth.map(nameOfStudy)).size);
      const urls = [...new Set(entries.map(({ url }) => url))].filter((url) =>
        url.startsWith(base),
      );
      const alone = await inParallel(urls, bothForms);
      expect(alone.filter(({ json }) => json.resourceType === 'OperationOutcome')).toEqual([]);
      expect(await faultsOf(release, [...pages, ...alone])).toEqual([]);
    },
    120_000,
  );

  test.each(RELEASE_NAMES)(
    'and all other answers are valid in %s: parts of resources, refusals, statements',
    async (release) => {
      const base = `${gateway.url}/fhir/${release}`;
      const { json } = await bothForms(`${base}/ImagingStudy?_count=1`);
      const study = entriesOf(json)[0]?.url ?? '';
      const paths = questionsOf(release)
        .filter(
          ({ path, headers }) => !/HOSP-2dA|_id=|\/[\d.]+$/.test(path) && headers === undefined,
        )
        .map(({ path }) => `${base}/${path}`);
      const shortened = since('dstu2', release)
        ? ['true', 'text', 'data'].map((summary) => `${study}?_summary=${summary}`)
        : [`${study}?_summary=true`];
      const missing = ['ImagingStudy/1.2.3.4', 'Patient/nobody', 'Observation/1'];
      const urls = [...paths, ...shortened, ...missing.map((path) => `${base}/${path}`)];
      expect(await faultsOf(release, await inParallel(urls, bothForms))).toEqual([]);
    },
    120_000,
  );
});
