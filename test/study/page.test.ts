import fc from 'fast-check';
import { Problem } from '../../src/errors';
import { readCursor, writeCursor, type Cursor } from '../../src/study/cursor';
import { findStart, pageLinks } from '../../src/study/paging';

/* Links from page to page. */

describe('cursors', () => {
  const row = fc.record({
    kind: fc.constant('row' as const),
    index: fc.nat(),
    at: fc.string(),
    after: fc.string(),
  });
  const offset = fc.record({
    kind: fc.constant('offset' as const),
    offset: fc.nat(),
    after: fc.array(fc.string()),
  });

  test('come back as they went out, in characters of a URL', () => {
    fc.assert(
      fc.property(fc.oneof(row, offset), (cursor: Cursor) => {
        expect(writeCursor(cursor)).toMatch(/^[\w-]+$/);
        expect(readCursor(writeCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  test('that are anything else are refused, never a crash', () => {
    const encoded = fc
      .jsonValue()
      .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), encoded), (text) => {
        try {
          readCursor(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          expect(error).toMatchObject({ code: 'cursor-invalid' });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('find their place again though rows came and went', () => {
    const names = ['a', 'b', 'c', 'd'];
    const { next } = pageLinks(names, 0, 2, 2);
    const cursor = readCursor(next ?? '');
    if (cursor.kind !== 'row') throw new Error('a row is wanted');
    expect(findStart(['x', ...names], cursor)).toEqual({ start: 3, lost: false });
    expect(findStart(['a', 'b', 'd'], cursor)).toEqual({ start: 2, lost: false });
    expect(findStart(['a', 'd'], cursor)).toEqual({ start: 2, lost: true });
    expect(findStart([], cursor)).toEqual({ start: 0, lost: false });
  });
});
