import type { PersonName } from '../../dicom/names';
import type { Series, Study } from '../../study/model';
import type { Members } from '../elements';
import { extension } from '../extensions';
import { displayName } from '../names';
import { humanNames } from './datatypes';

/** The physicians of a study as contained Practitioners, and the references to them. */
export interface People {
  readonly contained: readonly Members[];
  readonly referrer?: Members;
  /** Who signed the requests. */
  readonly requester?: Members;
  readonly readers: readonly Members[];
  /** Those for whom ImagingStudy has no element. */
  readonly extensions: readonly Members[];
}

/** Who made the series of a study. */
export interface Performers {
  readonly contained: readonly Members[];
  /** ImagingStudy.series.performer. */
  of(series: Series): Members[];
}

/**
 * The physicians of a study. `referrer` is "the requesting/referring physician": the referring one where told.
 * The requesting one then stands in the requests, or in an extension when no request is known.
 */
export function peopleOf(study: Study): People {
  const referrer = study.referrer && practitioner('referrer', study.referrer);
  const requester = study.requester && practitioner('requester', study.requester);
  const readers = study.readers.map((name, i) => practitioner(`reader-${i + 1}`, name));
  const signer = referrer ?? requester;
  const homeless = referrer && study.requests.length === 0 ? requester : undefined;
  const all = [referrer, requester, ...readers].filter((person) => person !== undefined);
  return {
    contained: all.map((person) => person.contained),
    ...(signer && { referrer: signer.reference }),
    ...(requester && { requester: requester.reference }),
    readers: readers.map((reader) => reader.reference),
    extensions: homeless ? [extension('requester', { valueReference: homeless.reference })] : [],
  };
}

/** What a performer did (HL7 v3 ParticipationType, of the value set series-performer-function). */
const FUNCTIONS = {
  performer: functionConcept('PRF', 'performer', 'Performing physician'),
  operator: functionConcept('SPRF', 'secondary performer', 'Operator'),
} as const;

/** Performing Physician's Name and Operators' Name; the same name in many series is contained once. */
export function performersOf(study: Study): Performers {
  const people = new Map<string, Person>();
  for (const series of study.series ?? []) {
    for (const name of [...series.performers, ...series.operators]) {
      const key = JSON.stringify(name);
      if (!people.has(key)) people.set(key, practitioner(`performer-${people.size + 1}`, name));
    }
  }
  const performer = (name: PersonName, role: keyof typeof FUNCTIONS): Members => ({
    function: FUNCTIONS[role],
    actor: people.get(JSON.stringify(name))?.reference,
  });
  return {
    contained: Array.from(people.values(), (person) => person.contained),
    of: (series) => [
      ...series.performers.map((name) => performer(name, 'performer')),
      ...series.operators.map((name) => performer(name, 'operator')),
    ],
  };
}

interface Person {
  readonly contained: Members;
  readonly reference: Members;
}

function practitioner(id: string, name: PersonName): Person {
  return {
    contained: { resourceType: 'Practitioner', id, name: humanNames(name) },
    reference: { reference: `#${id}`, display: displayName(name) },
  };
}

function functionConcept(code: string, display: string, text: string): Members {
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
  return { coding: [{ system, code, display }], text };
}
