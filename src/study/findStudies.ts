import { Problem } from '../errors';
import { asksUpdates, changedStudies, FIRST_SEEN } from './changed';
import { readCursor } from './cursor';
import { eachOnce, gatherAsked, rowName, type Asked, type Gathered } from './gather';
import { matches } from './matches';
import type { StudyHeader } from './model';
import { DEFAULT_SORT, sortStudies } from './order';
import { candidatesOf, takePage } from './page';
import { pageByOffset } from './offsetPaging';
import { findStart, ORDER_CHANGED, pageLinks, type RowCursor } from './paging';
import { isBroad, planQuery } from './plan';
import type { StudyQuery } from './query';
import type { FoundStudies, Search, SearchLimits } from './search';
import { decidedBySketches, isSketch } from './sketches';
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
  if (!asksUpdates(query.clauses)) return answer(query, source, limits, call);
  const found = await answer(query, source, limits, { ...call, fresh: query.cursor === undefined });
  const { tellsUpdates } = await source.abilities(call);
  return tellsUpdates ? found : { ...found, notices: [...found.notices, FIRST_SEEN] };
}

async function answer(
  query: StudyQuery,
  source: StudySource,
  limits: SearchLimits,
  call: Call,
): Promise<FoundStudies> {
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const asked = await askedKeys(query, source, limits, call);
  if (asked === undefined) return NONE;
  const sketched = decidedBySketches(query, asked, limits.windowRows);
  const search: Search = {
    query,
    ...asked,
    ...(sketched && { sketches: true }),
    source,
    limits,
    call,
  };
  if (cursor?.kind === 'offset') return withCount(search, await pageByOffset(search, cursor));
  if (query.count === 0) return withCount(search, { studies: [], notices: [] });
  const whole = query.sort.length > 0 || cursor !== undefined;
  const most = whole ? limits.scannedRows : limits.windowRows;
  const reach = { windowRows: limits.windowRows, most, from: 0 };
  const gathered = await gatherAsked(source, search, reach, call);
  if (gathered.rest === undefined) return pageOfWhole(search, gathered, cursor);
  if (whole) throw tooManyToSort(limits);
  const first = { kind: 'offset' as const, offset: 0, after: [] };
  return withCount(search, await pageByOffset(search, first));
}

const NOT_COUNTED: Notice = {
  code: 'too-many-to-count',
  text: 'More studies match than may be read to count them. Narrow the search.',
};

/** A page with the number of all matches, where it is wanted; no total where it takes more than one answer may cost. */
async function withCount(search: Search, page: FoundStudies): Promise<FoundStudies> {
  const { query, source, limits, call } = search;
  if (!query.counted) return page;
  const reach = { windowRows: limits.windowRows, most: limits.scannedRows, from: 0 };
  const gathered = await gatherAsked(source, search, reach, call);
  const total =
    gathered.rest === undefined && !gathered.cut
      ? await countRows(search, gathered.studies)
      : undefined;
  const notices = eachOnce([
    ...page.notices,
    ...gathered.notices,
    ...(total === undefined ? [NOT_COUNTED] : []),
  ]);
  return { ...page, notices, ...(total !== undefined && { total }) };
}

/** How many of the rows match, reading below the study where only that tells; undefined where it is too much. */
async function countRows(
  search: Search,
  rows: readonly StudyHeader[],
): Promise<number | undefined> {
  const { query } = search;
  const candidates = candidatesOf(search, rows);
  // Sketches are asked for where they decide the question.
  if (candidates.every(isSketch)) return candidates.length;
  const counting = { ...search, query: { ...query, detail: false } };
  const page = await takePage(counting, candidates, Number.POSITIVE_INFINITY);
  return page.taken === candidates.length ? page.studies.length : undefined;
}

function tooManyToSort(limits: SearchLimits): Problem {
  return new Problem(
    'too-costly',
    `More than ${limits.scannedRows} studies match, too many to sort. Narrow the search, for example by ` +
      'subject or date, or leave _sort out.',
  );
}

/** What the archive is asked, or undefined when it is sure that nothing matches. */
async function askedKeys(
  query: StudyQuery,
  source: StudySource,
  limits: SearchLimits,
  call: Call,
): Promise<Asked | undefined> {
  const plan = planQuery(query.clauses, await source.abilities(call));
  call.meter.trace?.({ on: 'plan', plan });
  if (plan.empty) return undefined;
  const { study, below, either } = plan;
  const changed = isBroad(plan)
    ? await changedStudies(query.clauses, source, limits.belowRows, call)
    : undefined;
  if (changed !== undefined) return amongUids(study, changed);
  if (below === undefined || study.has('StudyInstanceUID')) {
    return { keys: study, ...(either && { either }) };
  }
  const found = await source.studiesWith(below.level, below.keys, limits.belowRows, call);
  if (!found?.complete) return { keys: study };
  return amongUids(study, found.uids);
}

/** A search among studies that were found before; undefined when there are none. */
function amongUids(study: Keys, uids: readonly string[]): Asked | undefined {
  if (uids.length === 0) return undefined;
  return { keys: new Map([...study, ['StudyInstanceUID', { kind: 'values', values: uids }]]) };
}

/** A page of a result that was read whole. */
async function pageOfWhole(
  search: Search,
  gathered: Gathered,
  cursor: RowCursor | undefined,
): Promise<FoundStudies> {
  const { query } = search;
  const sorted = sortStudies(
    candidatesOf(search, gathered.studies),
    query.sort.length > 0 ? query.sort : DEFAULT_SORT,
  );
  const names = sorted.map(rowName);
  const { start, lost } = findStart(names, cursor);
  const page = await takePage(search, sorted.slice(start), query.count);
  const end = start + page.taken;
  const known = gathered.cut ? undefined : countAll(query, sorted, start, end, page.studies.length);
  const mayCount = known === undefined && query.counted === true && !gathered.cut;
  const total = mayCount ? await countRows(search, sorted) : known;
  const untold = query.counted === true && total === undefined;
  return {
    studies: page.studies,
    notices: eachOnce([
      ...gathered.notices,
      ...page.notices,
      ...(lost ? [ORDER_CHANGED] : []),
      ...(untold ? [NOT_COUNTED] : []),
    ]),
    ...(total !== undefined && { total }),
    ...pageLinks(names, start, end, query.count),
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
