/**
 * The offset from UTC of a wall clock in a zone, `+HH:MM`.
 *
 * An hour that a clock shows twice is taken as the first; one that it skips is read with the offset before.
 *
 * @param zone IANA name
 * @param date `YYYY-MM-DD`
 * @param time `HH[:MM[:SS[.f]]]`
 */
export function offsetInZone(zone: string, date: string, time: string): string {
  const [hour = '00', minute = '00', second = '00'] = time.split('.')[0]?.split(':') ?? [];
  const wall = Date.parse(`${date}T${hour}:${minute}:${second}Z`);
  const before = offsetAt(zone, wall - 24 * 3_600_000);
  const after = offsetAt(zone, wall + 24 * 3_600_000);
  const fits = [before, after].find((offset) => offsetAt(zone, wall - offset * 60_000) === offset);
  return write(fits ?? before);
}

/** Offset in minutes of a zone at an instant. */
function offsetAt(zone: string, instant: number): number {
  const parts = formatter(zone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((wall - Math.floor(instant / 1000) * 1000) / 60_000);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it a thousand times. */
function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}

function write(offset: number): string {
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
