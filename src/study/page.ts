import { isUid } from '../dicom/values';
import { matches, type Answer } from './matches';
import { instanceCount, seriesCount, type Defect, type Study, type StudyHeader } from './model';
import type { PageLimits, Search } from './search';
import { fillSketches, isSketch } from './sketches';
import type { Notice, StudyDetail } from './source';

/** Studies taken from rows. */
export interface TakenPage {
  readonly studies: readonly Study[];
  /** Rows used up, those that turned out not to match among them. */
  readonly taken: number;
  readonly notices: readonly Notice[];
}

/** The rows that match or may match: the check of every row against the whole question. */
export function candidatesOf(search: Search, rows: readonly StudyHeader[]): StudyHeader[] {
  tellCheck(search, rows);
  return rows.filter((row) => matches(search.query.clauses, row) !== false);
}

/** Tells what the check makes of rows, where somebody listens. */
export function tellCheck({ query, call }: Search, rows: readonly StudyHeader[]): void {
  if (call.meter.trace === undefined) return;
  const answers = rows.map((row) => matches(query.clauses, row));
  const count = (answer: Answer) => answers.filter((each) => each === answer).length;
  call.meter.trace({
    on: 'check',
    matching: count(true),
    others: count(false),
    undecided: count(undefined),
  });
}

/** What a study without counts is taken for. */
const UNCOUNTED = { instances: 50, series: 3 };

/** What a page may still read and show; used up as it is filled. */
export type Budget = { -readonly [K in keyof PageLimits]: PageLimits[K] };

/**
 * Takes up to `count` matching studies from the front of rows, reading series and instances where the answer
 * shows them or the question needs them, within the page's limits. Sketches among the rows are read as rows first.
 *
 * @param budget what is left of the limits when a page is filled from several stretches of rows
 */
export async function takePage(
  search: Search,
  rows: readonly StudyHeader[],
  count: number,
  budget: Budget = { ...search.limits },
): Promise<TakenPage> {
  const studies: Study[] = [];
  const notices: Notice[] = [];
  let taken = 0;
  let ahead: readonly StudyHeader[] = [];
  while (taken < rows.length && studies.length < count) {
    const wanted = count - studies.length;
    if (ahead.length === 0) {
      const filled = await fillSketches(search, rows.slice(taken), wanted);
      ahead = filled.rows;
      notices.push(...filled.notices);
    }
    const batch = takeBatch(search, ahead, wanted, budget);
    if (batch.length === 0) break;
    ahead = ahead.slice(batch.length);
    taken += batch.length;
    studies.push(...(await readBatch(search, batch)));
  }
  return { studies, taken, notices };
}

/** The next rows that fit the budget; the first row of a page always does. */
function takeBatch(
  search: Search,
  rows: readonly StudyHeader[],
  count: number,
  budget: Budget,
): StudyHeader[] {
  const batch: StudyHeader[] = [];
  let wanted = 0;
  const fresh =
    budget.pageInstances === search.limits.pageInstances &&
    budget.pageSeries === search.limits.pageSeries;
  for (const row of rows) {
    if (wanted >= count) break;
    const reads = needsDetail(search, row);
    const instances = reads ? (row.numberOfInstances ?? UNCOUNTED.instances) : 0;
    const series = reads ? (row.numberOfSeries ?? UNCOUNTED.series) : 0;
    const fits = instances <= budget.pageInstances && series <= budget.pageSeries;
    if (!fits && !(fresh && batch.length === 0)) break;
    budget.pageInstances -= instances;
    budget.pageSeries -= series;
    batch.push(row);
    if (mayShow(search, row)) wanted += 1;
  }
  return batch;
}

async function readBatch(search: Search, batch: readonly StudyHeader[]): Promise<Study[]> {
  const { query } = search;
  const candidates = batch.filter((row) => mayShow(search, row));
  const deep = candidates.filter((row) => needsDetail(search, row));
  const byRow = deep.length > 0 ? await readDetails(search, deep) : NO_DETAILS;
  return candidates
    .map((row) => assemble(row, byRow.get(row)))
    .filter((study) => matches(query.clauses, study) === true)
    .map((study) => (query.detail ? study : withoutSeries(study)));
}

type Details = ReadonlyMap<StudyHeader, StudyDetail | undefined>;
const NO_DETAILS: Details = new Map();

/** Series alone, where neither the answer nor the check of a row needs instances and the archive tells them surely. */
async function readDetails(search: Search, deep: readonly StudyHeader[]): Promise<Details> {
  const { query, source, call } = search;
  const decided = deep.filter((row) => matches(query.clauses, row) === true);
  const series = query.instances === false ? await source.series?.(decided, call) : undefined;
  const bySeries = new Map(decided.map((row, index) => [row, series?.[index]]));
  const left = deep.filter((row) => bySeries.get(row) === undefined);
  const details = left.length > 0 ? await source.details(left, call) : [];
  return new Map([...bySeries, ...left.map((row, index) => [row, details[index]] as const)]);
}

/** Whether a row may be shown: what is a sketch still has no row any more. */
function mayShow({ query }: Search, row: StudyHeader): boolean {
  return !isSketch(row) && matches(query.clauses, row) !== false;
}

/** Series and instances are read for the answer, for a check that needs them, or to count them. */
function needsDetail(search: Search, row: StudyHeader): boolean {
  const { clauses, detail } = search.query;
  const uncounted = row.numberOfSeries === undefined || row.numberOfInstances === undefined;
  return mayShow(search, row) && (detail || uncounted || matches(clauses, row) === undefined);
}

function assemble(row: StudyHeader, detail: StudyDetail | undefined): Study {
  const illegal: Defect[] = isUid(row.uid) ? [] : [{ kind: 'illegal-uid' }];
  if (detail === undefined) return { ...row, defects: illegal };
  const { header, series, defects } = detail;
  return { ...header, shared: row.shared, series, defects: [...illegal, ...defects] };
}

function withoutSeries(study: Study): Study {
  const { series: shown, ...header } = study;
  if (shown === undefined) return study;
  const seriesTotal = seriesCount(study);
  const instanceTotal = instanceCount(study);
  return {
    ...header,
    ...(seriesTotal !== undefined && { numberOfSeries: seriesTotal }),
    ...(instanceTotal !== undefined && { numberOfInstances: instanceTotal }),
  };
}
