import type { PatientKey } from '../study/identity';
import type { Condition } from '../study/query';
import { ALL, NOTHING, invalid, nothingHas, shown, type Asked, type Reader } from './asked';
import { literal, readToken, unescaped } from './values';

/*
 * References: `id`, `Type/id`, or the absolute URL of a resource of this endpoint. A reference to another
 * type or another server is well-formed and matches nothing, which is said.
 */

/** Reads a reference to a patient. */
export const readPatientReference: Reader = (asked) => {
  const id = referencedId(asked, 'Patient', 'P1');
  return id === undefined ? NOTHING : patientOfId(asked, id);
};

/** Reads `_id` of a patient. */
export const readPatientIds: Reader = (asked) => patientOfId(asked, readToken(asked).code);

/** Reads a reference to the Endpoint of the archive, which every study refers to. */
export const readEndpointReference: Reader = (asked) => {
  const id = referencedId(asked, 'Endpoint', 'archive');
  if (id === undefined) return NOTHING;
  if (id === asked.context.endpoint?.id) return ALL;
  return nothingHas(asked, 'unknown-endpoint', `no study here refers to the endpoint ${shown(id)}`);
};

/** The id in a reference; undefined where it is none to a resource of this endpoint. */
function referencedId(
  asked: Asked,
  type: 'Patient' | 'Endpoint',
  example: string,
): string | undefined {
  const reference = unescaped(asked.raw).trim();
  const [, base, named, id] = /^(?:(.*)\/)?([A-Z][A-Za-z]*)\/([^/]+)$/.exec(reference) ?? [];
  if (id === undefined) {
    if (/^[^/|:]+$/.test(reference)) return reference;
    throw invalid(
      asked,
      `a reference to ${ARTICLE[type]}`,
      `${asked.parameter}=${type}/${example}`,
    );
  }
  const { baseUrl } = asked.context;
  if (named === type && (base === undefined || base === baseUrl)) return id;
  nothingHas(
    asked,
    'foreign-reference',
    `no study here refers to ${shown(reference)} (resources of this type are at ${baseUrl}/${type})`,
  );
  return undefined;
}

const ARTICLE = { Patient: 'a patient', Endpoint: 'an endpoint' } as const;

/** The patient that a logical id names; nothing when the id is none of this gateway's. */
function patientOfId(asked: Asked, id: string): readonly Condition[] {
  literal(asked, id, `one id, for example ${asked.parameter}=Patient/P1`);
  const key = asked.context.patientIds.decode(id);
  if (key !== undefined) return [patientCondition(asked, key)];
  return nothingHas(
    asked,
    'unknown-patient',
    `${shown(id)} is no id of a patient here (a Patient ID is searched by identifier)`,
  );
}

/** The condition that a study is of this patient and of nobody else. */
function patientCondition(asked: Asked, { value, issuer }: PatientKey): Condition {
  const form = 'a patient whose identifier has none';
  return {
    on: 'patient',
    value: literal(asked, value, form),
    issuer: issuer === undefined ? 'none' : [literal(asked, issuer, form)],
  };
}
