import type { ReleaseName } from '../fhir/releases';
import type { Comparator } from '../study/query';

/** The resource types that can be searched. */
export type SearchType = 'ImagingStudy' | 'Patient';

/** How much of each resource is wanted (`_summary`). */
export type Summary = 'true' | 'false' | 'text' | 'data' | 'count';

/** What can be added to the result (`_include`). */
export type Include = 'subject';

/** How a release spells what every release can ask: facts of its search page, and nothing else. */
export interface SearchDialect {
  /** For messages: `DSTU1`. */
  readonly title: string;
  /** Comparators in front of a date, the longer of two that start alike first; the empty one is the last. */
  readonly comparators: readonly (readonly [spelling: string, comparator: Comparator])[];
  /** Where `_sort` tells the direction: after its name (`_sort:desc`), or before the parameter (`-date`). */
  readonly sort: 'modifier' | 'sign';
  /** The gateway's own parameter for the place to go on from. */
  readonly cursor: string;
  /** Values of `_summary`, and whether the answer shows series or instances. */
  readonly summaries: Readonly<Partial<Record<Summary, { readonly detail: boolean }>>>;
  /** Values of `_include` by the type searched. */
  readonly includes: Readonly<Record<SearchType, Readonly<Record<string, Include>>>>;
}

export const DIALECTS: Readonly<Record<ReleaseName, SearchDialect>> = {
  // http://hl7.org/fhir/DSTU1/search.html
  dstu1: {
    title: 'DSTU1',
    comparators: [
      ['<=', 'le'],
      ['>=', 'ge'],
      ['<', 'lt'],
      ['>', 'gt'],
      ['', 'eq'],
    ],
    sort: 'modifier',
    // "servers' own parameters should start with a -"
    cursor: '-cursor',
    // the summary elements of ImagingStudy in DSTU1 are all above the series
    summaries: { true: { detail: false }, false: { detail: true } },
    includes: {
      ImagingStudy: {
        'ImagingStudy.subject': 'subject',
        'ImagingStudy.*': 'subject',
        '*': 'subject',
      },
      Patient: {},
    },
  },
};
