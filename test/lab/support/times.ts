import type { TrueStudy } from './truth';

/*
 * DSTU1's date search (search page, "date"), by comparing texts and milliseconds of spans.
 */

export type Sign = '' | '<' | '<=' | '>' | '>=';
export const SIGNS: readonly Sign[] = ['', '<', '<=', '>', '>='];

/** From and to (excluded) as if wall clocks were UTC, and minutes from UTC where known. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number | undefined;
}

const HOUR = 3_600_000;

/** Whether a study's date lies to `value` (yyyy[-mm[-dd[Thh:mm[:ss][zone]]]]) as the sign asks. */
export function isDated(study: TrueStudy, sign: Sign, value: string): boolean {
  const own = stretchOfStudy(study);
  const asked = stretchOf(value);
  return own !== undefined && shifts(asked, own).some((shift) => compare(sign, asked, own, shift));
}

/** The study's date as FHIR writes it; undefined when it has none that can be read. */
export function dayOf({ date }: Pick<TrueStudy, 'date'>): string | undefined {
  const digits = date.replaceAll('.', '');
  if (!/^\d{8}$/.test(digits)) return undefined;
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  return Number.isNaN(Date.parse(day)) ? undefined : day;
}

function compare(sign: Sign, asked: Stretch, own: Stretch, shift: number): boolean {
  const from = own.from + shift;
  const to = own.to + shift;
  switch (sign) {
    case '':
      return asked.from <= from && to <= asked.to;
    case '<':
      return from < asked.from;
    case '<=':
      return from < asked.to;
    case '>':
      return to > asked.to;
    case '>=':
      return to > asked.from;
  }
}

/** How far the study's clock may be from the asked one: every quarter of an hour where nobody knows. */
function shifts(asked: Stretch, own: Stretch): number[] {
  if (asked.offset === undefined) return [0];
  if (own.offset !== undefined) return [(asked.offset - own.offset) * 60_000];
  const quarters = Array.from({ length: 26 * 4 + 1 }, (_, quarter) => quarter * 15 - 14 * 60);
  return quarters.map((minutes) => (asked.offset ?? 0) * 60_000 + minutes * 60_000);
}

function stretchOfStudy(study: TrueStudy): Stretch | undefined {
  const day = dayOf(study);
  if (day === undefined) return undefined;
  const [, hh, mm, ss, fraction] = /^(\d\d):?(\d\d)?:?(\d\d)?(\.\d+)?$/.exec(study.time) ?? [];
  if (hh === undefined) return stretchOf(day);
  const start = Date.parse(`${day}T${hh}:${mm ?? '00'}:${ss ?? '00'}Z`);
  const unit = mm === undefined ? HOUR : ss === undefined ? 60_000 : 1000;
  const from = start + Math.floor(Number(`0${fraction ?? ''}`) * 1000);
  const to = fraction === undefined ? from + unit : from + 1;
  return { from, to, offset: minutesOf(study.offset) };
}

function stretchOf(value: string): Stretch {
  const [date = '', time] = value.split('T');
  if (time === undefined) {
    const [year = '', month, day] = date.split('-');
    const from = Date.parse(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`);
    const end = new Date(from);
    if (day !== undefined) end.setUTCDate(end.getUTCDate() + 1);
    else if (month !== undefined) end.setUTCMonth(end.getUTCMonth() + 1);
    else end.setUTCFullYear(end.getUTCFullYear() + 1);
    return { from, to: end.getTime(), offset: undefined };
  }
  const [, clock = '', zone] = /^([\d:]+)(.*)$/.exec(time) ?? [];
  const seconds = clock.split(':').length === 3;
  const from = Date.parse(`${date}T${clock}${seconds ? '' : ':00'}Z`);
  const offset = zone === 'Z' ? 0 : minutesOf(zone ?? '');
  return { from, to: from + (seconds ? 1000 : 60_000), offset };
}

function minutesOf(offset: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? [];
  if (sign === undefined) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}
