import { sopClass } from '../../dicom/codes';
import type { PersonName } from '../../dicom/names';
import { isSafeUid, isUid } from '../../dicom/values';
import type { Code } from '../../study/model';
import type { Members } from '../elements';
import { DATA_ABSENT_REASON_URL, extension } from '../extensions';
import { groupText, REPRESENTATION_URL, writtenNames, type WrittenName } from '../names';
import { coding } from '../shared/datatypes';

/*
 * R4's data types (datatypes.html of 4.0.1) from the model's values, as far as they are not the same in older
 * releases (shared/); the later releases have R4's.
 */

/** The URI by which STU3 and later call DICOM's own code system. */
export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';

const IDENTIFIER_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';

/** What an identifier is, as a CodeableConcept: by HL7 v2 table 0203 and PS3.16 where they have a code. */
export const ID_TYPES = {
  studyUid: { coding: [{ system: DCM, code: '110180', display: 'Study Instance UID' }] },
  accession: {
    coding: [
      { system: IDENTIFIER_TYPES, code: 'ACSN', display: 'Accession ID' },
      { system: DCM, code: '121022', display: 'Accession Number' },
    ],
  },
  studyId: { text: 'Study ID' },
  placer: { coding: [{ system: IDENTIFIER_TYPES, code: 'PLAC', display: 'Placer Identifier' }] },
  filler: { coding: [{ system: IDENTIFIER_TYPES, code: 'FILL', display: 'Filler Identifier' }] },
  procedure: { text: 'Requested Procedure ID' },
  patient: { text: 'Patient ID' },
  otherPatient: { text: 'Other Patient ID' },
} as const satisfies Record<string, Members>;

/** A coded value that the archive did not tell (data-absent-reason), where a release demands one. */
export const UNKNOWN: Members = {
  system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
  code: 'unknown',
  display: 'Unknown',
};

/** The type `id`, which series and instance UIDs have as well. */
const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** CodeableConcept of one code. */
export function concept(told: Code): Members {
  return { coding: [coding(told, DCM)], text: told.meaning };
}

/** The element `uid` of a series or an instance: bare; one that breaks the type is in an extension as it is. */
export function uidElement(uid: string): Members {
  if (ID.test(uid)) return { uid };
  return { _uid: { extension: [originalUid(uid)] } };
}

/** A mandatory primitive that the archive did not tell. */
export function absentMember(name: string): Members {
  return { [`_${name}`]: { extension: [{ url: DATA_ABSENT_REASON_URL, valueCode: 'unknown' }] } };
}

/** A UID as the archive has it, where the element's type cannot hold it. */
export function originalUid(uid: string): Members {
  return extension('original-uid', { valueString: uid });
}

/** A SOP class as a Coding (imagingstudy.html of 4.0.1: `urn:oid:` and the system of URIs). */
export function sopClassCoding(uid: string | undefined): Members {
  if (uid === undefined) return UNKNOWN;
  if (!isUid(uid)) return { extension: [originalUid(uid)], ...UNKNOWN };
  return {
    system: 'urn:ietf:rfc:3986',
    code: `urn:oid:${uid}`,
    display: sopClass(uid)?.name,
  };
}

/** The extension with the absolute WADO-RS URL, unless a UID cannot stand in one without meaning something else. */
export function wadoUrl(uids: readonly string[], url: () => string): Members[] {
  return uids.every(isSafeUid) ? [extension('wado-rs-url', { valueUrl: url() })] : [];
}

/** The groups of a DICOM name as HumanNames, alphabetic first. */
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
