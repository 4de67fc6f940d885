import { writeCursor, type Cursor } from './cursor';
import { eachOnce, gather, OFFSET_IGNORED, rowName, type Gathered } from './gather';
import type { Study, StudyHeader } from './model';
import { takePage, tellCheck } from './page';
import { ORDER_CHANGED } from './paging';
import type { FoundStudies, Search } from './search';
import type { Notice } from './source';

type OffsetCursor = Extract<Cursor, { kind: 'offset' }>;

/** Studies given last that a cursor names, to find the place again. */
const REMEMBERED = 3;
/** Rows before the offset that are read again, to look for them. */
const OVERLAP = 20;

const SEARCH_CONTINUES: Notice = {
  code: 'search-continues',
  text: 'The archive cannot match all of the question and the search goes on: follow the next link.',
};

/**
 * A page of a result too large to be read whole, in the archive's order. Orthanc files new studies anywhere in
 * its order, so the studies given last are looked for around the offset; where they are gone, the client is
 * told that the page may repeat or miss some.
 */
export async function pageByOffset(search: Search, cursor: OffsetCursor): Promise<FoundStudies> {
  const { query, limits } = search;
  const studies: Study[] = [];
  const notices: Notice[] = [];
  const budget = { ...limits };
  let at = cursor;
  let next: OffsetCursor | undefined;
  for (let scanned = 0; ;) {
    const stretch = await readStretch(search, at);
    notices.push(...stretch.notices);
    const page = await takePage(search, stretch.rows, query.count - studies.length, budget);
    studies.push(...page.studies);
    notices.push(...page.notices);
    scanned += page.taken;
    const ended = page.taken >= stretch.rows.length;
    next = ended ? stretch.rest : follow(stretch, page.taken, at);
    const full = studies.length >= query.count || !ended;
    if (next === undefined || full || scanned >= limits.scannedRows) break;
    at = next;
  }
  if (next !== undefined && studies.length < query.count) notices.push(SEARCH_CONTINUES);
  const previous = Math.max(0, cursor.offset - query.count);
  return {
    studies,
    notices: eachOnce(notices),
    ...(next && { next: writeCursor(next) }),
    ...(cursor.offset > 0 && {
      previous: writeCursor({ kind: 'offset', offset: previous, after: [] }),
    }),
  };
}

interface Stretch {
  readonly rows: readonly StudyHeader[];
  /** Offset of the first of the rows, as near as is known. */
  readonly offset: number;
  /** Where the next stretch starts; undefined at the archive's end. */
  readonly rest: OffsetCursor | undefined;
  readonly notices: readonly Notice[];
}

/** The rows behind a cursor, as many as a window holds, beyond those that are read again. */
async function readStretch(search: Search, cursor: OffsetCursor): Promise<Stretch> {
  const { keys, sketches, source, limits, call } = search;
  const from = cursor.after.length === 0 ? cursor.offset : Math.max(0, cursor.offset - OVERLAP);
  const windowRows = limits.windowRows + cursor.offset - from;
  const reach = { windowRows, most: windowRows, from, ...(sketches && { sketches }) };
  const gathered = await gather(source, keys, reach, call);
  const { start, lost } = resume(gathered, cursor, from);
  const rows = gathered.studies.slice(start);
  tellCheck(search, rows);
  const offset = from + start;
  const notices = [...gathered.notices, ...(lost ? [ORDER_CHANGED] : [])];
  if (gathered.rest === undefined) return { rows, offset, rest: undefined, notices };
  if (rows.length === 0) {
    return { rows, offset, rest: undefined, notices: [...notices, OFFSET_IGNORED] };
  }
  const rest: OffsetCursor = { kind: 'offset', offset: gathered.rest, after: lastNames(rows) };
  return { rows, offset, rest, notices };
}

/** Index of the first row not given yet, and whether the rows given last could not be found. */
function resume(
  gathered: Gathered,
  cursor: OffsetCursor,
  from: number,
): { start: number; lost: boolean } {
  const expected = cursor.offset - from;
  if (cursor.after.length === 0) return { start: expected, lost: false };
  const last = gathered.studies.findLastIndex((study) => cursor.after.includes(rowName(study)));
  return last === -1 ? { start: expected, lost: true } : { start: last + 1, lost: false };
}

/** The cursor of the row at `taken` in a stretch. */
function follow(stretch: Stretch, taken: number, before: OffsetCursor): OffsetCursor {
  const given = lastNames(stretch.rows.slice(0, taken));
  return {
    kind: 'offset',
    offset: stretch.offset + taken,
    after: given.length > 0 ? given : before.after,
  };
}

function lastNames(rows: readonly StudyHeader[]): string[] {
  return rows.slice(-REMEMBERED).map(rowName);
}
