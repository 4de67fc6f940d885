import type { ReleaseName } from '../fhir/releases';
import type { Comparator } from '../study/query';

/** The resource types that can be searched. */
export type SearchType = 'ImagingStudy' | 'Patient' | 'Endpoint' | 'StructureDefinition';

/** The types that a search parameter can have. */
export type ParameterType = 'number' | 'date' | 'string' | 'token' | 'reference' | 'uri';

/** How much of each resource is wanted (`_summary`). */
export type Summary = 'true' | 'false' | 'text' | 'data' | 'count';

/** What can be added to the result (`_include`). */
export type Include = 'patient' | 'endpoint';

/** What `_include` adds, and the resource type that its value may name after a further colon. */
export interface IncludeValue {
  readonly adds: readonly Include[];
  readonly target?: string;
}

/** How a release spells what every release can ask: facts of its search page, and nothing else. */
export interface SearchDialect {
  /** For messages: `DSTU1`. */
  readonly title: string;
  /** Comparators in front of a date, the longer of two that start alike first; the empty one is the last. */
  readonly comparators: readonly (readonly [spelling: string, comparator: Comparator])[];
  /** Where `_sort` tells the direction: after its name (`_sort:desc`), or before the parameter (`-date`). */
  readonly sort: 'modifier' | 'sign';
  /** Modifiers by the type of the parameter, besides `:missing` and the type of a reference. */
  readonly modifiers: Readonly<Partial<Record<ParameterType, readonly string[]>>>;
  /** The gateway's own parameter for the place to go on from. */
  readonly cursor: string;
  /** Whether `_count=0` asks for the number of matches. */
  readonly countsWithoutEntries: boolean;
  /** Values of `_summary`, and how deep the answer shows a study. */
  readonly summaries: Readonly<Partial<Record<Summary, SummaryDepth>>>;
  /** Values of `_include` by the type searched. */
  readonly includes: Readonly<Record<SearchType, Readonly<Record<string, IncludeValue>>>>;
}

/** Whether anything of series or instances is shown, and where `instances` is false, series without them. */
export interface SummaryDepth {
  readonly detail: boolean;
  readonly instances?: false;
}

/** "servers' own parameters should start with a -", of DSTU1's search page; later names of `_` are HL7's. */
const CURSOR = '-cursor';

/** DSTU2 and later put words where DSTU1 has characters. */
const WORDS: SearchDialect['comparators'] = [
  ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sa', 'eb', 'ap'] as const).map(
    (word) => [word, word] as const,
  ),
  ['', 'eq'],
];

/**
 * From DSTU2 on `true` shows series, in DSTU2 with their instances, and so does `data`; the narrative that
 * `text` shows tells the body sites of the series and what is missing of them.
 */
const SUMMARIES: SearchDialect['summaries'] = {
  true: { detail: true },
  false: { detail: true },
  text: { detail: true },
  data: { detail: true },
  count: { detail: false },
};

const NO_INCLUDES = { Patient: {}, Endpoint: {}, StructureDefinition: {} } as const;
const PATIENT: IncludeValue = { adds: ['patient'], target: 'Patient' };
const ENDPOINT: IncludeValue = { adds: ['endpoint'], target: 'Endpoint' };
const BOTH: IncludeValue = { adds: ['patient', 'endpoint'] };

const DSTU2: SearchDialect = {
  // http://hl7.org/fhir/DSTU2/search.html
  title: 'DSTU2',
  comparators: WORDS,
  sort: 'modifier',
  modifiers: { string: ['exact', 'contains'], token: ['not'] },
  cursor: CURSOR,
  countsWithoutEntries: true,
  summaries: SUMMARIES,
  includes: {
    ...NO_INCLUDES,
    ImagingStudy: {
      'ImagingStudy:patient': PATIENT,
      'ImagingStudy:*': { adds: ['patient'] },
      '*': { adds: ['patient'] },
    },
  },
};

const STU3: SearchDialect = {
  // http://hl7.org/fhir/STU3/search.html
  ...DSTU2,
  title: 'STU3',
  summaries: { ...SUMMARIES, true: { detail: true, instances: false } },
  sort: 'sign',
  includes: {
    ...NO_INCLUDES,
    ImagingStudy: {
      'ImagingStudy:patient': PATIENT,
      'ImagingStudy:endpoint': ENDPOINT,
      'ImagingStudy:*': BOTH,
      '*': BOTH,
    },
  },
};

const R4: SearchDialect = {
  // http://hl7.org/fhir/R4/search.html
  ...STU3,
  title: 'R4',
  modifiers: {
    ...STU3.modifiers,
    token: ['not', 'of-type'],
    reference: ['identifier'],
  },
  includes: {
    ...NO_INCLUDES,
    ImagingStudy: { 'ImagingStudy:subject': PATIENT, ...STU3.includes.ImagingStudy },
  },
};

/** THE TABLE of releases as the search sees them, the oldest first. */
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
    modifiers: { string: ['exact'] },
    cursor: CURSOR,
    countsWithoutEntries: false,
    // the summary elements of ImagingStudy in DSTU1 are all above the series
    summaries: { true: { detail: false }, false: { detail: true } },
    includes: {
      ...NO_INCLUDES,
      ImagingStudy: {
        'ImagingStudy.subject': { adds: ['patient'] },
        'ImagingStudy.*': { adds: ['patient'] },
        '*': { adds: ['patient'] },
      },
    },
  },
  dstu2: DSTU2,
  stu3: STU3,
  r4: R4,
  // http://hl7.org/fhir/R4B/search.html
  r4b: { ...R4, title: 'R4B' },
  // http://hl7.org/fhir/R5/search.html
  r5: { ...R4, title: 'R5' },
  r6: { ...R4, title: 'the R6 ballot' },
};
