import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { startGateway, type Running } from '../gateway/running';
import { lab } from './support/archive';
import {
  get,
  linkOf,
  objects,
  searchAll,
  uidOf,
  asJson,
  type Entry,
  type Json,
} from './support/fhir';
import { inParallel } from './support/parallel';
import { nameOfStudy } from './support/questions';
import { bothForms, faultsOf, referenceOf, seriesOf, validateAll } from './support/resources';
import { readTruth, type TrueStudy } from './support/truth';

/*
 * Every study of a real archive comes whole, valid, in both formats, and every URL in it fetches.
 */

let gateway: Running;
let truth: readonly TrueStudy[];
let entries: readonly Entry[];

beforeAll(async () => {
  const { orthanc } = lab();
  gateway = await startGateway(`${orthanc}/dicom-web`);
  truth = await readTruth(orthanc);
  entries = (await searchAll(`${gateway.fhir}/ImagingStudy?_count=50`)).entries;
}, 120_000);

afterAll(() => gateway.close());

/** A study as lines of what it holds, in no order. */
function contents(
  name: string,
  series: readonly [string, readonly (readonly string[])[]][],
): string[] {
  return series
    .flatMap(([uid, instances]) => instances.map((one) => [name, uid, ...one].join(' ')))
    .sort();
}

function contentsOfTruth(study: TrueStudy): string[] {
  return contents(
    nameOfStudy(study),
    study.series.map(({ uid, instances }) => [
      uid,
      instances.map((one) => [one.uid, one.sopClass]),
    ]),
  );
}

function contentsOfResource(study: Json): string[] {
  return contents(
    `${String(uidOf(study))} ${referenceOf(study.subject)}`,
    seriesOf(study).map(({ uid, instances }) => [
      String(uid),
      instances.map((one) => [String(one.uid), one.sopClass ?? '']),
    ]),
  );
}

