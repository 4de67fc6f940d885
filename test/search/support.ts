import { Problem } from '../../src/errors';
import { readPersonName } from '../../src/dicom/names';
import { parseSearch, type ParsedSearch, type SearchInput } from '../../src/search/parse';
import type { SearchContext } from '../../src/search/asked';
import { readablePatientIds } from '../../src/study/identity';
import type { Candidate } from '../../src/study/matches';
import type { Instance, Patient, Series } from '../../src/study/model';
import type { Clause } from '../../src/study/query';

export const BASE = 'http://127.0.0.1:8080/fhir/dstu1';

export const CONTEXT: SearchContext = {
  defaultCount: 20,
  maxCount: 100,
  patientIds: readablePatientIds,
  baseUrl: BASE,
  now: new Date('2024-01-01T00:00:00Z'),
  endpoint: {
    id: 'wado-rs',
    name: 'DICOM WADO-RS',
    identifiers: [{ system: 'urn:ietf:rfc:3986', value: 'http://127.0.0.1:8080/dicom-web' }],
  },
  issuersOfSystem: (system) => (system === 'urn:oid:1.2.3' ? ['LAB', '1.2.3'] : []),
};

type Parameters = readonly (readonly [string, string])[];

/** Every release, the oldest first. */
export const RELEASE_NAMES = ['dstu1', 'dstu2', 'stu3', 'r4', 'r4b', 'r5', 'r6'] as const;

/** Parses a search the strict way, of ImagingStudy in DSTU1 unless told otherwise. */
export function search(parameters: Parameters, input: Partial<SearchInput> = {}): ParsedSearch {
  return parseSearch({
    release: 'dstu1',
    type: 'ImagingStudy',
    handling: 'strict',
    context: CONTEXT,
    ...input,
    parameters,
  });
}

/** The one clause that one parameter makes. */
export function clauseOf(name: string, value: string, input: Partial<SearchInput> = {}): Clause {
  const { clauses } = search([[name, value]], input).query;
  if (clauses.length !== 1 || clauses[0] === undefined) throw new Error('not one clause');
  return clauses[0];
}

/** The failure that a search ends in. */
export function failure(parameters: Parameters, input: Partial<SearchInput> = {}): Problem {
  try {
    search(parameters, input);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`expected a Problem from ${JSON.stringify(parameters)}`);
}

/** A patient; the name in the form `Family^Given=Ideographic=Phonetic`. */
export function patient(members: Partial<Omit<Patient, 'name'>> & { name?: string } = {}): Patient {
  const { name, ...rest } = members;
  const read = readPersonName(name);
  return { otherIds: [], ...rest, ...(read && { name: read }) };
}

/** A study header, or a whole study when `series` is given. */
export function study(members: Partial<Candidate> = {}): Candidate {
  return {
    uid: '1.2.3',
    shared: false,
    patient: patient({ id: 'P1' }),
    requests: [],
    readers: [],
    admittingDiagnoses: [],
    reasons: [],
    procedures: [],
    ...members,
  };
}

export function series(members: Partial<Series> = {}): Series {
  return { uid: '1.2.3.1', performers: [], operators: [], instances: [instance()], ...members };
}

export function instance(members: Partial<Instance> = {}): Instance {
  return { uid: '1.2.3.1.1', ...members };
}
