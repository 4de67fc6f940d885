import type { PersonName } from '../../dicom/names';
import type { StudyHeader } from '../../study/model';
import type { Members } from '../elements';
import { extension } from '../extensions';
import { displayName } from '../names';
import { humanNames } from './datatypes';

/** The physicians of a study as contained Practitioners, and the references to them. */
export interface People {
  readonly contained: readonly Members[];
  readonly referrer?: Members;
  /** Who signed the orders. */
  readonly requester?: Members;
  readonly interpreter?: Members;
  /** Those for whom ImagingStudy has no element. */
  readonly extensions: readonly Members[];
}

/**
 * The physicians of a study. DSTU2's referrer is "the requesting/referring physician": the referring one
 * where told. The requesting one then stands in the orders, or in an extension when no order is known.
 * DSTU2 has one interpreter; further readers are in extensions. It has no place for who performed a series.
 */
export function peopleOf(study: StudyHeader): People {
  const referrer = study.referrer && practitioner('referrer', study.referrer);
  const requester = study.requester && practitioner('requester', study.requester);
  const readers = study.readers.map((name, i) => practitioner(`reader-${i + 1}`, name));
  const [interpreter, ...furtherReaders] = readers;
  const signer = referrer ?? requester;
  const homeless = referrer && study.requests.length === 0 ? requester : undefined;
  const all = [referrer, requester, ...readers].filter((person) => person !== undefined);
  return {
    contained: all.map((person) => person.contained),
    ...(signer && { referrer: signer.reference }),
    ...(requester && { requester: requester.reference }),
    ...(interpreter && { interpreter: interpreter.reference }),
    extensions: [
      ...(homeless ? [extension('requester', { valueReference: homeless.reference })] : []),
      ...furtherReaders.map((reader) =>
        extension('further-interpreter', { valueReference: reader.reference }),
      ),
    ],
  };
}

interface Person {
  readonly contained: Members;
  readonly reference: Members;
}

/** Practitioner.name is 0..1 in DSTU2: the groups of the name after the first are in extensions. */
function practitioner(id: string, personName: PersonName): Person {
  const [name, ...others] = humanNames(personName);
  const otherNames = others.map((other) => extension('other-name', { valueHumanName: other }));
  return {
    contained: { resourceType: 'Practitioner', id, extension: otherNames, name },
    reference: { reference: `#${id}`, display: displayName(personName) },
  };
}
