import type { PersonName } from '../../dicom/names';
import type { Members } from '../elements';
import { absent } from '../extensions';
import { groupText, REPRESENTATION_URL, writtenNames, type WrittenName } from '../names';
import { unsignedInt } from '../shared/primitives';

/*
 * What DSTU2 has of its own among the data types (datatypes.html of 1.0.2).
 */

/** The URI by which DSTU2 calls DICOM's own code system (valueset-dicom-cid29.html). */
export const DCM = 'http://nema.org/dicom/dicm';

const V2_IDENTIFIER_TYPE = 'http://hl7.org/fhir/v2/0203';
const IDENTIFIER_TYPE = 'http://hl7.org/fhir/identifier-type';

/** Identifier.type (valueset-identifier-type.html); a text where its list has no code. */
export const IDENTIFIER_TYPES = {
  accession: type(V2_IDENTIFIER_TYPE, 'ACSN', 'Accession ID'),
  placer: type(IDENTIFIER_TYPE, 'PLAC', 'Placer Identifier'),
  filler: type(IDENTIFIER_TYPE, 'FILL', 'Filler Identifier'),
  procedure: { text: 'Requested Procedure ID' },
  study: { text: 'Study ID' },
  patient: { text: 'Patient ID' },
  otherPatient: { text: 'Other Patient ID' },
} as const satisfies Record<string, Members>;

function type(system: string, code: string, display: string): Members {
  return { coding: [{ system, code, display }] };
}

/** The groups of a DICOM name as HumanNames, alphabetic first; `family` repeats. */
export function humanNames(name: PersonName): Members[] {
  return writtenNames(name).map(humanName);
}

function humanName({ representation, group }: WrittenName): Members {
  const alphabetic = representation === 'ABC';
  return {
    extension: alphabetic ? [] : [{ url: REPRESENTATION_URL, valueCode: representation }],
    text: groupText(group, !alphabetic),
    family: [group.family],
    given: [group.given, group.middle],
    prefix: [group.prefix],
    suffix: [group.suffix],
  };
}

/** A mandatory count; no number is invented for one that is unknown or beyond an unsignedInt. */
export function count(name: string, value: number | undefined): Members {
  const told = unsignedInt(value);
  return told === undefined ? { [`_${name}`]: { extension: [absent()] } } : { [name]: told };
}
