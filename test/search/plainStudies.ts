import fc from 'fast-check';
import type { Study } from '../../src/study/model';
import type { StudyDetail } from '../../src/study/source';
import { instance, patient, series, study } from './support';

/* Studies as plainly as can be told, and random archives of them. Few values, so that questions meet them. */

export interface Person {
  readonly id?: string;
  readonly issuer?: string;
  /** Groups of a name joined by `=`, components by `^`. */
  readonly name?: string;
  readonly born?: string;
  readonly sex?: 'M' | 'F' | 'O';
}

export interface PlainSeries {
  readonly uid: string;
  readonly modality?: string;
  readonly bodyPart?: string;
  readonly instances: readonly { readonly uid: string; readonly sopClass: string }[];
}

export interface PlainStudy {
  readonly uid: string;
  readonly person: Person;
  readonly date?: string;
  readonly time?: string;
  readonly zone?: string;
  readonly accession?: { readonly value: string; readonly issuer?: string };
  /** Number of the order at the department that filled it. */
  readonly order?: string;
  readonly studyId?: string;
  readonly updated: string;
  readonly series: readonly PlainSeries[];
}

/** What study rows of an archive tell; the rest takes a look below. */
export interface Telling {
  readonly modalities: boolean;
  readonly counts: boolean;
  readonly issuers: boolean;
  readonly orders: boolean;
}

/** P1 four times over: two issuers, none, and a lower-case one. One patient has no Patient ID at all. */
const PEOPLE: readonly Person[] = [
  { id: 'P1', issuer: 'LAB', name: 'Müller^Anna', born: '1980-01-01', sex: 'F' },
  { id: 'P1', issuer: 'HOSP', name: 'Muller^Hanna', born: '1980-12-31', sex: 'F' },
  { id: 'P1', name: "O'Brien^Pat", sex: 'O' },
  { id: 'p1', issuer: 'LAB', name: 'MÜLLER^ANNA^B', born: '1990-01-01' },
  { id: 'P-2', issuer: '1.2.3', name: 'Yamada^Tarou=山田^太郎=やまだ^たろう', sex: 'M' },
  { name: 'Müller^Anna', born: '1980-01-01' },
];

const few = (...values: string[]) => fc.constantFrom(...values);
const uid = few('1.1', '1.2', '1.3');

const aSeries: fc.Arbitrary<PlainSeries> = fc.record(
  {
    uid,
    modality: few('CT', 'MR', 'SR'),
    bodyPart: few('CHEST', 'HEAD', 'Head', 'KNEE', 'TAIL'),
    instances: fc.array(fc.record({ uid, sopClass: few('1.5', '1.6') }), { maxLength: 3 }),
  },
  { requiredKeys: ['uid', 'instances'] },
);

const aStudy: fc.Arbitrary<PlainStudy> = fc
  .record(
    {
      uid: few(...Array.from({ length: 12 }, (_, index) => `1.${index + 1}`)),
      person: fc.constantFrom(...PEOPLE),
      date: few('2019-12-31', '2020-01-01', '2020-01-02', '2021-06-30'),
      time: few('02:30', '12', '12:30', '12:30:15'),
      zone: few('+00:00', '-08:00', '+14:00'),
      accession: fc.record(
        { value: few('A1', 'P1', '1.2'), issuer: few('LAB', 'HOSP') },
        { requiredKeys: ['value'] },
      ),
      order: few('A1', 'F1'),
      studyId: few('S1', 'A1', '1.3'),
      updated: few('2020-01-01T12:30:15.000Z', '2021-06-30T00:00:00.000Z'),
      series: fc.uniqueArray(aSeries, { selector: ({ uid: of }) => of, maxLength: 3 }),
    },
    { requiredKeys: ['uid', 'person', 'updated', 'series'] },
  )
  .map(({ time, zone, ...told }) =>
    told.date === undefined
      ? told
      : { ...told, ...(time !== undefined && { time }), ...(zone !== undefined && { zone }) },
  );

/** What no two studies share: one UID may be two patients' study. */
export const nameOf = ({ uid: of, person }: PlainStudy): string =>
  JSON.stringify([of, person.issuer ?? '', person.id ?? '', person.id ? '' : person.name]);

export const archives = fc.uniqueArray(aStudy, { selector: nameOf, maxLength: 30 });

/** The name of a study in an answer, as {@link nameOf} has it. */
export const nameOfFound = ({ uid: of, patient: whose }: Study): string =>
  JSON.stringify([
    of,
    whose.issuer?.name ?? '',
    whose.id ?? '',
    whose.id ? '' : whose.name?.alphabetic?.text,
  ]);

/** The study's own time: a date, then as much of a time and zone as is known. */
export const timeOf = ({ date, time, zone }: PlainStudy): string | undefined =>
  date && `${date}T${time ?? ''}${zone ?? ''}`;

/** All there is of a study in the gateway's terms; `told` is how much of it a study row has. */
export function detailOf(plain: PlainStudy, told: Telling): StudyDetail {
  const { person, accession, order } = plain;
  const modalities = modalitiesOf(plain);
  const issued = (value: string, issuer: string | undefined) => ({
    value,
    ...(issuer !== undefined && { issuer: { name: issuer } }),
  });
  const header = study({
    uid: plain.uid,
    patient: patient({
      ...(person.id !== undefined && { id: person.id }),
      ...(person.issuer !== undefined && { issuer: { name: person.issuer } }),
      ...(person.name !== undefined && { name: person.name }),
      ...(person.born !== undefined && { birthDate: person.born }),
      ...(person.sex !== undefined && { sex: person.sex }),
    }),
    ...(plain.date !== undefined && {
      started: {
        date: plain.date,
        ...(plain.time !== undefined && { time: plain.time }),
        ...(plain.zone !== undefined && { offset: plain.zone }),
      },
    }),
    ...(accession && {
      accession: issued(accession.value, told.issuers ? accession.issuer : undefined),
    }),
    ...(order !== undefined &&
      told.orders && { requests: [{ codes: [], fillerNumber: { value: order } }] }),
    ...(plain.studyId !== undefined && { studyId: plain.studyId }),
    ...(told.modalities && modalities.length > 0 && { modalities }),
    ...(told.counts && {
      numberOfSeries: plain.series.length,
      numberOfInstances: plain.series.reduce((sum, { instances }) => sum + instances.length, 0),
    }),
    lastUpdated: plain.updated,
  });
  return { header, series: plain.series.map(seriesOf), defects: [] };
}

export function modalitiesOf({ series: all }: PlainStudy): string[] {
  return [...new Set(all.flatMap(({ modality }) => modality ?? []))];
}

function seriesOf({ instances, ...told }: PlainSeries) {
  return series({ ...told, instances: instances.map((each) => instance(each)) });
}
