import { createHash } from 'node:crypto';
import { resource, tidyMembers, type Members } from '../elements';
import type { Resource, SearchEntry, SearchPage } from '../releases';

/*
 * A page of a search as DSTU1 shows it: an Atom feed, in JSON the same feed (json.html of 0.0.82, "Bundles").
 * DSTU1 has no search mode: included resources and outcomes are entries like the matches, told apart by
 * their type, and totalResults counts matches only.
 */

/** RFC 4287 4.1.1 demands an author of the feed or of every entry. */
const AUTHOR = 'dicomweb-fhir-gateway';

/** One page as a feed. The link `fhir-base` is what relative references in the entries are read against. */
export function searchset(page: SearchPage, context: { readonly baseUrl: string }): Resource {
  const updated = page.updated.toISOString();
  const feed = resource('Bundle', {
    title: page.title,
    id: feedId(page.links.self, updated),
    link: [...pageLinks(page), { rel: 'fhir-base', href: context.baseUrl }],
    updated,
    author: [{ name: AUTHOR }],
    totalResults: page.total,
  });
  const entries = page.entries.map((entry) => feedEntry(entry, updated));
  return entries.length === 0 ? feed : { ...feed, entry: entries };
}

/** RFC 5005's links; the self link tells which parameters were used (search.html of 0.0.82). */
function pageLinks(page: SearchPage): Members[] {
  const { self, first, previous, next } = page.links;
  return Object.entries({ self, first, previous, next })
    .filter(([, href]) => href !== undefined)
    .map(([rel, href]) => ({ rel, href }));
}

function feedEntry(entry: SearchEntry, updated: string): Readonly<Record<string, unknown>> {
  const head = tidyMembers({
    title: entry.title,
    id: entry.fullUrl,
    link: entry.mode === 'outcome' ? [] : [{ rel: 'self', href: entry.fullUrl }],
    updated,
  });
  const summary = narrativeOf(entry.resource);
  return { ...head, content: entry.resource, ...(summary !== undefined && { summary }) };
}

function narrativeOf(content: Resource): string | undefined {
  const { text } = content;
  if (typeof text !== 'object' || text === null || !('div' in text)) return undefined;
  return typeof text.div === 'string' ? text.div : undefined;
}

/** A name-based UUID (RFC 9562 5.5) of the page's URL and time: every replica names the same page alike. */
function feedId(self: string, updated: string): string {
  const hash = createHash('sha1').update(`${self} ${updated}`).digest('hex');
  const variant = ((parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const groups = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `urn:uuid:${groups.join('-')}`;
}
