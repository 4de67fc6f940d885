import { matches, type Candidate } from '../study/matches';
import type { Clause, StudyQuery } from '../study/query';

/** What a caller can do with a resource type: SMART's `r` and `s`. */
export type Interaction = 'read' | 'search';

/** Who asks, as far as limits, rules and the audit need it. */
export interface Caller {
  /** A hash that is the same for every request of the caller; for limits and capability URLs. */
  readonly key: string;
  /** What the caller is: nobody in particular, a patient or an app for one, a clinician, or a service. */
  readonly kind: CallerKind;
  /** The client as the authorisation server knows it. */
  readonly client?: string;
  /** The person as the authorisation server knows one. For the audit only, never for a log. */
  readonly subject?: string;
}

/** The classes of callers that rules name; SMART's levels of scopes, and `anonymous` where nobody authorises. */
export const CALLER_KINDS = ['anonymous', 'patient', 'user', 'system'] as const;
export type CallerKind = (typeof CALLER_KINDS)[number];

/** What a caller may see; made once a request, of the token and the rules. */
export interface Access {
  readonly caller: Caller;
  /** What a study must be to be seen: of the caller's patient, and not restricted. All of them must hold. */
  readonly clauses: readonly Clause[];
  /** Whether the scopes grant an interaction with a resource type; WADO-RS asks for ImagingStudy's `read`. */
  may(type: string, interaction: Interaction): boolean;
}

/** What a caller sees where nobody authorises (`AUTH_MODE` none), before rules. */
export const ANONYMOUS: Access = {
  caller: { key: 'anonymous', kind: 'anonymous' },
  clauses: [],
  may: () => true,
};

/**
 * The same question, narrowed to what the caller may see. What of it the archive can match goes upstream with
 * the rest, and every row is checked against all of it.
 */
export function restrict(query: StudyQuery, access: Access): StudyQuery {
  return { ...query, clauses: [...query.clauses, ...access.clauses] };
}

/**
 * Whether the caller may see a study: THE decision, for FHIR, WADO-RS, QIDO-RS and whatever else shows a study.
 * What cannot be told from the study is no.
 */
export function maySee(access: Access, study: Candidate): boolean {
  return matches(access.clauses, study) === true;
}
