import type { Clause, Condition } from '../study/query';
import type { ServedResource } from './asked';
import { parseSearch, type ParsedSearch, type SearchInput } from './parse';

/** One of the gateway's own resources found, and how the search was read. */
export interface FoundServed<T> {
  readonly parsed: ParsedSearch;
  readonly found: readonly T[];
}

/**
 * Searches the gateway's own resources: the Endpoint or the definitions of its extensions.
 *
 * @param resources all of them; a release has few
 * @throws Problem as {@link parseSearch} does
 */
export function searchServed<T extends ServedResource>(
  input: SearchInput & { readonly type: 'Endpoint' | 'StructureDefinition' },
  resources: readonly T[],
): FoundServed<T> {
  const member = input.type === 'Endpoint' ? 'endpoint' : 'definition';
  const parse = (resource: ServedResource) =>
    parseSearch({ ...input, context: { ...input.context, [member]: resource } });
  const found = resources.filter((resource) => holdsOf(parse(resource).query.clauses));
  return { parsed: parse(resources[0] ?? NO_RESOURCE), found };
}

/** What a search is read with where there is nothing to search; no id is empty. */
const NO_RESOURCE: ServedResource = { id: '' };

/** Whether clauses that were decided while they were read hold. */
function holdsOf(clauses: readonly Clause[]): boolean {
  return clauses.every((clause) => clause.some(isTrue));
}

function isTrue(condition: Condition): boolean {
  return condition.on === 'all';
}
