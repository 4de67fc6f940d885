import { isSafeUid } from '../dicom/values';
import { readStudyId } from '../study/identity';
import type { IssuerFilter } from '../study/query';
import { NOTHING, type Asked, type Reader } from './asked';
import { unknownSystem } from './codes';
import { literal, readToken, type Token } from './values';

/*
 * Identifiers: those that archives keep (Patient ID, Accession Number), and the ids of studies.
 */

/**
 * Makes the reader of an identifier with an issuer. `value` alone is anybody's; `|value` nobody's in
 * particular; in `system|value` the system is a URI that the gateway maps to issuers, or an issuer's name. A
 * URI that is not mapped finds nothing: the same Patient ID of another issuer is another person.
 */
export function readIdentifiers(on: 'patient' | 'accession'): Reader {
  return (asked) => {
    const issued = readIssued(asked, readToken(asked));
    return issued === undefined ? NOTHING : [{ on, ...issued }];
  };
}

/**
 * Reads an identifier with its issuer out of a token.
 *
 * @returns undefined where nothing here has an identifier of the system; the client has been told
 */
export function readIssued(
  asked: Asked,
  { system, code }: Token,
): { readonly value: string; readonly issuer: IssuerFilter } | undefined {
  const value = literal(asked, code, `one whole identifier, for example ${asked.parameter}=A123`);
  const issuer = issuerOf(asked, system);
  if (issuer !== undefined) return { value, issuer };
  unknownSystem(asked, system ?? '');
  return undefined;
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
