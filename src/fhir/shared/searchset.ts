import { resource, type Members } from '../elements';
import type { Resource, SearchEntry, SearchPage } from '../releases';

/**
 * A page of a search as DSTU2 and STU3 show it (bundle.html of both). The time at which the archive was asked
 * stands in `meta.lastUpdated`; `total` counts matches only.
 */
export function searchset(page: SearchPage): Resource {
  const bundle = resource('Bundle', {
    meta: { lastUpdated: page.updated.toISOString() },
    type: 'searchset',
    total: page.total,
    link: pageLinks(page),
  });
  return page.entries.length === 0 ? bundle : { ...bundle, entry: page.entries.map(searchEntry) };
}

/** The links of RFC 5005; the self link tells which parameters were used (search.html of both). */
function pageLinks(page: SearchPage): Members[] {
  const { self, first, previous, next } = page.links;
  return Object.entries({ self, first, previous, next })
    .filter(([, url]) => url !== undefined)
    .map(([relation, url]) => ({ relation, url }));
}

/** The resource is finished already and is not gone through again. */
function searchEntry(entry: SearchEntry): Readonly<Record<string, unknown>> {
  return { fullUrl: entry.fullUrl, resource: entry.resource, search: { mode: entry.mode } };
}
