import fc from 'fast-check';
import { readablePatientIds } from '../../src/study/identity';
import type { Vice } from './archive';
import { studyOf, UID_ROOT, type HeldStudy, type Person } from './people';

/* Archives of anybody's studies, callers who are anybody, and questions for anybody. */

/** A patient as a token names one. */
export interface Key {
  readonly id: string;
  readonly issuer?: string;
}

/** A study of the archive, as the oracle sees it: its accession number is nobody else's. */
export interface Known {
  readonly held: HeldStudy;
  readonly patient: Person;
  readonly accession: string;
}

const issuer = fc.constantFrom(undefined, 'I1', 'I2');
const id = fc.constantFrom('P1', 'P2', 'p1', 'P1-2', 'P');
const key: fc.Arbitrary<Key> = fc
  .record({ id, issuer })
  .map((each) => ({ id: each.id, ...(each.issuer !== undefined && { issuer: each.issuer }) }));
const person: fc.Arbitrary<Person> = fc
  .record({
    key: fc.option(key, { nil: undefined, freq: 6 }),
    name: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ key: who, name }) => ({
    letter: 'A',
    name: `Family${name}^Given`,
    born: `19${name}00101`,
    ...who,
  }));

const row = fc.record({
  person,
  uid: fc.integer({ min: 1, max: 6 }),
  year: fc.integer({ min: 2018, max: 2021 }),
  modality: fc.constantFrom('CT', 'MR'),
});

/** Studies of which no two have the same UID and the same patient. */
export const archives: fc.Arbitrary<readonly Known[]> = fc
  .uniqueArray(row, {
    minLength: 1,
    maxLength: 12,
    selector: ({ person: { id: patient, issuer: by, name, born }, uid }) =>
      JSON.stringify([uid, patient === undefined ? [name, born] : [patient, by]]),
  })
  .map((rows) =>
    rows.map(({ person: patient, uid, year, modality }, at) => ({
      patient,
      accession: `ACC-A-${at + 1}`,
      held: studyOf(
        patient,
        at + 1,
        { StudyDate: `${year}0102`, ModalitiesInStudy: [modality, 'SR', 'DOC'] },
        'A',
        `${UID_ROOT}.8.${uid}`,
      ),
    })),
  );

export const vices: fc.Arbitrary<Vice> = fc.record({
  ignoresKeys: fc.boolean(),
  readsWildcards: fc.boolean(),
  ignoresStudyInPath: fc.boolean(),
});

export const logicalId = ({ id: value, issuer: name }: Key) =>
  readablePatientIds.encode({
    id: value,
    otherIds: [],
    ...(name !== undefined && { issuer: { name } }),
  }) ?? '';

/** Mostly one of the archive's patients; of one without Patient ID there is no token. */
export const callers = fc.record({ other: key, pick: fc.nat() });
export type Caller = typeof callers extends fc.Arbitrary<infer T> ? T : never;

export function keyOf({ other, pick }: Caller, known: readonly Known[]): Key {
  const { id: patient, issuer: by } = known[pick % known.length]?.patient ?? {};
  if (pick % 5 === 0 || patient === undefined) return other;
  return { id: patient, ...(by !== undefined && { issuer: by }) };
}

/** Questions, as FHIR and as QIDO-RS ask them. */
export const questions: fc.Arbitrary<string> = fc
  .record({
    what: key,
    number: fc.integer({ min: 1, max: 12 }),
    uid: fc.integer({ min: 1, max: 6 }),
    pick: fc.nat(),
  })
  .map(({ what, number, uid, pick }) => {
    const study = `${UID_ROOT}.8.${uid}`;
    const all = [
      '/fhir/r4/ImagingStudy',
      '/fhir/r4/ImagingStudy?_count=2',
      '/fhir/r4/ImagingStudy?_count=3&_sort=-started',
      `/fhir/r4/ImagingStudy?patient=${logicalId(what)}`,
      `/fhir/r4/ImagingStudy?patient.identifier=${what.id}`,
      `/fhir/r4/ImagingStudy?patient.identifier=${what.issuer ?? ''}|${what.id}`,
      '/fhir/r4/ImagingStudy?patient.name=family1,family2',
      '/fhir/r4/ImagingStudy?patient:missing=true',
      `/fhir/r4/ImagingStudy?identifier=ACC-A-${number}`,
      `/fhir/r4/ImagingStudy?_id=${study}`,
      `/fhir/r4/ImagingStudy?instance=${UID_ROOT}.1.${number}.1.2`,
      `/fhir/r4/ImagingStudy?series=${UID_ROOT}.1.${number}.2`,
      '/fhir/r4/ImagingStudy?modality=CT&started=ge2019',
      '/fhir/r4/ImagingStudy?modality:not=CT&_count=1',
      `/fhir/r4/Patient/${logicalId(what)}/ImagingStudy`,
      '/fhir/dstu1/ImagingStudy?date=%3E2019',
      '/dicom-web/studies',
      '/dicom-web/studies?ModalitiesInStudy=MR',
      `/dicom-web/studies?PatientID=${what.id}`,
      `/dicom-web/studies?PatientID=P*`,
      `/dicom-web/studies?AccessionNumber=ACC-A-${number}`,
      `/dicom-web/studies?StudyInstanceUID=${study}`,
      '/dicom-web/studies?PatientName=Family1*&StudyDate=20190101-20211231',
    ];
    return all[pick % all.length] ?? '';
  });
