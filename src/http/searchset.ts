import { createHash } from 'node:crypto';
import type { OutcomeIssue, Resource, SearchEntry } from '../fhir/releases';
import type { ParsedSearch } from '../search/parse';
import type { Notice } from '../study/source';
import { versionOf, type FhirAnswer, type FhirRequest } from './exchange';

/** The name of the paging parameter; DSTU1 has a server's own parameters start with a hyphen. */
export const CURSOR = '-cursor';

/** What a search found, before it is a page. */
export interface Found {
  readonly entries: readonly SearchEntry[];
  readonly total?: number;
  readonly next?: string;
  readonly previous?: string;
  readonly notices: readonly Notice[];
}

/**
 * A page of a search: its entries, links made of the parameters that were really used, and what the client
 * should be told beside, as an OperationOutcome among the entries.
 *
 * @param path the searched path below the base, for example `Patient/1/ImagingStudy`
 */
export function searchAnswer(
  request: FhirRequest,
  path: string,
  parsed: ParsedSearch,
  found: Found,
): FhirAnswer {
  const { release, baseUrl } = request;
  const link = (cursor?: string) => pageUrl(`${baseUrl}/${path}`, parsed.applied, cursor);
  const { cursor } = parsed.query;
  const entries = [...found.entries, ...outcomeEntry(request, parsed, found.notices)];
  const links = {
    self: link(cursor),
    first: link(),
    ...(found.previous !== undefined && { previous: link(found.previous) }),
    ...(found.next !== undefined && { next: link(found.next) }),
  };
  const page = {
    links,
    ...(found.total !== undefined && { total: found.total }),
    updated: new Date(),
    title: `Search of ${path.split('/').at(-1) ?? path}`,
    entries,
  };
  return {
    resource: release.searchset(page, { baseUrl }),
    kind: 'bundle',
    version: versionOf([links, found.total, entries]),
  };
}

/** A resource as an entry of a page. */
export function entryOf(
  baseUrl: string,
  id: string,
  resource: Resource,
  title: string,
  mode: 'match' | 'include',
): SearchEntry {
  const path = `${resource.resourceType}/${encodeURIComponent(id)}`;
  return { resource, fullUrl: `${baseUrl}/${path}`, title, mode };
}

function outcomeEntry(
  { release }: FhirRequest,
  parsed: ParsedSearch,
  notices: readonly Notice[],
): SearchEntry[] {
  const ignored = parsed.ignored.map(({ name, reason }): OutcomeIssue => ({
    severity: 'warning',
    issue: 'not-supported',
    code: 'parameter-ignored',
    text: `The parameter ${name} was ignored: ${reason}`,
    location: [name],
  }));
  const told = [...parsed.warnings, ...notices].map(({ code, text }): OutcomeIssue => ({
    severity: 'warning',
    issue: 'processing',
    code,
    text,
  }));
  const issues = [...ignored, ...told];
  if (issues.length === 0) return [];
  const hash = createHash('sha1').update(JSON.stringify(issues)).digest('hex');
  const resource = release.outcome(issues);
  return [{ resource, fullUrl: nameUuid(hash), title: 'About this search', mode: 'outcome' }];
}

/** A name-based UUID (RFC 9562 5.5) from the digits of a SHA-1. */
function nameUuid(hash: string): string {
  const groups = [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`];
  return `urn:uuid:${[...groups, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')}`;
}

function pageUrl(
  url: string,
  applied: readonly (readonly [string, string])[],
  cursor: string | undefined,
): string {
  const parameters = cursor === undefined ? applied : [...applied, [CURSOR, cursor] as const];
  const query = parameters
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return query === '' ? url : `${url}?${query}`;
}
