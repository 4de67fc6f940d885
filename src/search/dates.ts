import { isCalendarDate, offsetMinutes, readOffset } from '../dicom/values';
import type { Comparator, Condition, Span } from '../study/query';
import { invalid, problem, shown, type Asked, type Reader } from './asked';
import { unescaped } from './values';

/*
 * Dates in searches (search page, "date"): yyyy[-mm[-dd[Thh:mm[:ss[.f]][zone]]]], with a comparator.
 */

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const ZONED = /^(.*?)(Z|[+-]\d{2}:\d{2})?$/;
const EXAMPLE = '2015-03-01T10:30:00+01:00';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Makes the reader of a date parameter. */
export function readDates(on: 'started' | 'birthDate' | 'lastUpdated'): Reader {
  return (asked) => {
    const { comparator, span } = readComparedDate(asked);
    return [{ on, comparator, span } satisfies Condition];
  };
}

/** Reads comparator and date of one value. */
function readComparedDate(asked: Asked): { comparator: Comparator; span: Span } {
  const text = unescaped(asked.raw).trim();
  const [spelling, comparator] = asked.dialect.comparators.find(([start]) =>
    text.startsWith(start),
  ) ?? ['', 'eq'];
  const span = readSpan(text.slice(spelling.length));
  if (span === undefined) throw refusal(asked, text);
  return { comparator, span: comparator === 'ap' ? widened(span, asked.context.now) : span };
}

/**
 * What is approximately a date: "10% of the gap between now and the date" more at both ends (R4 search page,
 * "prefixes").
 */
function widened(span: Span, now: Date): Span {
  const today = now.getTime() + (span.offset ?? 0) * MINUTE;
  const gap = Math.max(span.from - today, today - span.to, 0);
  const more = Math.round(gap / 10);
  return { ...span, from: span.from - more, to: span.to + more };
}

/**
 * The span that a date of any precision covers; undefined for what is no date of the calendar.
 * A `+` that an unescaped query string turned into a blank is a `+` again.
 */
export function readSpan(text: string): Span | undefined {
  const [date = '', time, more] = text.replace(/ (?=\d{2}:\d{2}$)/, '+').split('T');
  const day = readDay(date);
  if (day === undefined || more !== undefined) return undefined;
  return time === undefined ? day : readTime(day, time);
}

function readDay(text: string): Span | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  const first = `${String(year)}-${month ?? '01'}-${day ?? '01'}`;
  if (year === undefined || year === '0000' || !isCalendarDate(first)) return undefined;
  const from = new Date(`${first}T00:00:00Z`);
  const to = new Date(from);
  if (day !== undefined) to.setUTCDate(to.getUTCDate() + 1);
  else if (month !== undefined) to.setUTCMonth(to.getUTCMonth() + 1);
  else to.setUTCFullYear(to.getUTCFullYear() + 1);
  return { from: from.getTime(), to: to.getTime() };
}

/** The minute, second or millisecond of a day. A leap second is second 59, as in the archive's times. */
function readTime(day: Span, text: string): Span | undefined {
  if (day.to - day.from !== DAY) return undefined;
  const [, clock = '', zone] = ZONED.exec(text) ?? [];
  const [, hour = '', minute = '', second, fraction] = TIME.exec(clock) ?? [];
  const offset = zone === 'Z' ? '+00:00' : readOffset(zone);
  if (!isBelow(hour, 24) || !isBelow(minute, 60) || !isBelow(second ?? '00', 61)) return undefined;
  if (zone !== undefined && offset === undefined) return undefined;
  const seconds = Math.min(Number(second ?? 0), 59);
  const from =
    day.from +
    (Number(hour) * 60 + Number(minute)) * MINUTE +
    seconds * 1000 +
    Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const unit = second === undefined ? MINUTE : fraction === undefined ? 1000 : 1;
  return { from, to: from + unit, ...(offset !== undefined && { offset: offsetMinutes(offset) }) };
}

function isBelow(digits: string, limit: number): boolean {
  return digits !== '' && Number(digits) < limit;
}

/** Every comparator that some release has, for a client that writes another release's. */
const SPELLINGS: readonly (readonly [spelling: string, comparator: Comparator])[] = [
  ['<=', 'le'],
  ['>=', 'ge'],
  ['<', 'lt'],
  ['>', 'gt'],
  ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sa', 'eb', 'ap'] as const).map(
    (word) => [word, word] as const,
  ),
];

function refusal(asked: Asked, text: string): Error {
  const [spelling, comparator] = SPELLINGS.find(([start]) => text.startsWith(start)) ?? [];
  const { comparators, title } = asked.dialect;
  const foreign = spelling !== undefined && !comparators.some(([own]) => own === spelling);
  if (!foreign) {
    return invalid(
      asked,
      'a date of the calendar, yyyy[-mm[-dd[Thh:mm[:ss][zone]]]]',
      `${asked.parameter}=2015-03 or ${asked.parameter}=${EXAMPLE}`,
    );
  }
  const ours = comparators.filter(([own]) => own !== '').map(([own]) => own);
  const same = comparators.find(([, meaning]) => meaning === comparator)?.[0] ?? '';
  return problem(
    asked.parameter,
    'invalid-value',
    `${asked.parameter}: ${shown(text)} starts with ${spelling}, which ${title} does not have; its comparators are ${ours.join(' ')}; for example ${asked.parameter}=${same}2015-03-01`,
  );
}
