import type { Comparator, Span } from './query';

/*
 * Comparing times that are spans: `2020-03` is a month, a study without a time is a day. The rules are those
 * of the search page of each release ("date"): a comparator asks how the span of the study lies to the span
 * of the value.
 */

const MINUTE = 60_000;
/** UTC is at most this far from an unknown wall clock: zones reach from UTC-12 to UTC+14. */
const EARLIEST_SHIFT = -14 * 60 * MINUTE;
const LATEST_SHIFT = 12 * 60 * MINUTE;

/** How far the study's span may have to be moved to lie on the same clock as the value's. */
interface Shift {
  readonly least: number;
  readonly most: number;
}

/**
 * Whether a study's time lies to a value as the comparator asks.
 *
 * A value without a zone is compared wall clock to wall clock, as a person reads both. A value with a zone
 * is compared in UTC; where nobody knows the study's zone, the study matches when it matches in some zone of
 * the world, because to leave out a study that may be the one is worse than to show one too many.
 *
 * @param wanted the span of the search value
 * @param actual the span of the study's time
 */
export function compareSpans(comparator: Comparator, wanted: Span, actual: Span): boolean {
  const utc = (wanted.offset ?? 0) * MINUTE;
  const value = { from: wanted.from - utc, to: wanted.to - utc };
  return COMPARE[comparator](value, actual, shiftOf(wanted, actual));
}

function shiftOf(wanted: Span, actual: Span): Shift {
  if (wanted.offset === undefined) return { least: 0, most: 0 };
  if (actual.offset === undefined) return { least: EARLIEST_SHIFT, most: LATEST_SHIFT };
  const exact = -actual.offset * MINUTE;
  return { least: exact, most: exact };
}

type Compare = (value: Span, study: Span, shift: Shift) => boolean;

/** The value contains the study, moved by some shift. */
const contains: Compare = (value, study, shift) =>
  Math.max(value.from - study.from, shift.least) <= Math.min(value.to - study.to, shift.most);

/** The value contains the study wherever it is moved. */
const alwaysContains: Compare = (value, study, shift) =>
  value.from <= study.from + shift.least && study.to + shift.most <= value.to;

/** Some of the study, moved by some shift, lies before the value. */
const before: Compare = (value, study, shift) => study.from + shift.least < value.from;

/** Some of the study, moved by some shift, lies after the value. */
const after: Compare = (value, study, shift) => study.to + shift.most > value.to;

/**
 * `lt` and `gt`: some of the study lies before (after) the value. `le` and `ge`: or within it, which is wider than
 * R4's text by studies told less exactly than the value: none that may be meant is lost. `sa` and `eb`: all of
 * the study lies after (before). `ap`: they overlap; the value's span is to be widened already.
 */
const COMPARE: Readonly<Record<Comparator, Compare>> = {
  eq: contains,
  ne: (value, study, shift) => !alwaysContains(value, study, shift),
  lt: before,
  le: (value, study, shift) => study.from + shift.least < value.to,
  gt: after,
  ge: (value, study, shift) => study.to + shift.most > value.from,
  sa: (value, study, shift) => study.from + shift.most >= value.to,
  eb: (value, study, shift) => study.to + shift.least <= value.from,
  ap: (value, study, shift) =>
    study.from + shift.least < value.to && study.to + shift.most > value.from,
};
