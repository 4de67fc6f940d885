import { createHash } from 'node:crypto';
import type { OutcomeIssue, Resource, SearchEntry } from '../fhir/releases';
import type { ParsedSearch } from '../search/parse';
import { subset } from '../fhir/subset';
import type { Notice } from '../study/source';
import { versionOf, type FhirAnswer, type FhirRequest } from './exchange';
import type { LinkSigner } from './signing';

/** The name of the paging parameter; DSTU1 has a server's own parameters start with a hyphen. */
const CURSOR = '-cursor';

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
export async function searchAnswer(
  request: FhirRequest,
  path: string,
  parsed: ParsedSearch,
  found: Found,
  signer: LinkSigner,
): Promise<FhirAnswer> {
  const { release, baseUrl } = request;
  const link = (cursor?: string) =>
    pageUrl(
      `${baseUrl}/${path}`,
      parsed.applied,
      cursor && signer.sign(cursor, question(path, parsed.applied)),
    );
  const { cursor } = parsed.query;
  const told = outcomeEntry(request, parsed, found.notices);
  const entries = [
    ...(parsed.countOnly ? [] : found.entries.map((entry) => part(entry, request, parsed))),
    ...told,
  ];
  const links = {
    self: link(cursor),
    first: link(),
    ...(!parsed.countOnly && found.previous !== undefined && { previous: link(found.previous) }),
    ...(!parsed.countOnly && found.next !== undefined && { next: link(found.next) }),
  };
  const total = parsed.total === 'none' && !parsed.countOnly ? undefined : found.total;
  const page = {
    links,
    ...(total !== undefined && { total }),
    updated: request.received,
    title: `Search of ${path.split('/').at(-1) ?? path}`,
    entries,
  };
  return {
    resource: release.searchset(page, { baseUrl }),
    kind: 'bundle',
    version: await versionOf([links, total, entries]),
  };
}

/** The part of a matched resource that `_summary` and `_elements` want; what is included stays whole. */
function part(entry: SearchEntry, { release }: FhirRequest, parsed: ParsedSearch): SearchEntry {
  const { summary, elements } = parsed;
  const wanted = { summary, ...(elements !== undefined && { elements }) };
  return entry.mode === 'match'
    ? { ...entry, resource: subset(entry.resource, release.name, wanted) }
    : entry;
}

/**
 * The parameters of a request with the cursor of a page link taken out of its signature.
 *
 * @throws Problem `cursor-invalid` for a link that was not made for this question
 */
export function openCursor(
  signer: LinkSigner,
  path: string,
  parameters: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const asked = parameters.filter(([name]) => name !== CURSOR);
  return parameters.map(([name, value]) =>
    name === CURSOR && value !== ''
      ? [name, signer.open(value, question(path, asked))]
      : [name, value],
  );
}

/** What a page link is good for: a path and its parameters, in order. */
function question(path: string, parameters: readonly (readonly [string, string])[]): string {
  return JSON.stringify([path, parameters]);
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
  return { resource, fullUrl: `${baseUrl}/${path}`, id, title, mode };
}

/** What a client is told beside the answer: the parameters that were left out, warnings, and notices. */
export function issuesOf(parsed: ParsedSearch, notices: readonly Notice[]): OutcomeIssue[] {
  const ignored = parsed.ignored.map(({ name, reason }): OutcomeIssue => ({
    severity: 'warning',
    issue: 'not-supported',
    code: 'parameter-ignored',
    text: `The parameter ${name} was ignored: ${reason}`,
    location: [name],
  }));
  const told = [...parsed.warnings, ...notices].map(({ code, text, severity }): OutcomeIssue => ({
    severity: severity ?? 'warning',
    issue: 'processing',
    code,
    text,
  }));
  return [...ignored, ...told];
}

function outcomeEntry(
  { release }: FhirRequest,
  parsed: ParsedSearch,
  notices: readonly Notice[],
): SearchEntry[] {
  const issues = issuesOf(parsed, notices);
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
