import { isList, isObject, type Json } from './json';
import type { Origins } from './origins';

/** A part of a line, by its meaning. */
export type Part = readonly [kind: 'name' | 'string' | 'literal' | 'mark', words: string];

/** A line of a resource, and where the element that begins on it came from. */
export interface Line {
  readonly indent: number;
  readonly parts: readonly Part[];
  readonly origins: readonly string[];
}

/** A resource in JSON, a member or an item a line. */
export function jsonLines(resource: Json, origins: Origins): Line[] {
  const lines: Line[] = [];
  write(resource, { indent: 0, path: '', before: [], after: '' });
  return lines;

  function write(value: Json, place: Place): void {
    if (isObject(value)) {
      const inner = (name: string) => join(place.path, name.replace(/^_/, ''));
      const members = Object.entries(value).map(([name, member]): Inner => [
        inner(name),
        [
          ['name', JSON.stringify(name)],
          ['mark', ': '],
        ],
        member,
      ]);
      block(place, value, members, '{', '}');
    } else if (isList(value)) {
      block(
        place,
        value,
        value.map((item): Inner => [place.path, [], item]),
        '[',
        ']',
      );
    } else {
      const kind = typeof value === 'string' ? 'string' : 'literal';
      add(place, value, [kind, JSON.stringify(value)], ['mark', place.after]);
    }
  }

  function block(place: Place, value: Json, inner: readonly Inner[], open: string, close: string) {
    add(place, value, ['mark', open]);
    inner.forEach(([path, before, member], index) => {
      const after = index < inner.length - 1 ? ',' : '';
      write(member, { indent: place.indent + 1, path, before, after });
    });
    lines.push({ indent: place.indent, parts: [['mark', close + place.after]], origins: [] });
  }

  /** An array tells of its items, not of itself, where its items are elements with members. */
  function add({ indent, path, before, after }: Place, value: Json, ...parts: readonly Part[]) {
    const silent =
      path === '' ||
      (isList(value) && value.some(isObject)) ||
      (!isObject(value) && before.length === 0);
    const told = silent ? [] : origins.of(path, value);
    const empty = after === '' ? parts.filter(([, words]) => words !== '') : parts;
    lines.push({ indent, parts: [...before, ...empty], origins: told });
  }
}

type Inner = readonly [path: string, before: readonly Part[], member: Json];

interface Place {
  readonly indent: number;
  readonly path: string;
  readonly before: readonly Part[];
  readonly after: string;
}

const XML_PARTS = /(<[/?]?[\w:.-]+|\/?>|\?>)|([\w:-]+)(=)("[^"]*")/g;

/** A resource in XML as the gateway lays it out, an element a line. */
export function xmlLines(xml: string, origins: Origins): Line[] {
  const open: string[] = [];
  return xml.split('\n').flatMap((line) => {
    const words = line.trim();
    if (words === '') return [];
    const [, name] = /^<([\w]+)/.exec(words) ?? [];
    const closing = words.startsWith('</');
    if (closing) open.pop();
    const indent = open.length;
    const path = [...open.slice(1), ...(name === undefined ? [] : [name])].join('.');
    const begins = name !== undefined && indent > 0;
    const whole = words.endsWith('/>') || (name !== undefined && words.endsWith(`</${name}>`));
    if (name !== undefined && !whole) open.push(name);
    return [{ indent, parts: xmlParts(words), origins: begins ? origins.of(path) : [] }];
  });
}

function xmlParts(words: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of words.matchAll(XML_PARTS)) {
    if (match.index > end) parts.push(['mark', words.slice(end, match.index)]);
    const [whole, tag, name = '', is = '', value = ''] = match;
    if (tag !== undefined) parts.push(['name', tag]);
    else parts.push(['mark', `${name}${is}`], ['string', value]);
    end = match.index + whole.length;
  }
  if (end < words.length) parts.push(['mark', words.slice(end)]);
  return parts;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