describe('the studies of a real Orthanc', () => {
  test('come with all their series and instances, none lost, none twice, none of another study', () => {
    const expected = truth.flatMap(contentsOfTruth);
    expect(entries.flatMap(({ resource }) => contentsOfResource(resource)).sort()).toEqual(
      expected.sort(),
    );
  });

  test('count what they show', () => {
    const wrong = entries.filter(({ resource }) => {
      const series = seriesOf(resource);
      const instances = series.reduce((sum, each) => sum + each.instances.length, 0);
      return resource.numberOfSeries !== series.length || resource.numberOfInstances !== instances;
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('say what was written into the generated files', () => {
    const shown = new Map(entries.map(({ resource }) => [uidOf(resource), resource]));
    for (const written of generated()) {
      const study = shown.get(written.StudyInstanceUID) ?? {};
      expect({ study: written.StudyInstanceUID, ...described(study) }).toEqual({
        study: written.StudyInstanceUID,
        description: written.StudyDescription || undefined,
        accession: written.AccessionNumber || undefined,
        name: plainName(written.PatientName),
        day: written.StudyDate || undefined,
      });
    }
  });

  test('are valid alone, by the official schemas, and say the same in JSON and in XML', async () => {
    const forms = await inParallel(entries, ({ id }) => bothForms(id));
    expect(await faultsOf(forms)).toEqual([]);
  }, 120_000);

  test('are valid in feeds', async () => {
    const feeds: { name: string; xml: string }[] = [];
    let url: string | undefined =
      `${gateway.fhir}/ImagingStudy?_count=20&_include=ImagingStudy.subject`;
    while (url !== undefined) {
      const { json } = await get(url);
      const xml = await fetch(url, { headers: { Accept: 'application/atom+xml' } });
      feeds.push({ name: `feed-${feeds.length}.xml`, xml: await xml.text() });
      url = linkOf(json, 'next');
    }
    expect(feeds.length).toBeGreaterThan(5);
    expect(await validateAll(feeds)).toEqual([]);
  }, 120_000);

  test('are of patients that can be read, valid in both formats', async () => {
    const references = entries.map(({ resource }) => referenceOf(resource.subject));
    const urls = [...new Set(references)].filter((reference) => reference.startsWith('Patient/'));
    const patients = await inParallel(urls, (reference) =>
      bothForms(`${gateway.fhir}/${reference}`),
    );
    expect(patients.map(({ json }) => json.resourceType)).toEqual(urls.map(() => 'Patient'));
    expect(await faultsOf(patients)).toEqual([]);
  }, 120_000);

  test('are refused with outcomes that are valid in both formats', async () => {
    const targets = [
      'ImagingStudy/1.2.3.4',
      'ImagingStudy/2.25.77000.1.1',
      'ImagingStudy?date=soon',
      'ImagingStudy?subject.identifier=*',
      'ImagingStudy?unknown=1',
      'ImagingStudy?size=3',
      'ImagingStudy?modality:exact=CT',
      'Patient/nobody',
      'Observation/1',
    ];
    const outcomes = await inParallel(targets, (target) => bothForms(`${gateway.fhir}/${target}`));
    expect(outcomes.map(({ json }) => json.resourceType)).toEqual(
      targets.map(() => 'OperationOutcome'),
    );
    expect(await faultsOf(outcomes)).toEqual([]);
    expect(await faultsOf([await bothForms(`${gateway.fhir}/metadata`)])).toEqual([]);
  }, 60_000);
});

describe('the WADO-RS URLs of a real Orthanc', () => {
  test('fetch what they name, at each of the three levels', async () => {
    const twice = truth.filter(({ filed }) => filed > 1).map(({ uid }) => uid);
    const wanted = entries.flatMap(({ resource }) => urlsOf(resource));
    const failed = (await inParallel(wanted, fetchDicom)).flat();
    // Orthanc refuses a UID that it has filed twice, even on its own: nobody's URL could do better.
    const known = failed.filter(({ url }) => twice.some((uid) => url.includes(`/studies/${uid}`)));
    for (const { url, why } of failed) process.stdout.write(`not to be had: ${url}: ${why}\n`);
    expect(wanted.every(({ url }) => url.startsWith(`${gateway.url}/dicom-web/studies/`))).toBe(
      true,
    );
    expect(failed.filter((each) => !known.includes(each))).toEqual([]);
  }, 240_000);
});

interface Wanted {
  readonly url: string;
  /** The SOP Instance UIDs that the answer has to hold. */
  readonly uids: readonly string[];
}

function urlsOf(study: Json): Wanted[] {
  const series = seriesOf(study);
  const uidsOf = (some: typeof series) =>
    some.flatMap(({ instances }) => instances.map(({ uid }) => String(uid)));
  return [
    { url: String(study.url), uids: uidsOf(series) },
    ...series.map((each) => ({ url: String(each.url), uids: uidsOf([each]) })),
    ...series.flatMap(({ instances }) =>
      instances.map(({ url, uid }) => ({ url: String(url), uids: [String(uid)] })),
    ),
  ];
}

async function fetchDicom({ url, uids }: Wanted): Promise<{ url: string; why: string }[]> {
  const headers = { Accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' };
  const response = await fetch(url, { headers });
  const body = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) return [{ url, why: `status ${response.status}` }];
  const type = response.headers.get('content-type') ?? '';
  if (!/^multipart\/related.*application\/dicom/.test(type)) return [{ url, why: type }];
  const lacking = uids.filter((uid) => !body.includes(uid));
  return lacking.length > 0 ? [{ url, why: `lacks ${lacking.join(' ')}` }] : [];
}

const written = z.array(
  z.object({
    StudyInstanceUID: z.string(),
    PatientName: z.string(),
    StudyDate: z.string(),
    AccessionNumber: z.string(),
    StudyDescription: z.string(),
  }),
);

/** What the generator says it wrote. */
function generated(): z.output<typeof written> {
  const file = path.join(lab().dir, 'archive/truth.json');
  return written.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function described(study: Json): object {
  const accession = study.accessionNo === undefined ? {} : asJson(study.accessionNo);
  const day = typeof study.dateTime === 'string' ? study.dateTime.slice(0, 10) : undefined;
  return {
    description: study.description,
    accession: accession.value,
    name: objects([study.subject]).map(({ display }) => display)[0],
    day: day?.replaceAll('-', ''),
  };
}

/** The alphabetic group of a name as people write it. */
function plainName(name: string): string {
  const [family, given, middle] = name.split('=')[0]?.split('^') ?? [];
  return [given, middle, family].filter((part) => part !== undefined).join(' ');
}
