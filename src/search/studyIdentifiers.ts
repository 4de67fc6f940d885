import { isUid } from '../dicom/values';
import type { Condition } from '../study/query';
import { NOTHING, invalid, nothingHas, shown, type Reader } from './asked';
import { UID_SYSTEMS } from './codes';
import { readIssued } from './identifiers';
import { literal, readToken, readUid, splitEscaped, unescaped, type Token } from './values';

/*
 * The identifiers of a study (imagingstudy.html of R4 and R5, "identifier"): its UID, its accession number,
 * and its Study ID.
 */

/** SH, the type of Accession Number and Study ID, is at most this long (PS3.5 6.2). */
const SH_LENGTH = 16;

/** Identifier types of HL7v2 table 0203, by their systems of STU3 and of R4 and later. */
const V2_TYPES: readonly string[] = [
  'http://terminology.hl7.org/CodeSystem/v2-0203',
  'http://hl7.org/fhir/v2/0203',
  'http://hl7.org/fhir/identifier-type',
];

/**
 * Reads `identifier`. A UID says that it is one by `urn:oid:`, by its system, or by being too long for
 * anything else; a bare value with dots may be anything. A Study ID has no issuer, so it has no system.
 */
export const readStudyIdentifiers: Reader = (asked) => {
  const token = readToken(asked);
  const { system, code } = token;
  if (system !== undefined && UID_SYSTEMS.includes(system)) {
    return [{ on: 'study', uid: readUid(asked, code) }];
  }
  if (isUrn(token)) return [{ on: 'study', uid: readUid(asked, code) }];
  const dotted = system === undefined && isUid(code) && code.includes('.');
  if (dotted && code.length > SH_LENGTH) return [{ on: 'study', uid: code }];
  const issued = readIssued(asked, token);
  if (issued === undefined) return NOTHING;
  const accession: Condition = { on: 'accession', ...issued };
  if (system !== undefined && system !== '') return [accession];
  const local: readonly Condition[] = [accession, { on: 'studyId', value: issued.value }];
  return dotted ? [...local, { on: 'study', uid: code }] : local;
};

function isUrn({ system = '', code }: Token): boolean {
  return system === '' && /^urn:oid:/i.test(code);
}

/** Reads `identifier:of-type=system|type|value` (R4 search page, "of-type"): ACSN is the one type here. */
export const readTypedIdentifiers: Reader = (asked) => {
  const parts = splitEscaped(asked.raw, '|').map((part) => unescaped(part).trim());
  const [system = '', type = '', value = ''] = parts;
  if (parts.length !== 3 || type === '' || value === '') {
    const example = `${asked.parameter}=${String(V2_TYPES[0])}|ACSN|A123`;
    throw invalid(asked, 'system|type|value', example);
  }
  literal(asked, value, `one whole identifier, for example ${String(V2_TYPES[0])}|ACSN|A123`);
  const known = system === '' || V2_TYPES.includes(system);
  if (known && type === 'ACSN') return [{ on: 'accession', value, issuer: 'any' }];
  const reason = `no identifier of a study here has the type ${shown(`${system}|${type}`)}, only ACSN`;
  return nothingHas(asked, 'unknown-code', reason);
};

/** Reads `based-on:identifier`: the accession number, or a number of a request that led to the study. */
export const readOrderNumbers: Reader = (asked) => {
  const issued = readIssued(asked, readToken(asked));
  if (issued === undefined) return NOTHING;
  return [
    { on: 'accession', ...issued },
    { on: 'order', ...issued },
  ];
};
