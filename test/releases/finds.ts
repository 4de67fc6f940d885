import {
  demoStudies,
  type DemoInstance,
  type DemoSeries,
  type DemoStudy,
} from '../../src/demo/studies';

/* What a search should find, read from the demo's own content by code that is not the gateway's. */

export type Test = (study: DemoStudy) => boolean;

export const STUDIES = demoStudies();
export const all: Test = () => true;
export const none: Test = () => false;

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const member = (object: object, name: string) =>
  new Map<string, unknown>(Object.entries(object)).get(name);
const anySeries =
  (test: (series: DemoSeries) => boolean): Test =>
  ({ series }) =>
    series.some(test);
const anyInstance = (test: (instance: DemoInstance) => boolean) =>
  anySeries(({ instances }) => instances.some(test));

export const not =
  (test: Test): Test =>
  (study) =>
    !test(study);
export const both =
  (one: Test, other: Test): Test =>
  (study) =>
    one(study) && other(study);
export const either =
  (one: Test, other: Test): Test =>
  (study) =>
    one(study) || other(study);
export const attribute =
  (name: string, value: string): Test =>
  ({ attributes }) =>
    text(member(attributes, name)) === value;
export const uid =
  (...wanted: readonly string[]): Test =>
  (study) =>
    wanted.includes(study.uid);
export const patient =
  (id: string, issuer?: string): Test =>
  (study) =>
    study.patient.id === id && (issuer === undefined || (study.patient.issuer ?? '') === issuer);
export const named =
  (pattern: RegExp): Test =>
  (study) =>
    pattern.test(study.patient.name);
export const born =
  (pattern: RegExp): Test =>
  (study) =>
    pattern.test(study.patient.birthDate ?? '');
export const sex =
  (code: string): Test =>
  (study) =>
    study.patient.sex === code;
/** Study Date from one day to another, both included, as `yyyymmdd`. */
export const dated =
  (from: string, to: string): Test =>
  ({ attributes }) =>
    text(attributes.StudyDate) >= from && text(attributes.StudyDate) <= to;
export const modality = (code: string) => anySeries((series) => series.modality === code);
export const bodyPart = (term: string) =>
  anySeries(({ attributes }) => text(attributes.BodyPartExamined) === term);
export const anyBodyPart = anySeries(({ attributes }) => text(attributes.BodyPartExamined) !== '');
export const ofSeries = (wanted: string) => anySeries((series) => series.uid === wanted);
export const ofInstance = (wanted: string) => anyInstance((instance) => instance.uid === wanted);
export const sopClass = (wanted: string) => anyInstance((instance) => instance.sopClass === wanted);
/** Accession Number with its issuer's local name; without an issuer where it is empty. */
export const issued =
  (accession: string, issuer: string): Test =>
  ({ attributes }) => {
    const issuers = JSON.stringify(attributes.IssuerOfAccessionNumberSequence ?? '');
    const same = issuer === '' ? issuers === '""' : issuers.includes(`"${issuer}"`);
    return text(attributes.AccessionNumber) === accession && same;
  };

export const uidsOf = (test: Test) => sorted(STUDIES.filter(test).map((study) => study.uid));
export const sorted = (values: readonly string[]) => [...values].sort();

const escaped = (value: string) =>
  value.replace(/[^A-Za-z0-9]/g, (letter) => `-${letter.charCodeAt(0).toString(16)}`);

/** The ids of the patients of the studies found: issuer, dot, Patient ID, with escapes. */
export const patientsOf = (test: Test) => {
  const people = STUDIES.filter(test).map(({ patient: { id, issuer = '' } }) => [issuer, id]);
  return sorted([...new Set(people.map((key) => key.map(escaped).join('.')))]);
};
