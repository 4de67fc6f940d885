import type { Study } from './model';
import type { StudyQuery } from './query';
import type { Asked } from './gather';
import type { Call, Notice, StudySource } from './source';

/** How large a page may get (the depth rule: a shorter page with a `next` link, never a huge one). */
export interface PageLimits {
  /** Instances that one answer may read and show; a single larger study is a page of its own. */
  readonly pageInstances: number;
  /** Series that one answer may read; each may cost a metadata call. */
  readonly pageSeries: number;
}

/** How far one search may go. */
export interface SearchLimits extends PageLimits {
  /** Study rows read at once. A result within one window is read whole, sorted, and its total known. */
  readonly windowRows: number;
  /** Study rows that may be read to sort a result, or to look for matches of what the archive cannot match. */
  readonly scannedRows: number;
  /** Rows of a search below the study; more of them are not listed but looked for study by study. */
  readonly belowRows: number;
}

/** A search under way: the question, what of it the archive is asked, and how far it may go. */
export interface Search extends Asked {
  readonly query: StudyQuery;
  readonly source: StudySource;
  readonly limits: SearchLimits;
  readonly call: Call;
}

/** One page of a search. */
export interface FoundStudies {
  readonly studies: readonly Study[];
  /** How many studies match in all; absent when it is not known to the last one. */
  readonly total?: number;
  readonly next?: string;
  readonly previous?: string;
  readonly notices: readonly Notice[];
}
