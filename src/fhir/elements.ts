import type { Resource } from './releases';

/** What can stand in a FHIR element while a resource is put together; `undefined` is left out of it. */
export type Value = string | number | boolean | null | undefined | Members | readonly Value[];

/** The members of an element, in the order of the specification. */
export interface Members {
  readonly [name: string]: Value;
}

/**
 * What real archives hold and nobody can write: control characters but tab and line ends, the two
 * non-characters of the BMP and lone surrogates (XML 1.0 section 2.2; the last not even in UTF-8).
 */
const DROPPED = /[^\t\n\r\P{Cc}]|[\uFFFE\uFFFF]/gu;
const LONE_SURROGATE = /\p{Cs}/gu;

/** A text without any of these is writable as it is; by code units, as this is asked of every string. */
const SUSPECT = /[^\t\n\r -~\u00A0-\uD7FF\uE000-\uFFFD]/;

/** A text that both JSON and XML 1.0 can hold: nothing else is changed. */
export function writable(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text.replace(DROPPED, '').replace(LONE_SURROGATE, '\uFFFD');
}

/**
 * Finishes a resource: every string becomes writable and loses the blanks DICOM pads with (PS3.5 6.2), and
 * what is empty then goes, because FHIR knows no empty string, array or element (XML and JSON pages of
 * every release). Done once here, so that the JSON and the XML form cannot differ.
 *
 * Items are dropped out of arrays too, so an array of primitives with a `_name` sibling must have no gaps.
 */
export function resource(resourceType: string, members: Members): Resource {
  return { resourceType, ...tidyMembers(members) };
}

/** The members of an element as {@link resource} finishes them. */
export function tidyMembers(members: Members): Members {
  const tidied: Record<string, Value> = {};
  for (const name of Object.keys(members)) {
    const kept = tidy(members[name]);
    if (kept !== undefined) tidied[name] = kept;
  }
  return tidied;
}

/** A code: no blanks around it and single ones within (FHIR data types, `code`). */
export function code(text: string | undefined): string | undefined {
  return text === undefined ? undefined : writable(text).trim().replace(/\s+/g, ' ');
}

/** Each item once, in the order of their first appearance. */
export function distinct(items: readonly string[]): string[] {
  return [...new Set(items)];
}

function tidy(value: Value): Value {
  if (typeof value === 'string') return writable(value).trim() || undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const items = value.map(tidy).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const members = tidyMembers(value);
  return Object.keys(members).length === 0 ? undefined : members;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
