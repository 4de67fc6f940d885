import { gather, type Asked } from './gather';
import { patientKey } from './identity';
import { matches } from './matches';
import type { StudyHeader } from './model';
import { ORDER_CHANGED } from './paging';
import { isSelective } from './plan';
import type { Condition, Presence, StudyQuery } from './query';
import type { Search } from './search';
import type { Keys, Notice } from './source';

/*
 * Sketches of studies (`StudyHeader.sketch`): a page of the newest fifty takes the dates of all that match, and the rows
 * of fifty. An archive with an index tells the dates at a tenth or less of what its rows cost it. Every study that is
 * answered with is read as a row all the same, and checked as one.
 */

/**
 * Whether sketches decide a question and its order as rows would. Where the question is of few studies, rows are asked
 * for at once; so they are where a caller's rights go by an issuer or another attribute that no index holds.
 *
 * @param windowRows study rows read at once: a page of as many leaves nothing to choose
 */
export function decidedBySketches(
  { clauses, sort, count }: StudyQuery,
  { keys, either }: Asked,
  windowRows: number,
): boolean {
  const few = either !== undefined || isSelective(keys) || count >= windowRows;
  const ordered = sort.every(({ by }) => by !== 'modality');
  return !few && ordered && clauses.flat().every(isIndexed);
}

const INDEXED: readonly Presence[] = [
  'accession',
  'started',
  'patient',
  'studyId',
  'name',
  'birthDate',
  'sex',
];

function isIndexed(condition: Condition): boolean {
  switch (condition.on) {
    case 'all':
    case 'nothing':
    case 'study':
    case 'studyId':
    case 'name':
    case 'birthDate':
    case 'sex':
      return true;
    case 'not':
      return isIndexed(condition.condition);
    case 'id':
      return condition.patientMark === undefined;
    case 'accession':
    case 'patient':
      return condition.issuer === 'any';
    case 'started':
      // A study's own offset from UTC is in its files alone.
      return condition.span.offset === undefined;
    case 'presence':
      return INDEXED.includes(condition.of);
    case 'attribute':
    case 'bodyPart':
    case 'instance':
    case 'lastUpdated':
    case 'modality':
    case 'order':
    case 'series':
    case 'sopClass':
      return false;
  }
}

/** Rows, and what was said where they were read. */
export interface Filled {
  readonly rows: readonly StudyHeader[];
  readonly notices: readonly Notice[];
}

/**
 * Rows in place of sketches: of the first studies, as many as hold `count` that may match. One that is not there any more
 * stays a sketch, and what is said tells of it; so does one that cannot match. Where no study is a sketch, all stay.
 */
export async function fillSketches(
  { source, limits, call, query }: Search,
  studies: readonly StudyHeader[],
  count: number,
): Promise<Filled> {
  if (!studies.some(isSketch)) return { rows: studies, notices: [] };
  const mayMatch = (study: StudyHeader) => matches(query.clauses, study) !== false;
  const front = firstThat(mayMatch, studies, count);
  const sketches = front.filter((study) => isSketch(study) && mayMatch(study));
  if (sketches.length === 0) return { rows: front, notices: [] };
  const uids = [...new Set(sketches.map(({ uid }) => uid))];
  const keys: Keys = new Map([['StudyInstanceUID', { kind: 'values', values: uids }]]);
  const reach = { windowRows: limits.windowRows, most: Number.POSITIVE_INFINITY, from: 0 };
  const read = await gather(source, keys, reach, call);
  const rows = new Map(read.studies.map((study) => [nameOf(study), study]));
  const isGone = sketches.some((sketch) => !rows.has(nameOf(sketch)));
  return {
    rows: front.map((study) => (isSketch(study) ? (rows.get(nameOf(study)) ?? study) : study)),
    notices: isGone ? [...read.notices, ORDER_CHANGED] : read.notices,
  };
}

/** Whether a study is told by an index alone. */
export function isSketch({ sketch }: StudyHeader): boolean {
  return sketch === true;
}

/** The front of a list up to the item that is the `count`th of a kind. */
function firstThat<T>(isOfKind: (item: T) => boolean, items: readonly T[], count: number): T[] {
  const front: T[] = [];
  let seen = 0;
  for (const item of items) {
    if (seen >= count) break;
    front.push(item);
    if (isOfKind(item)) seen += 1;
  }
  return front;
}

/** What a sketch and the row of its study have in common. */
function nameOf({ uid, patient }: StudyHeader): string {
  return `${uid} ${patientKey({ ...patient, issuer: {} })}`;
}
