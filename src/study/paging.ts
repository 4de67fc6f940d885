import { writeCursor, type Cursor } from './cursor';
import type { Notice } from './source';

/** A cursor into a result that was read whole. */
export type RowCursor = Extract<Cursor, { kind: 'row' }>;

/** What is said where the rows of the last page cannot be found again. */
export const ORDER_CHANGED: Notice = {
  code: 'archive-order-changed',
  text: 'Studies arrived or left between two pages: this page may repeat or miss some.',
};

/**
 * Where a page starts in the names of a sorted result: at the row the cursor names; if that has gone, behind
 * the row before it; if both have, at the index they had, which is said.
 */
export function findStart(
  names: readonly string[],
  cursor: RowCursor | undefined,
): { start: number; lost: boolean } {
  if (cursor === undefined) return { start: 0, lost: false };
  const at = names.indexOf(cursor.at);
  if (at !== -1) return { start: at, lost: false };
  const after = names.indexOf(cursor.after);
  if (after !== -1) return { start: after + 1, lost: false };
  return { start: Math.min(cursor.index, names.length), lost: names.length > 0 };
}

/** The cursors of the pages around one that shows the names from `start` to before `end`. */
export function pageLinks(
  names: readonly string[],
  start: number,
  end: number,
  count: number,
): { next?: string; previous?: string } {
  return {
    ...(end < names.length && { next: rowCursor(names, end) }),
    ...(start > 0 && { previous: rowCursor(names, Math.max(0, start - count)) }),
  };
}

function rowCursor(names: readonly string[], index: number): string {
  const at = names[index] ?? '';
  return writeCursor({ kind: 'row', index, at, after: names[index - 1] ?? '' });
}
