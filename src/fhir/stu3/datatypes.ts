import type { PersonName } from '../../dicom/names';
import type { Members } from '../elements';
import { DATA_ABSENT_REASON_URL } from '../extensions';
import { groupText, REPRESENTATION_URL, writtenNames, type WrittenName } from '../names';

/*
 * What STU3 has of its own among the data types (datatypes.html of 3.0.2).
 */

/** The URI by which STU3 calls DICOM's own code system (valueset-dicom-cid29.html). */
export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';

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

/** Says that a mandatory value is not known (extension-data-absent-reason.html). */
export const UNKNOWN: Members = { url: DATA_ABSENT_REASON_URL, valueCode: 'unknown' };

function type(system: string, code: string, display: string): Members {
  return { coding: [{ system, code, display }] };
}

/** The groups of a DICOM name as HumanNames, alphabetic first; `family` is one string. */
export function humanNames(name: PersonName): Members[] {
  return writtenNames(name).map(humanName);
}

function humanName({ representation, group }: WrittenName): Members {
  const alphabetic = representation === 'ABC';
  return {
    extension: alphabetic ? [] : [{ url: REPRESENTATION_URL, valueCode: representation }],
    text: groupText(group, !alphabetic),
    family: group.family,
    given: [group.given, group.middle],
    prefix: [group.prefix],
    suffix: [group.suffix],
  };
}
