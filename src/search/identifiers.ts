import { isSafeUid } from '../dicom/values';
import { readStudyId, type PatientKey } from '../study/identity';
import type { Condition, IssuerFilter } from '../study/query';
import { NOTHING, invalid, shown, type Asked, type Reader } from './asked';
import { unknownSystem } from './codes';
import { literal, readToken, unescaped } from './values';

/*
 * Identifiers: those that archives keep (Patient ID, Accession Number), logical ids, and references.
 */

/**
 * Makes the reader of an identifier with an issuer. `value` alone is anybody's; `|value` nobody's in
 * particular; in `system|value` the system is a URI that the gateway maps to issuers, or an issuer's name. A
 * URI that is not mapped finds nothing: the same Patient ID of another issuer is another person.
 */
export function readIdentifiers(on: 'patient' | 'accession'): Reader {
  return (asked) => {
    const { system, code } = readToken(asked);
    const value = literal(asked, code, `one whole identifier, for example ${asked.parameter}=A123`);
    const issuer = issuerOf(asked, system);
    return issuer === undefined ? unknownSystem(asked, system ?? '') : [{ on, value, issuer }];
  };
}

function issuerOf(asked: Asked, system: string | undefined): IssuerFilter | undefined {
  if (system === undefined) return 'any';
  if (system === '') return 'none';
  const issuers = asked.context.issuersOfSystem(system);
  if (issuers.length > 0) return issuers;
  if (/^[a-z][a-z0-9+.-]*:/i.test(system)) return undefined;
  return [literal(asked, system, `an issuer's name, for example ${asked.parameter}=LAB|A123`)];
}

/** Reads `_id` of a study. */
export const readStudyIds: Reader = (asked) => {
  const { code } = readToken(asked);
  const id = literal(asked, code, `one id, for example ${asked.parameter}=1.2.840.113619.2.55`);
  const { uid, patientMark } = readStudyId(id);
  if (!isSafeUid(uid)) return NOTHING;
  return [{ on: 'id', uid, ...(patientMark !== undefined && { patientMark }) }];
};

/** Reads `_id` of a patient. */
export const readPatientIds: Reader = (asked) => patientOfId(asked, readToken(asked).code);

/**
 * Reads a reference to a patient: `id`, `Patient/id`, or the absolute URL of a patient of this endpoint.
 * A reference to another type or another server is well-formed and matches nothing, which is said.
 */
export const readPatientReference: Reader = (asked) => {
  const reference = unescaped(asked.raw).trim();
  const [, base, type, id] = /^(?:(.*)\/)?([A-Z][A-Za-z]*)\/([^/]+)$/.exec(reference) ?? [];
  if (id === undefined) {
    if (/^[^/|:]+$/.test(reference)) return patientOfId(asked, reference);
    throw invalid(asked, 'a reference to a patient', `${asked.parameter}=Patient/P1`);
  }
  if (type === 'Patient' && (base === undefined || base === asked.context.baseUrl)) {
    return patientOfId(asked, id);
  }
  asked.warn({
    code: 'foreign-reference',
    text: `${asked.parameter}: no study here refers to ${shown(reference)}, so nothing matches; patients are at ${asked.context.baseUrl}/Patient`,
  });
  return NOTHING;
};

/** The patient that a logical id names; nothing when the id is none of this gateway's. */
function patientOfId(asked: Asked, id: string): readonly Condition[] {
  literal(asked, id, `one id, for example ${asked.parameter}=Patient/P1`);
  const key = asked.context.patientIds.decode(id);
  if (key !== undefined) return [patientCondition(asked, key)];
  asked.warn({
    code: 'unknown-patient',
    text: `${asked.parameter}: ${shown(id)} is no id of a patient here, so nothing matches; a Patient ID is searched by identifier`,
  });
  return NOTHING;
}

/** The condition that a study is of this patient and of nobody else. */
export function patientCondition(asked: Asked, { value, issuer }: PatientKey): Condition {
  const form = 'a patient whose identifier has none';
  return {
    on: 'patient',
    value: literal(asked, value, form),
    issuer: issuer === undefined ? 'none' : [literal(asked, issuer, form)],
  };
}
