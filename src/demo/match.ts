import { Refusal } from './answer';
import { DICTIONARY, scalars, type AttributeValue, type Name } from './dictionary';

/** Decides whether a stored value, possibly absent, matches a key. */
export type Matcher = (value: AttributeValue | undefined) => boolean;

/**
 * The matching of one key (PS3.4 C.2.2.2, PS3.18 8.3.4.1): universal, list of UIDs, range, wildcard or
 * single value, by the value representation of the attribute. Several stored values match if one does.
 *
 * @throws Refusal 400 for a date, time or number that is none
 */
export function matcherFor(name: Name, key: string): Matcher {
  if (key === '' || key === '*') return () => true;
  const matches = textMatcher(name, key);
  return (value) => scalars(value).some((stored) => matches(String(stored)));
}

type TextMatcher = (stored: string) => boolean;

/** How keys match by value representation; all others by wildcards (PS3.4 C.2.2.2). */
const MATCHERS: Readonly<Record<string, (name: Name, key: string) => TextMatcher>> = {
  UI: (_, key) => uidMatcher(key),
  DA: (name, key) => rangeMatcher(name, key, dateBounds),
  TM: (name, key) => rangeMatcher(name, key, timeBounds),
  PN: (_, key) => personNameMatcher(key),
  DS: numberMatcher,
  IS: numberMatcher,
  US: numberMatcher,
};

function textMatcher(name: Name, key: string): TextMatcher {
  return MATCHERS[DICTIONARY[name][1]]?.(name, key) ?? wildcardMatcher(key.trim(), '');
}

/** List of UID matching; lists come separated by commas, or by backslashes as in C-FIND. */
function uidMatcher(key: string): TextMatcher {
  const wanted = new Set(key.split(/[,\\]/).map((uid) => uid.trim()));
  return (stored) => wanted.has(stored);
}

function numberMatcher(name: Name, key: string): TextMatcher {
  const wanted = Number(key);
  if (Number.isNaN(wanted)) throw new Refusal(400, `${name} is a number, for example 1`);
  return (stored) => Number(stored) === wanted;
}

interface Bounds {
  readonly first: string;
  readonly last: string;
}

/** The moments a date or time of any precision stands for; undefined when it is none. */
type BoundsOf = (text: string) => Bounds | undefined;

const TIME_FORM = /^([01]\d|2[0-3])(?:([0-5]\d)(?:([0-5]\d|60)(\.\d{1,6})?)?)?$/;

function dateBounds(text: string): Bounds | undefined {
  return /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(text)
    ? { first: text, last: text }
    : undefined;
}

function timeBounds(text: string): Bounds | undefined {
  const match = TIME_FORM.exec(text);
  if (!match) return undefined;
  const [, hour = '', minute, second, fraction] = match;
  const first = `${hour}${minute ?? '00'}${second ?? '00'}${(fraction ?? '.').padEnd(7, '0')}`;
  const last = `${hour}${minute ?? '59'}${second ?? '60'}${(fraction ?? '.').padEnd(7, '9')}`;
  return { first, last };
}

/** Range matching, open-ended where a bound is missing; a single value is the range it stands for. */
function rangeMatcher(name: Name, key: string, boundsOf: BoundsOf): TextMatcher {
  const ends = key.trim().split('-');
  const [from = '', to = from] = ends;
  const [first, last] = [bound(from), bound(to)];
  if (ends.length > 2 || (first === undefined && last === undefined)) throw malformed(name);
  return (stored) => {
    const held = boundsOf(stored.trim());
    if (!held) return false;
    return (!first || held.first >= first.first) && (!last || held.first <= last.last);
  };

  function bound(text: string): Bounds | undefined {
    const bounds = boundsOf(text);
    if (text !== '' && !bounds) throw malformed(name);
    return bounds;
  }
}

function malformed(name: Name): Refusal {
  const example =
    DICTIONARY[name][1] === 'DA' ? '20240101 or 20240101-20241231' : '0930 or 0800-1200';
  return new Refusal(400, `${name} is a value or a range, for example ${example}`);
}

/**
 * A person name matches without regard to case (PS3.4 C.2.2.2.1). A key of one component group matches
 * any group of the stored name; a key of several must match group by group.
 */
function personNameMatcher(key: string): TextMatcher {
  const groups = key
    .split('=')
    .map((group) => (group === '' ? undefined : nameGroupMatcher(group)));
  const [only] = groups;
  if (groups.length === 1 && only) return (stored) => stored.split('=').some(only);
  return (stored) => {
    const held = stored.split('=');
    return groups.every((matches, index) => !matches || matches(held[index] ?? ''));
  };
}

function nameGroupMatcher(group: string): TextMatcher {
  const matches = wildcardMatcher(bareName(group), 'i');
  return (stored) => matches(bareName(stored));
}

/** Trailing delimiters say nothing (PS3.5 6.2.1.1). */
function bareName(text: string): string {
  return text.trim().replace(/\^+$/, '');
}

/** Wildcard matching: `*` is any text, `?` any character (PS3.4 C.2.2.2.4); without them, single value. */
function wildcardMatcher(key: string, flags: '' | 'i'): TextMatcher {
  if (flags === '' && !/[*?]/.test(key)) return (stored) => stored.trim() === key;
  const literal = key.replace(/[.+^${}()|[\]\\/]/g, '\\$&');
  const pattern = literal.replaceAll('*', '.*').replaceAll('?', '.');
  const expression = new RegExp(`^${pattern}$`, `su${flags}`);
  return (stored) => expression.test(stored.trim());
}
