import fc from 'fast-check';
import type { Keyword } from '../../src/dicom/tags';
import type { StudyHeader } from '../../src/study/model';
import type { Call, Keys, Match, StudySource } from '../../src/study/source';
import { detailOf, modalitiesOf, type PlainStudy, type Telling } from './plainStudies';
import { study } from './support';

/* A random archive as the gateway sees it: what it matches, ignores, tells, and how it pages. */

export interface Manner {
  readonly tells: Telling;
  /** Keys that it is believed to match. */
  readonly able: readonly Keyword[];
  /** Keys that it does match; the others it ignores, and sends more than was asked for. */
  readonly obeys: readonly Keyword[];
  readonly valueLists: boolean;
  /** PatientID and AccessionNumber in any case, as some databases compare. */
  readonly anyCase: boolean;
  /** Rows at once, at most, whatever `limit` says. */
  readonly most: number;
  /** Whether it searches series and instances across studies. */
  readonly below: boolean;
  /** Whether it keeps a log of changes. */
  readonly log: boolean;
  /** Whether it has an index that tells sketches of studies. */
  readonly sketches: boolean;
}

const KEYS: readonly Keyword[] = [
  'StudyInstanceUID',
  'PatientID',
  'AccessionNumber',
  'StudyID',
  'PatientName',
  'PatientSex',
  'PatientBirthDate',
  'StudyDate',
  'ModalitiesInStudy',
];
const someKeys = fc.oneof(
  { weight: 3, arbitrary: fc.constant(KEYS) },
  fc.subarray([...KEYS]),
  fc.constant([]),
);

export const manners: fc.Arbitrary<Manner> = fc.record({
  tells: fc.record({
    modalities: fc.boolean(),
    counts: fc.boolean(),
    issuers: fc.boolean(),
    orders: fc.boolean(),
  }),
  able: someKeys,
  obeys: someKeys,
  valueLists: fc.boolean(),
  anyCase: fc.boolean(),
  most: fc.constantFrom(1, 3, 1000),
  below: fc.boolean(),
  log: fc.boolean(),
  sketches: fc.boolean(),
});

export const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};

/** @param held the archive's content in its own order, which may change while it is read */
export function archiveOf(held: readonly PlainStudy[], manner: Manner): StudySource {
  const whole: Telling = { ...manner.tells, issuers: true, orders: true };
  // A row that was told is found again by its patient, which is an object of its own.
  const told = new WeakMap<object, PlainStudy>();
  return {
    abilities: () =>
      Promise.resolve({
        studyKeys: new Set(manner.able),
        valueLists: manner.valueLists,
        tellsUpdates: manner.log,
      }),
    studies(keys, { limit, offset, sketches }) {
      const sketched = sketches === true && manner.sketches && isIndexable(held);
      const found = held.filter((study) => meetsAll(study, keys, manner));
      const page = found.slice(offset, offset + Math.min(limit, manner.most));
      const more = offset + page.length < found.length;
      const studies = page.map((plain) => {
        const { header } = detailOf(plain, manner.tells);
        if (sketched) return sketchOf(header);
        told.set(header.patient, plain);
        return header;
      });
      return Promise.resolve({
        studies,
        advance: more ? page.length : 0,
        cut: false,
        notices: [],
      });
    },
    studiesWith(_level, keys, most) {
      if (!manner.below) return Promise.resolve(undefined);
      const uids = held.filter((study) => hasBelow(study, keys)).map(({ uid }) => uid);
      return Promise.resolve({ uids: uids.slice(0, most), complete: uids.length <= most });
    },
    ...(manner.log && {
      changedSince: (since: number) =>
        Promise.resolve(
          held.filter(({ updated }) => Date.parse(updated) >= since).map(({ uid }) => uid),
        ),
    }),
    details: (studies) =>
      Promise.resolve(
        studies.map((header) => {
          const plain = told.get(header.patient);
          if (plain === undefined) throw new Error('details of a study that was never told');
          return detailOf(plain, whole);
        }),
      ),
  };
}

/** Whether an index tells studies apart, which knows each by its UID and Patient ID (Orthanc's), whoever issued that. */
export function isIndexable(studies: readonly PlainStudy[]): boolean {
  const names = studies.map(({ uid, person }) => `${uid} ${person.id ?? ''}`);
  return new Set(names).size === names.length;
}

/** What an index holds of a study. */
function sketchOf({ uid, patient, started, accession, studyId, lastUpdated }: StudyHeader) {
  const { id, name, birthDate, sex } = patient;
  const { date, time } = started ?? {};
  return study({
    uid,
    sketch: true,
    patient: {
      otherIds: [],
      ...(id !== undefined && { id }),
      ...(name && { name }),
      ...(birthDate !== undefined && { birthDate }),
      ...(sex && { sex }),
    },
    ...(date !== undefined && { started: { date, ...(time !== undefined && { time }) } }),
    ...(accession && { accession: { value: accession.value } }),
    ...(studyId !== undefined && { studyId }),
    ...(lastUpdated !== undefined && { lastUpdated }),
  });
}

function meetsAll(study: PlainStudy, keys: Keys, manner: Manner): boolean {
  return [...keys]
    .filter(([keyword]) => manner.obeys.includes(keyword))
    .every(([keyword, match]) => meets(valuesOf(study, keyword), match, manner.anyCase));
}

function valuesOf(study: PlainStudy, keyword: Keyword): readonly string[] {
  const { person, accession, date } = study;
  const values: Partial<Record<Keyword, readonly (string | undefined)[]>> = {
    StudyInstanceUID: [study.uid],
    PatientID: [person.id],
    AccessionNumber: [accession?.value],
    StudyID: [study.studyId],
    PatientName: [person.name],
    PatientSex: [person.sex],
    PatientBirthDate: [person.born?.replaceAll('-', '')],
    StudyDate: [date?.replaceAll('-', '')],
    ModalitiesInStudy: modalitiesOf(study),
  };
  return (values[keyword] ?? []).filter((value) => value !== undefined);
}

function meets(values: readonly string[], match: Match, anyCase: boolean): boolean {
  const form = (text: string) => (anyCase ? text.toUpperCase() : text);
  switch (match.kind) {
    case 'values':
      return values.some((value) => match.values.map(form).includes(form(value)));
    case 'range':
      return values.some((value) => match.from <= value && value <= match.to);
    case 'name':
      return match.text
        .split(' ')
        .some((word) => values.some((name) => letters(name).includes(letters(word))));
  }
}

const letters = (name: string) =>
  name
    .normalize('NFD')
    .replace(/[\u0300-\u036f^]/g, '')
    .toLowerCase();

function hasBelow({ series }: PlainStudy, keys: Keys): boolean {
  return [...keys].every(([keyword, match]) => {
    const values = series.flatMap(({ uid, bodyPart, instances }) => {
      if (keyword === 'SeriesInstanceUID') return [uid];
      if (keyword === 'BodyPartExamined') return bodyPart === undefined ? [] : [bodyPart];
      return instances.map((one) => (keyword === 'SOPInstanceUID' ? one.uid : one.sopClass));
    });
    return meets(values, match, true);
  });
}
