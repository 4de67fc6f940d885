import { Problem } from '../errors';

/**
 * Where a page starts. It names studies by UID and patient mark and holds nothing of a patient, because links
 * end up in logs and histories.
 */
export type Cursor =
  /** In a result that was read whole: the study it starts with, the one before, and its index. */
  | {
      readonly kind: 'row';
      readonly at: string;
      readonly after: string;
      readonly index: number;
    }
  /** In a result too large for that: an offset into the archive's order, and the studies given last. */
  | { readonly kind: 'offset'; readonly offset: number; readonly after: readonly string[] };

/** Writes a cursor for a link; opaque to clients. */
export function writeCursor(cursor: Cursor): string {
  const value =
    cursor.kind === 'row' ? [cursor.index, cursor.at, cursor.after] : [cursor.offset, cursor.after];
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** @throws Problem `cursor-invalid` for anything that this gateway did not write */
export function readCursor(text: string): Cursor {
  const value = parse(Buffer.from(text, 'base64url').toString());
  if (Array.isArray(value) && isOffset(value[0])) {
    const [, at, after] = value as unknown[];
    if (typeof at === 'string' && typeof after === 'string' && value.length === 3) {
      return { kind: 'row', index: value[0], at, after };
    }
    if (isTexts(at) && value.length === 2) return { kind: 'offset', offset: value[0], after: at };
  }
  throw new Problem(
    'cursor-invalid',
    'This page link was not made by this gateway or was changed. Start again from the first page.',
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}
