import { offsetMinutes, type Moment } from '../dicom/values';

/*
 * A client's question in DICOM terms. search/ makes it from FHIR, study/matches.ts checks studies against
 * it, study/plan.ts turns what the archive can match into QIDO-RS keys.
 */

/** The wall-clock span that a search value covers, end excluded, and its zone when the value names one. */
export interface Span {
  /** Milliseconds since 1970 as if the wall clock were UTC. */
  readonly from: number;
  readonly to: number;
  /** Offset from UTC in minutes. */
  readonly offset?: number;
}

/** How a time must lie to a span: FHIR's comparators of every era, told without their spelling. */
export type Comparator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'sa' | 'eb' | 'ap';

/** Whose identifier it must be: any issuer's, nobody's in particular, or one of these names or ids. */
export type IssuerFilter = 'any' | 'none' | readonly string[];

/** Which part of a person name a text is compared with. */
export type NamePart = 'any' | 'family' | 'given';

/** How a text is compared: FHIR's default (start of a word, case and accents aside), or stricter. */
export type TextMatch = 'starts' | 'contains' | 'exact';

/** The elements whose presence can be asked for. */
export type Presence =
  | 'accession'
  | 'started'
  | 'modality'
  | 'bodyPart'
  | 'patient'
  | 'series'
  | 'studyId'
  | 'name'
  | 'birthDate'
  | 'sex'
  | 'lastUpdated';

/** The attributes that rules about studies go by. */
export type StudyAttribute = 'confidentiality' | 'aeTitles' | 'institution' | 'department';

/** One thing that a study must be. */
export type Condition =
  | { readonly on: 'study' | 'series' | 'instance' | 'sopClass'; readonly uid: string }
  /** A logical id: a UID, and the patient's mark where one UID has two patients. */
  | { readonly on: 'id'; readonly uid: string; readonly patientMark?: string }
  | { readonly on: 'accession'; readonly value: string; readonly issuer: IssuerFilter }
  /** The accession, placer or filler number of a request that led to the study. */
  | { readonly on: 'order'; readonly value: string; readonly issuer: IssuerFilter }
  /** Study ID (0020,0010), which nobody issues. */
  | { readonly on: 'studyId'; readonly value: string }
  | { readonly on: 'patient'; readonly value: string; readonly issuer: IssuerFilter }
  | {
      readonly on: 'name';
      readonly text: string;
      readonly match: TextMatch;
      readonly part: NamePart;
    }
  | { readonly on: 'birthDate'; readonly comparator: Comparator; readonly span: Span }
  | { readonly on: 'sex'; readonly sex: 'M' | 'F' | 'O' }
  | { readonly on: 'modality'; readonly code: string }
  /** Body Part Examined terms (upper case) that all mean what was asked. */
  | { readonly on: 'bodyPart'; readonly terms: readonly string[] }
  | { readonly on: 'started'; readonly comparator: Comparator; readonly span: Span }
  | { readonly on: 'lastUpdated'; readonly comparator: Comparator; readonly span: Span }
  | { readonly on: 'presence'; readonly of: Presence; readonly present: boolean }
  /** An attribute of the study row has one of these values, whatever their case. */
  | {
      readonly on: 'attribute';
      readonly of: StudyAttribute;
      readonly values: readonly string[];
      /** The answer where the archive does not tell the attribute. */
      readonly untold: boolean;
    }
  /** What the condition says does not hold; never asked of an archive, which can only include. */
  | { readonly on: 'not'; readonly condition: Condition }
  /** Every study matches, for example `status=available`. */
  | { readonly on: 'all' }
  /** Nothing can match, for example a code of a system that DICOM does not use. */
  | { readonly on: 'nothing' };

/** Conditions of which one must hold (FHIR: values joined by a comma). */
export type Clause = readonly Condition[];

/** What sorts a result. Ties, and studies without the value, keep a fixed order by UID. */
export interface SortKey {
  readonly by: 'started' | 'patient' | 'modality' | 'accession' | 'study';
  readonly descending: boolean;
}

/** Clauses that must all hold, and how the result is wanted. */
export interface StudyQuery {
  readonly clauses: readonly Clause[];
  readonly sort: readonly SortKey[];
  /** Studies a page, at most; 0 where only their number is wanted. */
  readonly count: number;
  /** Opaque place to go on from, out of an earlier page's link. */
  readonly cursor?: string;
  /** Whether the number of all matches is wanted, although it may take further reading. */
  readonly counted?: boolean;
  /** Whether the answer shows series and instances; without, the calls for them are saved. */
  readonly detail: boolean;
  /** Set to false where the answer shows series, but nothing of their instances. */
  readonly instances?: false;
}

/** The span of a moment in a study: the day, hour, minute, second or fraction that it names. */
export function momentSpan(moment: Moment): Span {
  const day = Date.parse(`${moment.date}T00:00:00Z`);
  const zone = moment.offset === undefined ? {} : { offset: offsetMinutes(moment.offset) };
  if (moment.time === undefined) return { from: day, to: day + 86_400_000, ...zone };
  const [clock = '', fraction] = moment.time.split('.');
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  const from = day + ((hour * 60 + minute) * 60 + second) * 1000;
  const unit = [3_600_000, 60_000, 1000][clock.split(':').length - 1] ?? 1000;
  if (fraction === undefined) return { from, to: from + unit, ...zone };
  const start = from + Math.floor(Number(`0.${fraction}`) * 1000);
  return { from: start, to: start + 1, ...zone };
}

/** The span of an instant, which is told to the millisecond. */
export function instantSpan(instant: string): Span {
  const from = Date.parse(instant);
  return { from, to: from + 1, offset: 0 };
}
