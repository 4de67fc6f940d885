import { Problem } from '../errors';
import { readCursor } from './cursor';
import { gather, rowName, type Gathered } from './gather';
import { matches } from './matches';
import type { StudyHeader } from './model';
import { DEFAULT_SORT, sortStudies } from './order';
import { takePage } from './page';
import { pageByOffset } from './offsetPaging';
import { findStart, ORDER_CHANGED, pageLinks, type RowCursor } from './paging';
import { planQuery } from './plan';
import type { StudyQuery } from './query';
import type { FoundStudies, Search, SearchLimits } from './search';
import type { Call, Keys, Notice, StudySource } from './source';

const NONE: FoundStudies = { studies: [], total: 0, notices: [] };

/**
 * Answers a question from the archive: what it can match is asked, every row is checked against the whole
 * question, and the page is cut by count, instances and series.
 *
 * A result that fits a window, or that must be sorted, is read whole: its pages start at places in its order
 * and stay stable while studies arrive. A larger one is paged in the archive's order.
 *
 * @throws Problem of the archive; `too-costly` for a sort over more rows than may be read;
 *   `cursor-invalid` for a page link that is not ours
 */
export async function findStudies(
  query: StudyQuery,
  source: StudySource,
  limits: SearchLimits,
  call: Call,
): Promise<FoundStudies> {
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const keys = await askedKeys(query, source, limits, call);
  if (keys === undefined) return NONE;
  const search: Search = { query, keys, source, limits, call };
  if (cursor?.kind === 'offset') return pageByOffset(search, cursor);
  if (query.count === 0) return countStudies(search);
  const whole = query.sort.length > 0 || cursor !== undefined;
  const most = whole ? limits.scannedRows : limits.windowRows;
  const reach = { windowRows: limits.windowRows, most, from: 0 };
  const gathered = await gather(source, keys, reach, call);
  if (gathered.rest === undefined) {
    return pageOfWhole(search, gathered, cursor);
  }
  if (whole) throw tooManyToSort(limits);
  return pageByOffset(search, { kind: 'offset', offset: 0, after: [] });
}

const NOT_COUNTED: Notice = {
  code: 'too-many-to-count',
  text: 'More studies match than may be read to count them. Narrow the search.',
};

/** How many studies match, without showing any; no total where that would take more than one answer may cost. */
async function countStudies(search: Search): Promise<FoundStudies> {
  const { query, keys, source, limits, call } = search;
  const reach = { windowRows: limits.windowRows, most: limits.scannedRows, from: 0 };
  const gathered = await gather(source, keys, reach, call);
  const rows = gathered.studies.filter((study) => matches(query.clauses, study) !== false);
  const page = await takePage(search, rows, Number.POSITIVE_INFINITY);
  const { notices } = gathered;
  const whole = gathered.rest === undefined && !gathered.cut && page.taken === rows.length;
  if (!whole) return { studies: [], notices: [...notices, NOT_COUNTED] };
  return { studies: [], total: page.studies.length, notices };
}

function tooManyToSort(limits: SearchLimits): Problem {
  return new Problem(
    'too-costly',
    `More than ${limits.scannedRows} studies match, too many to sort. Narrow the search, for example by ` +
      'subject or date, or leave _sort out.',
  );
}

/** The keys of the study search, or undefined when it is sure that nothing matches. */
async function askedKeys(
  query: StudyQuery,
  source: StudySource,
  limits: SearchLimits,
  call: Call,
): Promise<Keys | undefined> {
  const plan = planQuery(query.clauses, await source.abilities(call));
  if (plan.empty) return undefined;
  if (plan.below === undefined || plan.study.has('StudyInstanceUID')) return plan.study;
  const { level, keys } = plan.below;
  const found = await source.studiesWith(level, keys, limits.belowRows, call);
  if (!found?.complete) return plan.study;
  if (found.uids.length === 0) return undefined;
  return new Map([...plan.study, ['StudyInstanceUID', { kind: 'values', values: found.uids }]]);
}

/** A page of a result that was read whole. */
async function pageOfWhole(
  search: Search,
  gathered: Gathered,
  cursor: RowCursor | undefined,
): Promise<FoundStudies> {
  const { query } = search;
  const sorted = sortStudies(
    gathered.studies.filter((study) => matches(query.clauses, study) !== false),
    query.sort.length > 0 ? query.sort : DEFAULT_SORT,
  );
  const { start, lost } = findStart(sorted.map(rowName), cursor);
  const page = await takePage(search, sorted.slice(start), query.count);
  const end = start + page.taken;
  const total = gathered.cut ? undefined : countAll(query, sorted, start, end, page.studies.length);
  const links = pageLinks(sorted.map(rowName), start, end, query.count);
  return {
    studies: page.studies,
    notices: lost ? [...gathered.notices, ORDER_CHANGED] : gathered.notices,
    ...(total !== undefined && { total }),
    ...links,
  };
}

/** How many match in all: known when the study rows decide it, or when this page holds every candidate. */
function countAll(
  query: StudyQuery,
  sorted: readonly StudyHeader[],
  start: number,
  end: number,
  matched: number,
): number | undefined {
  if (start === 0 && end >= sorted.length) return matched;
  return sorted.every((study) => matches(query.clauses, study) === true)
    ? sorted.length
    : undefined;
}
