/** A point in time as DICOM tells it: a wall clock, and where that wall stood if the archive says so. */
export interface Moment {
  /** Calendar date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Time of day as far as it is known: `HH`, `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff`. */
  readonly time?: string;
  /** Offset from UTC, `+HH:MM` or `-HH:MM`; absent when nobody knows it. */
  readonly offset?: string;
}

/**
 * Reads a DA value (PS3.5 6.2): `YYYYMMDD`, and the `YYYY.MM.DD` of ACR-NEMA that old files still hold.
 *
 * @returns `YYYY-MM-DD`, or undefined when it is no date of the calendar
 */
export function readDate(value: string | undefined): string | undefined {
  const parts = /^(\d{4})([.-]?)(\d{2})\2(\d{2})$/.exec(value ?? '');
  if (!parts) return undefined;
  const date = `${String(parts[1])}-${String(parts[3])}-${String(parts[4])}`;
  return isCalendarDate(date) ? date : undefined;
}

/** Whether `YYYY-MM-DD` names a day that exists. */
export function isCalendarDate(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** Not by a Date and its text: this is asked of every date of every row. */
function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/**
 * Reads a TM value (PS3.5 6.2): `HH`, `HHMM`, `HHMMSS`, `HHMMSS.F…`, and ACR-NEMA's `HH:MM:SS`.
 * What is not told is not invented: `HHMM` stays minutes. A leap second becomes second 59, because no
 * FHIR release can write 60.
 *
 * @returns the time with colons and as many parts as were there, or undefined when it is no time
 */
export function readTime(value: string | undefined): string | undefined {
  const parts = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(value ?? '');
  if (!parts) return undefined;
  const [, hour = '', minute, second, fraction] = parts;
  if (hour > '23' || (minute ?? '') > '59' || (second ?? '') > '60') return undefined;
  const wholeSecond = second === '60' ? '59' : second;
  const digits = [hour, minute, wholeSecond].filter((part) => part !== undefined).join(':');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/**
 * Reads Timezone Offset From UTC (0008,0201): `&ZZXX`, from -1200 to +1400.
 *
 * @returns `+HH:MM` or `-HH:MM`, or undefined when it is no offset
 */
export function readOffset(value: string | undefined): string | undefined {
  const parts = /^([+-])(\d{2}):?([0-5]\d)$/.exec(value ?? '');
  if (!parts) return undefined;
  const [, sign = '', hours = '', minutes = ''] = parts;
  const total = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return total >= -12 * 60 && total <= 14 * 60 ? `${sign}${hours}:${minutes}` : undefined;
}

/** `+HH:MM` in minutes. */
export function offsetMinutes(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith('-') ? -minutes : minutes;
}

/** The longest a UID may be (PS3.5 9.1). */
const UID_LENGTH = 64;

/** Whether a value is a UID by the rules of PS3.5 9.1: digits and dots, no leading zeros, 64 characters. */
export function isUid(value: string): boolean {
  return value.length <= UID_LENGTH && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/.test(value);
}

/**
 * Whether a value can stand where a UID stands in a URL and in a query without meaning anything else:
 * no wildcard, list, slash or dot segment. Real archives hold UIDs that break PS3.5 9.1 (leading zeros,
 * letters, hexadecimal hashes); refusing them would lose studies.
 */
export function isSafeUid(value: string): boolean {
  return /^[0-9A-Za-z._-]{1,64}$/.test(value) && !/^\.+$/.test(value);
}
