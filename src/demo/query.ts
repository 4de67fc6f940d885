import { Refusal } from './answer';
import { DICTIONARY, nameOf, type Level, type Name } from './dictionary';
import { levelOf } from './holdings';
import { matcherFor, type Matcher } from './match';

/** A condition on one attribute. */
export interface Condition {
  readonly name: Name;
  readonly key: string;
  readonly matches: Matcher;
}

/** A search as its query string says it (PS3.18 8.3.4). */
export interface Query {
  readonly conditions: readonly Condition[];
  readonly include: ReadonlySet<Name>;
  readonly includeAll: boolean;
  readonly limit: number;
  readonly offset: number;
  /** What was asked and not done, in words for the Warning header field. */
  readonly warnings: readonly string[];
}

const DEPTH: Readonly<Record<Level, number>> = { study: 0, series: 1, instance: 2 };

/**
 * Reads the query of a search at `level`. Attributes that the archive does not know, or knows only
 * further down, are ignored with a warning, as PS3.18 8.3.4.1 has it.
 *
 * @throws Refusal 400 for a malformed percent-encoding, limit, offset or value
 */
export function readQuery(query: string, level: Level): Query {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map(readPair);
  const keys = pairs.filter(([name]) => !CONTROLS.has(name));
  const known = keys.flatMap(([attribute, key]) => conditionFor(attribute, key, level));
  const fields = values(pairs, 'includefield').flatMap((value) => value.split(','));
  return {
    conditions: known,
    include: new Set(fields.map(nameOf).filter((name) => name !== undefined)),
    includeAll: fields.includes('all'),
    limit: count(pairs, 'limit') ?? Number.POSITIVE_INFINITY,
    offset: count(pairs, 'offset') ?? 0,
    warnings: [...unsupported(keys, level), ...fuzzy(pairs)],
  };
}

type Pair = readonly [name: string, value: string];

const CONTROLS = new Set(['includefield', 'limit', 'offset', 'fuzzymatching']);

/** Percent-decoding as RFC 3986 has it: a plus sign is a plus sign. */
function readPair(pair: string): Pair {
  const [name = '', ...rest] = pair.split('=');
  try {
    return [decodeURIComponent(name), decodeURIComponent(rest.join('='))];
  } catch {
    throw new Refusal(400, 'The query is not percent-encoded UTF-8');
  }
}

function conditionFor(attribute: string, key: string, level: Level): Condition[] {
  const name = supported([attribute, key], level);
  return name === undefined ? [] : [{ name, key, matches: matcherFor(name, key) }];
}

/** Sequences can be asked for by an empty key (universal matching) but not matched. */
function supported([attribute, key]: Pair, level: Level): Name | undefined {
  const name = nameOf(attribute);
  if (name === undefined || DEPTH[levelOf(name)] > DEPTH[level]) return undefined;
  return DICTIONARY[name][1] === 'SQ' && key !== '' ? undefined : name;
}

function unsupported(keys: readonly Pair[], level: Level): string[] {
  const ignored = keys.filter((pair) => supported(pair, level) === undefined).map(([name]) => name);
  if (ignored.length === 0) return [];
  const names = ignored.map((name) => name.replace(/[^\w.]/g, '?')).join(', ');
  return [`The following query attributes are not supported and were ignored: ${names}`];
}

function fuzzy(pairs: readonly Pair[]): string[] {
  if (!values(pairs, 'fuzzymatching').includes('true')) return [];
  return [
    'The fuzzymatching parameter is not supported. Only literal matching has been performed.',
  ];
}

function count(pairs: readonly Pair[], name: 'limit' | 'offset'): number | undefined {
  const [text, ...more] = values(pairs, name);
  if (text === undefined) return undefined;
  if (more.length > 0 || !/^\d{1,9}$/.test(text))
    throw new Refusal(400, `${name} is a number, for example ${name}=20`);
  return Number(text);
}

function values(pairs: readonly Pair[], wanted: string): string[] {
  return pairs.filter(([name]) => name === wanted).map(([, value]) => value);
}
