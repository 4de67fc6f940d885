import type { Resource } from '../../src/fhir/releases';

/* What is in a resource, whatever its release. */

/** The ids of its contained resources. */
export function containedIds(resource: Resource): unknown[] {
  const contained: unknown = resource.contained ?? [];
  if (!Array.isArray(contained)) throw new Error('contained is no array');
  return contained.map(idOf);
}

function idOf(resource: unknown): unknown {
  return typeof resource === 'object' && resource !== null && 'id' in resource && resource.id;
}

/** The ids that references within it lead to, wherever they stand. */
export function localReferences(resource: Resource): Set<unknown> {
  const references = JSON.stringify(resource).matchAll(/"reference":"#([^"]*)"/g);
  return new Set(Array.from(references, (match) => match[1]));
}

/** Control characters and lone surrogates, which XML cannot hold. */
const UNWRITABLE = /[^\t\n\r\P{Cc}]|\p{Cs}/u;

/** Values that no resource may hold: empty ones, and texts that cannot be written. */
export function faultyValues(resource: Resource): unknown[] {
  return leavesOf(resource).filter((leaf) =>
    typeof leaf === 'string' ? leaf === '' || UNWRITABLE.test(leaf) : typeof leaf === 'object',
  );
}

/** Values that hold no others, empty arrays and objects among them. */
function leavesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  const inner = Object.values(value).flatMap(leavesOf);
  return inner.length === 0 ? [value] : inner;
}
