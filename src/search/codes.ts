import { BODY_PARTS, bodyPart, type BodyPart } from '../dicom/codes';
import type { Condition } from '../study/query';
import { fold } from '../study/text';
import { ALL, NOTHING, nothingHas, shown, type Asked, type Reader } from './asked';
import { literal, readToken, readUid } from './values';

/*
 * Coded parameters: modality, body site, sex, and the UIDs.
 */

/** Systems of DICOM's own codes: DSTU1, DSTU2, and STU3 and later. */
const DICOM_SYSTEMS: readonly string[] = [
  'http://nema.org/dicom/dcid',
  'http://nema.org/dicom/dicm',
  'http://dicom.nema.org/resources/ontology/DCM',
];

/** SNOMED, as SNOMED CT concepts or the older SNOMED RT codes of DICOM. */
const SNOMED_SYSTEMS: readonly string[] = [
  'http://snomed.info/sct',
  'http://snomed.info/srt',
  'http://snomed.info/id',
  'urn:oid:2.16.840.1.113883.6.96',
];

/** Systems that say that an identifier is a UID. */
export const UID_SYSTEMS: readonly string[] = ['urn:dicom:uid', 'urn:ietf:rfc:3986'];

/** HL7's codes for sex and the DICOM value they are rendered from (PS3.3 C.7.1.1, Patient's Sex). */
export interface SexCodes {
  readonly systems: readonly string[];
  readonly codes: Readonly<Record<string, 'M' | 'F' | 'O'>>;
}

/** The codes of HL7 v3, which DSTU1 shows. */
export const V3_GENDERS: SexCodes = {
  systems: [
    'http://hl7.org/fhir/v3/AdministrativeGender',
    'http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender',
  ],
  codes: { M: 'M', F: 'F', UN: 'O' },
};

/** FHIR's own codes; `unknown`, its fourth, is what no patient here has: an untold sex is absent. */
export const GENDERS: SexCodes = {
  systems: ['http://hl7.org/fhir/administrative-gender'],
  codes: { male: 'M', female: 'F', other: 'O' },
};

/** imagingstudy-status of R4 and later (imagingstudy.html, "Terminology Bindings"). */
const STATUS_SYSTEM = 'http://hl7.org/fhir/imagingstudy-status';
const STATUSES = ['registered', 'available', 'cancelled', 'entered-in-error', 'unknown'];

/** Modality (0008,0060): a code of DICOM, in any case. */
export const readModality: Reader = (asked) => {
  const { system = '', code } = readToken(asked);
  if (system !== '' && !DICOM_SYSTEMS.includes(system)) return unknownSystem(asked, system);
  literal(asked, code, `one code, for example ${asked.parameter}=CT`);
  return [{ on: 'modality', code: code.toUpperCase() }];
};

/**
 * Body site: a SNOMED code, current or replaced; a Body Part Examined term; or the term's meaning. All terms
 * of PS3.16 Annex L with the same meaning are looked for. A code that Annex L does not have matches nothing.
 */
export const readBodySite: Reader = (asked) => {
  const { system = '', code } = readToken(asked);
  literal(asked, code, `one code or term, for example ${asked.parameter}=CHEST`);
  if (SNOMED_SYSTEMS.includes(system)) return [region(rowsOfCode(code), [])];
  if (system !== '' && !DICOM_SYSTEMS.includes(system)) return unknownSystem(asked, system);
  const byCode = rowsOfCode(code);
  const rows = byCode.length > 0 ? byCode : rowsOfWords(code);
  return [region(rows, isSnomedCode(code) ? [] : [code.toUpperCase()])];
};

function rowsOfCode(code: string): readonly BodyPart[] {
  return BODY_PARTS.filter((row) => codesOf(row).includes(code));
}

function rowsOfWords(words: string): readonly BodyPart[] {
  const row = bodyPart(words);
  return row ? [row] : BODY_PARTS.filter(({ display }) => fold(display) === fold(words));
}

function codesOf({ sct, srt, legacySct, legacySrt }: BodyPart): readonly string[] {
  return [sct, srt, legacySct, legacySrt].filter((code) => code !== undefined);
}

/** SNOMED CT identifiers are numbers of six digits or more, SNOMED RT codes an axis and five characters. */
function isSnomedCode(code: string): boolean {
  return /^(\d{6,18}|[A-Z]-[0-9A-F]{5})$/.test(code);
}

/** Every term that shares a code with the rows found; where none was, the term that was asked literally. */
function region(found: readonly BodyPart[], asked: readonly string[]): Condition {
  const codes = new Set(found.flatMap(codesOf));
  const same = BODY_PARTS.filter(
    (row) => found.includes(row) || codesOf(row).some((code) => codes.has(code)),
  );
  const terms = same.length > 0 ? same.map(({ term }) => term) : asked;
  return terms.length > 0 ? { on: 'bodyPart', terms } : { on: 'nothing' };
}

/** Makes the reader of Patient's Sex (0010,0040) as the given lists of HL7 code it. */
export function readSex(lists: readonly SexCodes[]): Reader {
  return (asked) => {
    const { system = '', code } = readToken(asked);
    const known = lists.filter(({ systems }) => system === '' || systems.includes(system));
    if (known.length === 0) return unknownSystem(asked, system);
    const rows = known.flatMap(({ codes }) => Object.entries(codes));
    const sexes = rows.filter(([key]) => key === code);
    if (sexes.length > 0) return sexes.map(([, sex]) => ({ on: 'sex', sex }));
    const all = rows.map(([key]) => key).join(', ');
    const reason = `no patient here can have the code ${shown(code)}, only ${all}`;
    return nothingHas(asked, 'unknown-code', reason);
  };
}

/** Status of a study: an archive tells of those that are available, and of no others. */
export const readStatus: Reader = (asked) => {
  const { system = '', code } = readToken(asked);
  if (system !== '' && system !== STATUS_SYSTEM) return unknownSystem(asked, system);
  if (code === 'available') return ALL;
  if (STATUSES.includes(code)) return NOTHING;
  const reason = `${shown(code)} is no status of a study, which are ${STATUSES.join(', ')}`;
  return nothingHas(asked, 'unknown-code', reason);
};

/** Makes the reader of a parameter whose value is a UID. */
export function readUids(on: 'study' | 'series' | 'instance' | 'sopClass'): Reader {
  return (asked) => {
    const { system = '', code } = readToken(asked);
    const known = ['', ...UID_SYSTEMS, ...DICOM_SYSTEMS].includes(system);
    if (!known) return unknownSystem(asked, system);
    return [{ on, uid: readUid(asked, code) }];
  };
}

/** No element here has a code of that system: nothing matches, and the client is told why. */
export function unknownSystem(asked: Asked, system: string): readonly Condition[] {
  const reason = `nothing here has an identifier or code of the system ${shown(system)}`;
  return nothingHas(asked, 'unknown-system', reason);
}
