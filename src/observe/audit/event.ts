import type { Caller } from '../../auth/access';

/*
 * What the audit is told of a request, in nobody's format. This is the one place beside answers where patients,
 * studies and people stand as they are: nothing of it may go into a log, a metric or an error text.
 */

/** What somebody did, or tried to do. */
export type AuditedAction = 'search' | 'read' | 'query' | 'retrieve';

/** How it ended: done, done in part or not at all through nobody's fault, or refused. */
export type Outcome = 'success' | 'minor-failure' | 'serious-failure';

/** A request that was answered, or was refused, as the audit sees it. */
export type AuditRecord = SearchRecord | ReadRecord | RetrieveRecord | DenialRecord;

/** A FHIR search, or a QIDO-RS query. */
export interface SearchRecord extends Recorded {
  readonly what: 'search' | 'query';
  readonly asked: RawRequest;
}

/** A FHIR read or vread. */
export interface ReadRecord extends Recorded {
  readonly what: 'read';
  readonly resource: ReadResource;
}

/** A WADO-RS retrieval of the studies of its subjects, or of parts of them. */
export interface RetrieveRecord extends Recorded {
  readonly what: 'retrieve';
}

/** A request that was refused: no good token, not in the scopes, not the caller's to see. */
export interface DenialRecord extends Recorded {
  readonly what: 'denial';
  readonly denied: AuditedAction;
  readonly asked: RawRequest;
  readonly outcome: Exclude<Outcome, 'success'>;
}

interface Recorded {
  readonly outcome: Outcome;
  /** Code of the catalogue of failures; why the outcome is no success. */
  readonly problem?: string;
  readonly caller: Caller;
  readonly token?: TokenFacts;
  /** The other end of the client's connection: an IP address. */
  readonly address: string;
  /** Value of X-Request-Id. */
  readonly requestId: string;
  /** Template of the route, for example `/fhir/r4/ImagingStudy/:id`. */
  readonly route: string;
  /**
   * The patients it was about, each with those of its studies that were shown, one AuditEvent each; also a patient
   * who was asked for by id and of whom nothing was found. None where no patient is known.
   */
  readonly subjects: readonly AuditedSubject[];
}

/** What is told of the access token; never the token or a piece of it. */
export interface TokenFacts {
  /** `iss`. */
  readonly issuer?: string;
  /** `jti`. */
  readonly id?: string;
}

/** A request as it came, without headers. Whoever makes this leaves credentials out of it. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, not decoded. */
  readonly target: string;
  /** The form of a posted search. */
  readonly body?: string;
}

export interface ReadResource {
  readonly type: string;
  readonly id: string;
  /** Version id of a vread. */
  readonly version?: string;
}

export interface AuditedSubject {
  readonly patient: AuditedPatient;
  readonly studies: readonly AuditedStudy[];
}

export interface AuditedPatient {
  /** Logical id; absent where the archive knows no Patient ID. */
  readonly id?: string;
  /** Patient ID with its issuer's system. */
  readonly identifier?: { readonly system?: string; readonly value: string };
}

export interface AuditedStudy {
  /** Logical id of the ImagingStudy. */
  readonly id: string;
  /** Study Instance UID. */
  readonly uid: string;
  /** Series and SOP Instance UID, where only that much was retrieved. */
  readonly series?: string;
  readonly instance?: string;
}
