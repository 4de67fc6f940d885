import type { PersonName } from '../../dicom/names';
import type { Series, Study } from '../../study/model';
import type { Members } from '../elements';
import { extension } from '../extensions';
import { displayName } from '../names';
import { humanNames } from './datatypes';

/** The people of a study as contained Practitioners, and the references to them. */
export interface People {
  readonly contained: readonly Members[];
  readonly referrer?: Members;
  /** Who signed the orders. */
  readonly requester?: Members;
  readonly interpreters: readonly Members[];
  /** Who performed a series: its performing physicians, then its operators. */
  readonly performers: ReadonlyMap<Series, readonly Members[]>;
  /** The requester for whom ImagingStudy has no element. */
  readonly extensions: readonly Members[];
}

/**
 * The people of a study. STU3's referrer is "the requesting/referring physician": the referring one where
 * told. The requesting one then stands in the orders, or in an extension when no order is known.
 */
export function peopleOf(study: Study): People {
  const referrer = study.referrer && practitioner('referrer', study.referrer);
  const requester = study.requester && practitioner('requester', study.requester);
  const readers = study.readers.map((name, i) => practitioner(`reader-${i + 1}`, name));
  const technicians = performersOf(study.series ?? []);
  const signer = referrer ?? requester;
  const homeless = referrer && study.requests.length === 0 ? requester : undefined;
  const all = [referrer, requester, ...readers, ...technicians.people];
  return {
    contained: all.filter((person) => person !== undefined).map((person) => person.contained),
    ...(signer && { referrer: signer.reference }),
    ...(requester && { requester: requester.reference }),
    interpreters: readers.map((reader) => reader.reference),
    performers: technicians.bySeries,
    extensions: homeless ? [extension('requester', { valueReference: homeless.reference })] : [],
  };
}

interface Person {
  readonly contained: Members;
  readonly reference: Members;
}

interface Performers {
  readonly people: readonly Person[];
  readonly bySeries: ReadonlyMap<Series, readonly Members[]>;
}

/** One Practitioner for a name, however many series of the study name it. */
function performersOf(allSeries: readonly Series[]): Performers {
  const people = new Map<string, Person>();
  const personOf = (name: PersonName): Person => {
    const key = JSON.stringify(name);
    const person = people.get(key) ?? practitioner(`performer-${people.size + 1}`, name);
    people.set(key, person);
    return person;
  };
  const bySeries = allSeries.map((series) => {
    const names = [...series.performers, ...series.operators];
    return [series, [...new Set(names.map(personOf))].map((person) => person.reference)] as const;
  });
  return { people: [...people.values()], bySeries: new Map(bySeries) };
}

function practitioner(id: string, name: PersonName): Person {
  return {
    contained: { resourceType: 'Practitioner', id, name: humanNames(name) },
    reference: { reference: `#${id}`, display: displayName(name) },
  };
}
