import fc from 'fast-check';
import { modality as modalityOf } from '../../src/dicom/codes';
import { r4 } from '../../src/fhir/r4';
import { study as anyStudy } from '../fhir/arbitraries';
import { contextOf, samplesOf } from '../fhir/r4Samples';
import { all, both, patient, sorted, STUDIES, uidsOf } from '../releases/finds';
import { UID } from '../releases/questions';
import { allPages, idsOf, pageOf, start, type Running } from '../releases/support';
import { ABSENT, DCM, imagingStudy, type ImagingStudy } from './r4';

/*
 * US Core ImagingStudy Profile, http://hl7.org/fhir/us/core/StructureDefinition/us-core-imagingstudy, as it was
 * drafted in August 2026 for 10.0.0-ballot (FHIR 4.0.1): its differential, its introduction, and what US Core's
 * server requirements say of searches. The same content is checked on every R4 answer, from the demo archive and of
 * every odd study.
 */

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

const search = (query: string) => `/fhir/r4/ImagingStudy?${query}`;

/** The codings of a study and of its series and instances. */
function modalitiesIn({ modality, series = [] }: ImagingStudy) {
  return [...modality, ...series.map((each) => each.modality)];
}

/** What the profile has of a study beyond R4, in its words. */
function faultsOf(resource: unknown): string[] {
  const study = imagingStudy.parse(resource);
  const uids = study.identifier.filter(({ system }) => system === 'urn:dicom:uid');
  const classes = (study.series ?? []).flatMap(({ instance = [] }) =>
    instance.map(({ sopClass }) => sopClass),
  );
  const contained = study.contained.map(
    ({ resourceType, id }) => [`#${id}`, resourceType] as const,
  );
  const target =
    new Map<string, string>(contained).get(study.subject.reference) ?? study.subject.reference;
  const faults: readonly (readonly [string, boolean])[] = [
    ['one studyInstanceUID', uids.length === 1],
    ['its value is a urn:oid:', (uids[0]?.value ?? '').startsWith('urn:oid:')],
    ['the subject is a patient', /^Patient($|\/)/.test(target)],
    ['modalities of CID 29, or CID 33, or without a system', modalitiesIn(study).every(isModality)],
    ['SOP classes of PS3.4 B.5', classes.every(isSopClass)],
  ];
  return faults.flatMap(([wanted, met]) => (met ? [] : [wanted]));
}

type Coding = ImagingStudy['modality'][number];

/** An extensible binding: a code of the list where it has one, else another; "unknown" where nobody knows. */
function isModality({ system, code }: Coding): boolean {
  if (system === ABSENT) return code === 'unknown';
  return modalityOf(code) === undefined ? system === undefined : system === DCM;
}

function isSopClass({ system, code }: Coding): boolean {
  if (system === ABSENT) return code === 'unknown';
  return system === 'urn:ietf:rfc:3986' && /^urn:oid:(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/.test(code);
}

describe('each ImagingStudy has what US Core says it must have', () => {
  test('of all that the demo archive holds', async () => {
    const pages = await allPages(running, search('_count=5'));
    const resources = pages.flatMap(({ entries }) => entries.map(({ resource }) => resource));
    expect(resources).toHaveLength(STUDIES.length);
    expect(resources.map(faultsOf)).toEqual(resources.map(() => []));
  });

  const odd = samplesOf(r4).filter(([name]) => name.startsWith('study-'));
  test.each(odd)('even if it is odd: %s', (_, resource) => {
    expect(faultsOf(JSON.parse(JSON.stringify(resource)))).toEqual([]);
  });

  test('whatever the archive put into it', () => {
    fc.assert(
      fc.property(anyStudy, (one) => {
        const resource: unknown = JSON.parse(JSON.stringify(r4.imagingStudy(one, contextOf(r4))));
        expect(faultsOf(resource)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('and this test would see what is missing', () => {
    const sample: unknown = JSON.parse(JSON.stringify(odd[1]?.[1]));
    const study = imagingStudy.parse(sample);
    for (const name of ['identifier', 'status', 'modality', 'subject', 'endpoint'] as const) {
      const less = Object.entries(study).filter(([member]) => member !== name);
      expect(() => imagingStudy.parse(Object.fromEntries(less))).toThrow();
    }
    expect(faultsOf({ ...study, subject: { reference: 'Group/1' } })).toHaveLength(1);
    expect(faultsOf({ ...study, identifier: [{ value: '1' }] })).toHaveLength(2);
    expect(faultsOf({ ...study, modality: [{ system: 'urn:x', code: 'CT' }] })).toHaveLength(1);
  });
});

test('what US Core says must be supported is there where the archive tells it', async () => {
  const pages = await allPages(running, search('_count=100'));
  const resources = pages.flatMap(({ entries }) =>
    entries.map(({ resource }) => imagingStudy.parse(resource)),
  );
  const shown = resources.flatMap(({ id, numberOfSeries, numberOfInstances, series = [] }) => [
    [id, numberOfSeries, numberOfInstances].join(),
    ...series.flatMap(({ uid, number, modality, instance = [] }) =>
      instance.map((each) =>
        [uid, number, modality.code, each.uid, each.number, each.sopClass.code].join(),
      ),
    ),
  ]);
  const held = STUDIES.flatMap(({ uid: study, series: all }) => [
    [study, all.length, all.flatMap(({ instances }) => instances).length].join(),
    ...all.flatMap(({ uid, number, modality, instances }) =>
      instances.map((each) =>
        [uid, number, modality, each.uid, each.number, `urn:oid:${each.sopClass}`].join(),
      ),
    ),
  ]);
  expect(sorted(shown)).toEqual(sorted(held));
});

describe('searches that US Core asks for', () => {
  const ofPatient = patient('4711', 'HOSP-A');
  /* Its SearchParameters of ImagingStudy: _id, identifier and patient. Tokens are found by code and by system|code,
     references by id and by Type/id, each got and posted. */
  test.each([
    ['_id', UID, (study: { uid: string }) => study.uid === UID],
    ['identifier', `urn:oid:${UID}`, (study: { uid: string }) => study.uid === UID],
    ['identifier', `urn:dicom:uid|urn:oid:${UID}`, (study: { uid: string }) => study.uid === UID],
    ['patient', 'HOSP-2dA.4711', ofPatient],
    ['patient', 'Patient/HOSP-2dA.4711', ofPatient],
    ['patient', 'Patient/HOSP-2dA.4711&status=available', ofPatient],
    ['patient', 'Patient/HOSP-2dA.4711&identifier=urn:oid:1.2.3', () => false],
    ['patient', 'HOSP-2dA.4711&started=ge2000-01-01T00:00:00%2B01:00', both(ofPatient, all)],
  ] as const)('by %s=%s', async (name, value, finds) => {
    const query = `${name}=${value}`;
    const got = pageOf(await running.ask(search(query)));
    const wanted = sorted(STUDIES.filter((study) => finds(study)).map(({ uid }) => uid));
    expect(sorted(idsOf(got))).toEqual(wanted);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const init = { method: 'POST', headers, body: query };
    const posted = pageOf(await running.ask('/fhir/r4/ImagingStudy/_search', init));
    expect(idsOf(posted)).toEqual(idsOf(got));
  });

  test('are of a patient who has studies, so that they find something', () => {
    expect(uidsOf(ofPatient).length).toBeGreaterThan(0);
  });
});
