import { patient, sorted, STUDIES, uidsOf } from '../releases/finds';
import { UID } from '../releases/questions';
import { idsOf, pageOf, resourceOf, start, type Page, type Running } from '../releases/support';
import { endpoint, imagingStudy } from './r4';

/*
 * SMART Imaging Access 0.1.0 (http://fhir.org/argonaut/smart-imaging, FHIR 4.0.1), "Finding studies" and "Retrieving
 * images" of its specification, and the profiles smart-imaging-study and smart-wado-endpoint. What it says of tokens
 * is under test with the tokens.
 */

let running: Running;
let contained: Running;
beforeAll(async () => {
  [running, contained] = await Promise.all([start(), start({ ENDPOINT_AS: 'contained' })]);
});
afterAll(() => Promise.all([running.close(), contained.close()]));

const PATIENT = 'patient=HOSP-2dA.4711';
const OWNED = uidsOf(patient('4711', 'HOSP-A'));
const [OWN = ''] = OWNED;
const search = async (query: string, at = running) =>
  pageOf(await at.ask(`/fhir/r4/ImagingStudy?${query}`));
const studiesOf = ({ entries }: Page) =>
  entries.flatMap(({ mode, resource }) => (mode === 'match' ? [imagingStudy.parse(resource)] : []));

describe('the queries that the server SHALL support', () => {
  test('patient: the studies of the patient, and of nobody else', async () => {
    expect(OWNED.length).toBeGreaterThan(0);
    expect(sorted(idsOf(await search(PATIENT)))).toEqual(OWNED);
    expect(sorted(idsOf(await search('patient=Patient/HOSP-2dA.4711')))).toEqual(OWNED);
  });

  test('patient and _lastUpdated=gt: those updated after a time', async () => {
    const past = await search(`${PATIENT}&_lastUpdated=gt2023-04-17T04:00:00Z`);
    expect(sorted(idsOf(past))).toEqual(OWNED);
    expect(idsOf(await search(`${PATIENT}&_lastUpdated=gt2999-01-01T00:00:00Z`))).toEqual([]);
  });

  test('patient and _lastUpdated=gt: none that the last page told as updated before', async () => {
    const { entries } = await search(PATIENT);
    const times = entries.map(
      ({ resource }) => /"lastUpdated":"([^"]+)"/.exec(JSON.stringify(resource))?.[1],
    );
    const latest =
      times
        .map((time) => time ?? '')
        .sort()
        .at(-1) ?? '';
    expect(latest).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(idsOf(await search(`${PATIENT}&_lastUpdated=gt${latest}`))).toEqual([]);
    expect(idsOf(await search(`${PATIENT}&_lastUpdated=ge${latest}`))).not.toEqual([]);
  });

  test('patient and identifier=urn:oid: the study, if it is that patient’s', async () => {
    expect(idsOf(await search(`${PATIENT}&identifier=urn:oid:${OWN}`))).toEqual([OWN]);
    const other = STUDIES.find(({ uid }) => !OWNED.includes(uid))?.uid ?? '';
    expect(idsOf(await search(`identifier=urn:oid:${other}`))).toEqual([other]);
    expect(idsOf(await search(`${PATIENT}&identifier=urn:oid:${other}`))).toEqual([]);
  });

  test('_include=ImagingStudy:endpoint: each endpoint that a study refers to, once', async () => {
    const page = await search(`${PATIENT}&_include=ImagingStudy:endpoint`);
    const included = page.entries.filter(({ mode }) => mode === 'include');
    const references = studiesOf(page).flatMap((study) =>
      study.endpoint.map(({ reference }) => reference),
    );
    expect(sorted([...new Set(references)])).toEqual(
      sorted(included.map(({ url }) => url.replace(`${running.url}/fhir/r4/`, ''))),
    );
    expect(included.map(({ resource }) => endpoint.safeParse(resource).success)).toEqual([true]);
  });

  test('are declared in the capability statement', async () => {
    const statement = resourceOf(await running.ask('/fhir/r4/metadata'));
    const text = JSON.stringify(statement);
    expect(statement).toMatchObject({ fhirVersion: '4.0.1' });
    for (const name of ['patient', 'identifier', '_lastUpdated']) {
      expect(text).toContain(`"name":"${name}"`);
    }
    expect(text).toContain('ImagingStudy:endpoint');
  });
});

const REQUIRES_TOKEN =
  'http://fhir.org/argonaut/smart-imaging/StructureDefinition/requires-access-token';

describe('smart-imaging-study and smart-wado-endpoint', () => {
  test('hold of every study, with the Endpoint beside or contained', async () => {
    for (const at of [running, contained]) {
      const page = await search('_count=100&_include=ImagingStudy:endpoint', at);
      const studies = studiesOf(page);
      expect(studies).toHaveLength(STUDIES.length);
      for (const study of studies) {
        const uids = study.identifier.filter(({ system }) => system === 'urn:dicom:uid');
        expect(uids.map(({ value }) => value)).toEqual([`urn:oid:${String(study.id)}`]);
        expect(study.subject.reference).toMatch(/^(Patient\/|#patient$)/);
        for (const { reference } of study.endpoint) {
          const target = reference.startsWith('#')
            ? study.contained.find(({ id }) => id === reference.slice(1))
            : page.entries.find(({ url }) => url.endsWith(`/${reference}`))?.resource;
          const { address, extension } = endpoint.parse(target);
          expect(address).toMatch(/^https?:\/\/.*[^/]$/);
          // Nobody authorises here: the SHALL is that it is told, true or false.
          expect(extension).toEqual([{ url: REQUIRES_TOKEN, valueBoolean: false }]);
        }
      }
    }
  });

  test('tell the series and instances that an app shows before it loads anything', async () => {
    const [study] = studiesOf(await search(`_id=${UID}`));
    const held = STUDIES.find(({ uid }) => uid === UID);
    expect(study?.started).toMatch(/^2024-03-12T/);
    expect([study?.numberOfSeries, study?.series?.length]).toEqual([
      held?.series.length,
      held?.series.length,
    ]);
    for (const series of study?.series ?? []) {
      const same = held?.series.find(({ uid }) => uid === series.uid);
      expect([series.modality.code, series.numberOfInstances]).toEqual([
        same?.modality,
        same?.instances.length,
      ]);
      expect(series.instance).toHaveLength(same?.instances.length ?? -1);
    }
  });
});
