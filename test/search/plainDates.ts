/*
 * How a study's time lies to a searched one, by the prose of R4's search page ("prefixes") and nothing of the
 * gateway's: where the zone of the study is unknown, every zone of the world is tried.
 */

/** The comparators of DSTU2 and later, each with what DSTU1 writes where it has the like. */
export const COMPARATORS = [
  ['', ''],
  ['eq', undefined],
  ['ne', undefined],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['sa', undefined],
  ['eb', undefined],
  ['ap', undefined],
] as const;

export type Word = (typeof COMPARATORS)[number][0];

interface Time {
  /** Milliseconds since 1970 as if the wall clock were UTC; the end is excluded. */
  readonly from: number;
  readonly to: number;
  readonly zone: number | undefined;
}

const MINUTE = 60_000;
/** From UTC-12 to UTC+14 in quarters of an hour, in minutes. */
const ZONES = Array.from({ length: (12 + 14) * 4 + 1 }, (_, index) => index * 15 - 12 * 60);

/** Reads a date and as much of a time as there is, an hour alone among it. */
function readTime(text: string): Time {
  const [date = '', clock = ''] = text.split('T');
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(clock)?.[1];
  const given = [...date.split('-'), ...clock.replace(zone ?? '', '').split(':')]
    .filter((part) => part !== '')
    .map(Number);
  const at = (more: number) => {
    const parts = given.map((part, index) => (index === given.length - 1 ? part + more : part));
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  return { from: at(0), to: at(1), zone: zone === undefined ? undefined : minutesOf(zone) };
}

function minutesOf(zone: string): number {
  if (zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
}

const moved = ({ from, to, zone }: Time, minutes: number): Time => ({
  from: from - minutes * MINUTE,
  to: to - minutes * MINUTE,
  zone,
});

type Lies = (value: Time, study: Time) => boolean;
const within: Lies = (value, study) => value.from <= study.from && study.to <= value.to;

const LIES: Readonly<Record<Word, Lies>> = {
  '': within,
  eq: within,
  ne: (value, study) => !within(value, study),
  lt: (value, study) => study.from < value.from,
  gt: (value, study) => study.to > value.to,
  le: (value, study) => study.from < value.to,
  ge: (value, study) => study.to > value.from,
  sa: (value, study) => study.from >= value.to,
  eb: (value, study) => study.to <= value.from,
  ap: (value, study) => study.from < value.to && value.from < study.to,
};

/** A value and a tenth of the way from it to now at both ends. */
function nearly(value: Time, now: Date): Time {
  const today = now.getTime() + (value.zone ?? 0) * MINUTE;
  const gap = Math.max(0, value.from - today, today - value.to);
  return { ...value, from: value.from - gap / 10, to: value.to + gap / 10 };
}

/**
 * @param word the comparator
 * @param value what is searched, without it
 * @param study the study's own time, as far as it is known; undefined: it never lies anywhere
 */
export function lies(word: Word, value: string, study: string | undefined, now: Date): boolean {
  if (study === undefined) return false;
  const told = readTime(study);
  const asked = word === 'ap' ? nearly(readTime(value), now) : readTime(value);
  // Without a zone in the value, people compare what both clocks on the wall show.
  if (asked.zone === undefined) return LIES[word](asked, told);
  const zones = told.zone === undefined ? ZONES : [told.zone];
  const utc = moved(asked, asked.zone);
  return zones.some((zone) => LIES[word](utc, moved(told, zone)));
}
