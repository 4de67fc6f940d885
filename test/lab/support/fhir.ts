/*
 * A FHIR client as simple as can be: JSON in, JSON out, every page followed.
 */

/** A JSON object whose members are looked at one by one. */
export type Json = Readonly<Record<string, unknown>>;

/** One answer of the gateway. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Json;
}

/** A resource in a feed, and the URL it is known by. */
export interface Entry {
  readonly id: string;
  readonly resource: Json;
}

/** All pages of a search, followed by their `next` links. */
export interface Found {
  readonly entries: readonly Entry[];
  readonly totals: readonly number[];
  readonly pages: number;
  /** Codes of the warnings among the entries. */
  readonly warnings: readonly string[];
}

/** No search of the lab has more pages; one that has loops. */
const MOST_PAGES = 300;

/** Gets a URL in JSON, whatever the status. */
export async function get(url: string): Promise<Answer> {
  const response = await fetch(url, { headers: { Accept: 'application/json+fhir' } });
  return {
    status: response.status,
    headers: response.headers,
    json: asJson(await response.json()),
  };
}

/** The URL of a search, its parameters escaped. */
export function searchUrl(
  base: string,
  parameters: readonly (readonly [string, string])[],
): string {
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return query.length === 0 ? base : `${base}?${query.join('&')}`;
}

/**
 * Reads all pages of a search.
 *
 * @param nameOf what no two entries share
 * @throws Error for a status other than 200, an entry that comes twice, or links without an end
 */
export async function searchAll(
  url: string,
  nameOf = ({ id }: Entry): string => id,
): Promise<Found> {
  const entries = new Map<string, Entry>();
  const totals: number[] = [];
  const warnings: string[] = [];
  let pages = 0;
  for (let next: string | undefined = url; next !== undefined; pages += 1) {
    if (pages > MOST_PAGES) throw new Error(`${url}: the pages do not end`);
    const { status, json } = await get(next);
    if (status !== 200) throw new Error(`${next}: ${status} ${JSON.stringify(json)}`);
    for (const entry of entriesOf(json)) {
      if (entry.resource.resourceType === 'OperationOutcome') {
        warnings.push(...problemCodes(entry.resource));
      } else if (entries.has(nameOf(entry))) throw new Error(`${url}: ${entry.id} comes twice`);
      else entries.set(nameOf(entry), entry);
    }
    if (typeof json.totalResults === 'number') totals.push(json.totalResults);
    next = linkOf(json, 'next');
  }
  return { entries: [...entries.values()], totals, pages, warnings };
}

/** The entries of a feed. */
export function entriesOf(feed: Json): Entry[] {
  return objects(feed.entry).map((entry) => ({
    id: String(entry.id),
    resource: asJson(entry.content),
  }));
}

/** The URL of a feed's link. */
export function linkOf(feed: Json, rel: string): string | undefined {
  const href = objects(feed.link).find((link) => link.rel === rel)?.href;
  return typeof href === 'string' ? href : undefined;
}

/** The catalogue's codes in an OperationOutcome. */
export function problemCodes(outcome: Json): string[] {
  return objects(outcome.issue).flatMap((issue) =>
    objects(issue.extension)
      .filter((extension) => String(extension.url).endsWith('/problem-code'))
      .map((extension) => String(extension.valueCode)),
  );
}

/** The details of an OperationOutcome, joined. */
export function detailsOf(outcome: Json): string {
  return objects(outcome.issue)
    .map((issue) => String(issue.details))
    .join(' ');
}

/** A UID element; one that breaks the type's rules stands in an extension. */
export function uidOf(holder: Json, name = 'uid'): string | undefined {
  const value = holder[name];
  if (typeof value === 'string') return value.replace(/^urn:oid:/, '');
  const original = objects(isJson(holder[`_${name}`]) ? asJson(holder[`_${name}`]).extension : [])
    .filter((extension) => String(extension.url).endsWith('/original-uid'))
    .map((extension) => String(extension.valueString));
  return original[0];
}

/** The values of an extension of this gateway on an element. */
export function extensionValues(holder: Json, name: string, type: string): unknown[] {
  return objects(holder.extension)
    .filter((extension) => String(extension.url).endsWith(`/${name}`))
    .map((extension) => extension[type]);
}

/** The objects of an array member; empty when it is none. */
export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** A member that must be an object. */
export function asJson(value: unknown): Json {
  if (!isJson(value)) throw new Error(`no object: ${JSON.stringify(value)}`);
  return value;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
