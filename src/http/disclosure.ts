import type { Request } from 'express';
import type { Access } from '../auth/access';
import type { Part } from '../auth/ownership';
import type { Patient, StudyHeader } from '../study/model';

/** What an answer shows of the archive, and to whom. */
export interface Disclosed {
  readonly access: Access;
  /** The studies that are shown, or whose parts are. */
  readonly studies: readonly StudyHeader[];
  /** Patients that are shown beside those of the studies. */
  readonly patients?: readonly Patient[];
}

/** A request that showed something, or was refused, for the audit. */
export interface Disclosure {
  readonly action: 'search' | 'read' | 'query' | 'retrieve';
  readonly outcome: 'success' | 'failure';
  readonly request: Request;
  /** Absent where it was not found out who asks. */
  readonly access?: Access;
  readonly studies: readonly StudyHeader[];
  readonly patients?: readonly Patient[];
  /** The series and instance, where only that much was asked for. */
  readonly part?: Part;
  /** Why it is no success. */
  readonly error?: unknown;
}

/**
 * Told of every request once, before the first byte of its answer; awaited.
 * @throws Problem where the request must not be answered without a record
 */
export type Audit = (disclosure: Disclosure) => Promise<void>;
