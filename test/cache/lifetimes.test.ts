import { areLong, lifetimesWhile, UNWATCHED } from '../../src/cache/lifetimes';
import defaults from '../../config/default.json';

/* How long answers are believed, by what is told of changes. */

const LONG = { studyRowsMs: 3_600_000, detailMs: 86_400_000 };
const SHORT = { studyRowsMs: 10, detailMs: 20 };

test('nothing is believed longer than by default where nobody tells of changes', () => {
  expect(lifetimesWhile({ changes: true, updates: false }, LONG)).toEqual(LONG);
  expect(lifetimesWhile({ changes: false, updates: false }, LONG)).toEqual(UNWATCHED);
  expect(lifetimesWhile({ changes: false, updates: false }, SHORT)).toEqual(SHORT);
});

test('series and instances are believed while rows tell when their study changed', () => {
  const { studyRowsMs } = UNWATCHED;
  const told = { changes: false, updates: true };
  expect(lifetimesWhile(told, LONG)).toEqual({ ...LONG, studyRowsMs });
});

test('the defaults are what may be believed without being told', () => {
  expect(defaults.cache).toMatchObject(UNWATCHED);
  expect(areLong(defaults.cache)).toBe(false);
  expect(areLong({ ...UNWATCHED, detailMs: UNWATCHED.detailMs + 1 })).toBe(true);
});
