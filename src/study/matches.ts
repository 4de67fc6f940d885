import { patientMark } from './identity';
import type { IssuedId, Patient, Series, Study, StudyHeader } from './model';
import {
  instantSpan,
  momentSpan,
  type Clause,
  type Condition,
  type IssuerFilter,
  type Presence,
} from './query';
import { compareSpans } from './spans';
import { matchesName } from './text';

/** A study as far as it is known: its header alone, or with its series and instances. */
export type Candidate = StudyHeader & Pick<Study, 'series'>;

/** Yes, no, or undefined: it takes series and instances to tell. */
export type Answer = boolean | undefined;

/**
 * Whether a study is what was asked for. This is the check that every row of every archive goes through,
 * whatever the archive made of the question (an unknown key is ignored, PS3.18 8.3.4), so nothing in it is
 * approximate: identifiers are compared to the letter.
 *
 * @param clauses conditions of which each clause needs one (FHIR: repeat is AND, comma is OR)
 * @param study with `series`, the answer is always decided; without, it may be undefined
 */
export function matches(clauses: readonly Clause[], study: Candidate): Answer {
  return every(clauses.map((clause) => some(clause.map((condition) => holds(condition, study)))));
}

/** AND of three values: a no decides, else whatever is unknown leaves the whole unknown. */
function every(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** OR of three values. */
function some(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** NOT of three values. */
function not(answer: Answer): Answer {
  return answer === undefined ? undefined : !answer;
}

function holds(condition: Condition, study: Candidate): Answer {
  switch (condition.on) {
    case 'nothing':
      return false;
    case 'all':
      return true;
    case 'not':
      return not(holds(condition.condition, study));
    case 'study':
      return study.uid === condition.uid;
    case 'id':
      return (
        study.uid === condition.uid &&
        (condition.patientMark === undefined ||
          condition.patientMark === patientMark(study.patient))
      );
    case 'accession':
      return hasAccession(study, condition.value, condition.issuer);
    case 'order':
      return isOrder(study, condition.value, condition.issuer);
    case 'studyId':
      return study.studyId !== undefined && isValue(study.studyId, condition.value);
    case 'lastUpdated':
      return (
        study.lastUpdated !== undefined &&
        compareSpans(condition.comparator, condition.span, instantSpan(study.lastUpdated))
      );
    case 'started':
      return (
        study.started !== undefined &&
        compareSpans(condition.comparator, condition.span, momentSpan(study.started))
      );
    case 'modality':
      return hasModality(study, condition.code);
    case 'series':
      return anySeries(study, (series) => series.uid === condition.uid);
    case 'instance':
      return anyInstance(study, (instance) => instance.uid === condition.uid);
    case 'sopClass':
      return anyInstance(study, (instance) => instance.sopClass === condition.uid);
    case 'bodyPart':
      return anySeries(study, (series) => isBodyPart(series, condition.terms));
    case 'attribute':
      return hasAttribute(study, condition);
    case 'presence': {
      const present = PRESENT[condition.of](study);
      return condition.present ? present : not(present);
    }
    case 'patient':
    case 'name':
    case 'birthDate':
    case 'sex':
      return isPatient(condition, study.patient);
  }
}

type PatientCondition = Extract<Condition, { on: 'patient' | 'name' | 'birthDate' | 'sex' }>;

function isPatient(condition: PatientCondition, patient: Patient): boolean {
  switch (condition.on) {
    case 'patient':
      return isIdentifier(
        { ...patient, value: patient.id ?? '' },
        condition.value,
        condition.issuer,
      );
    case 'name':
      return (
        patient.name !== undefined &&
        matchesName(patient.name, condition.text, condition.match, condition.part)
      );
    case 'birthDate':
      return (
        patient.birthDate !== undefined &&
        compareSpans(condition.comparator, condition.span, momentSpan({ date: patient.birthDate }))
      );
    case 'sex':
      return patient.sex === condition.sex;
  }
}

/**
 * Whether an identifier has this value and an issuer that will do. Leading and trailing blanks of LO and SH
 * are not significant (PS3.5 6.2); everything else is, case included.
 */
function isIdentifier(actual: IssuedId | undefined, value: string, issuer: IssuerFilter): boolean {
  return actual !== undefined && isValue(actual.value, value) && isIssuer(actual.issuer, issuer);
}

function isValue(actual: string, wanted: string): boolean {
  return wanted.trim() !== '' && actual.trim() === wanted.trim();
}

/** Series tell of requests too (Request Attributes), so that without them a study can only say yes. */
function isOrder(study: Candidate, value: string, issuer: IssuerFilter): Answer {
  const numbers = study.requests.flatMap(({ accession, placerNumber, fillerNumber }) => [
    accession,
    placerNumber,
    fillerNumber,
  ]);
  const found = numbers.some((number) => isIdentifier(number, value, issuer));
  return found || study.series !== undefined ? found : undefined;
}

/** The issuer of an accession number is a sequence, which study rows may lack: then the instances tell it. */
function hasAccession(study: Candidate, value: string, issuer: IssuerFilter): Answer {
  const { accession, series } = study;
  const untold = series === undefined && accession?.issuer === undefined && issuer !== 'any';
  const same = isIdentifier(accession, value, issuer);
  return untold && isIdentifier(accession, value, 'any') ? undefined : same;
}

function isIssuer(issuer: IssuedId['issuer'], wanted: IssuerFilter): boolean {
  if (wanted === 'any') return true;
  const names = [issuer?.name, issuer?.universalId].filter((name) => name !== undefined);
  if (wanted === 'none') return names.length === 0;
  // The name '' stands for identifiers that nobody issued.
  return names.some((name) => wanted.includes(name)) || (names.length === 0 && wanted.includes(''));
}

/**
 * Modalities in Study decides where the archive told it, because it answers without a further call; else
 * the series do. The header and the whole study never disagree.
 */
function hasModality(study: Candidate, code: string): Answer {
  if (toldModalities(study)) return study.modalities?.some((told) => isTerm(told, code)) === true;
  return anySeries(study, ({ modality }) => modality !== undefined && isTerm(modality, code));
}

function toldModalities(study: Candidate): boolean {
  return study.modalities !== undefined && study.modalities.length > 0;
}

function hasAttribute(
  study: Candidate,
  { of, values, untold }: Extract<Condition, { on: 'attribute' }>,
): boolean {
  const told = study[of];
  if (told === undefined) return untold;
  const actual = typeof told === 'string' ? [told] : told;
  return actual.some((one) => values.some((value) => isTerm(one, value)));
}

/** Code strings (PS3.5 6.2, CS) are upper case; archives hold others. */
function isTerm(actual: string, wanted: string): boolean {
  return actual.trim().toUpperCase() === wanted.trim().toUpperCase();
}

function isBodyPart({ bodyPart }: Series, terms: readonly string[]): boolean {
  return bodyPart !== undefined && terms.some((term) => isTerm(bodyPart, term));
}

function anySeries(study: Candidate, test: (series: Series) => boolean): Answer {
  return study.series?.some(test);
}

function anyInstance(
  study: Candidate,
  test: (instance: Series['instances'][number]) => boolean,
): Answer {
  return anySeries(study, (series) => series.instances.some(test));
}

const PRESENT: Readonly<Record<Presence, (study: Candidate) => Answer>> = {
  accession: (study) => study.accession !== undefined,
  started: (study) => study.started !== undefined,
  studyId: (study) => study.studyId !== undefined,
  lastUpdated: (study) => study.lastUpdated !== undefined,
  patient: (study) => study.patient.id !== undefined,
  name: (study) => study.patient.name !== undefined,
  birthDate: (study) => study.patient.birthDate !== undefined,
  sex: (study) => study.patient.sex !== undefined,
  modality: (study) =>
    toldModalities(study) || anySeries(study, ({ modality }) => modality !== undefined),
  bodyPart: (study) => anySeries(study, ({ bodyPart }) => bodyPart !== undefined),
  series: (study) => (study.numberOfSeries ?? 0) > 0 || anySeries(study, () => true),
};
