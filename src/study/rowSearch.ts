import type { DataSet } from '../dicom/dataset';
import type { Keyword } from '../dicom/tags';
import type { StudyHeader } from './model';
import type { Call } from './source';

/*
 * QIDO-RS rows as they are (PS3.18 10.6), for those who speak DICOM themselves.
 */

/** What is searched: studies, or what is in one of them; without a study, what is in all of them. */
export interface RowPath {
  readonly level: 'studies' | 'series' | 'instances';
  readonly study?: string;
  readonly series?: string;
}

/** An attribute and what it must match, in QIDO-RS' own language (PS3.18 8.3.4.1): wildcards, ranges, lists of UIDs. */
export interface RowCondition {
  readonly keyword: Keyword;
  readonly value: string;
}

export interface RowQuery {
  readonly path: RowPath;
  readonly conditions: readonly RowCondition[];
  /** Keywords or tags of attributes that are wanted beside the usual ones, or `all`. */
  readonly fields: readonly string[];
  readonly fuzzy?: boolean;
  /** Without a limit, all rows. */
  readonly limit?: number;
  readonly offset?: number;
}

/** A row as the archive sent it, its damaged text put right where that is known. */
export interface FoundRow {
  readonly row: DataSet;
  /** The study level of it, where the row is of that level. */
  readonly study?: StudyHeader;
}

export interface FoundRows {
  /** Rows that match, as far as they tell. */
  readonly rows: readonly FoundRow[];
  /** Rows that the archive sent; those that do not match are among them. */
  readonly received: number;
  /** Whether rows follow: certainly none, perhaps, or the archive says so. */
  readonly next: 'none' | 'maybe' | 'told';
}

export interface RowSearch {
  /** @throws Problem `unsupported-parameter` for a condition that the archive cannot match */
  search(query: RowQuery, call: Call): Promise<FoundRows>;
}
