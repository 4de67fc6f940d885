import type { Resource } from '../releases';
import { escapeXml, writeResource, type XmlRules } from '../xml';

/*
 * The XML form of a DSTU1 bundle: an Atom feed (xml.html of 0.0.82, "Bundles"; RFC 4287) from the JSON form
 * that searchset.ts makes, member by member, so that the two cannot say different things.
 */

type Json = Readonly<Record<string, unknown>>;

/** Writes one member of a feed or an entry; an unknown member is a fault of ours and must not pass. */
type Writer = (value: unknown, rules: XmlRules) => string;

const OPEN_SEARCH = 'http://a9.com/-/spec/opensearch/1.1/';

const WRITERS: Readonly<Record<string, Writer>> = {
  resourceType: () => '',
  title: (value) => textElement('title', value),
  id: (value) => textElement('id', value),
  updated: (value) => textElement('updated', value),
  totalResults: (value) => textElement('os:totalResults', value),
  link: (value) => objects(value).map(linkElement).join(''),
  author: (value) => objects(value).map(authorElement).join(''),
  entry: (value, rules) =>
    objects(value)
      .map((entry) => `<entry>${writeMembers(entry, rules)}</entry>`)
      .join(''),
  content: (value, rules) =>
    isResource(value) ? `<content type="text/xml">${writeResource(value, rules)}</content>` : '',
  summary: (value) => `<summary type="xhtml">${String(value)}</summary>`,
};

/** Writes a bundle as an Atom feed, without an XML declaration. */
export function writeFeed(bundle: Resource, rules: XmlRules): string {
  const namespaces = `xmlns="http://www.w3.org/2005/Atom" xmlns:os="${OPEN_SEARCH}"`;
  return `<feed ${namespaces}>${writeMembers(bundle, rules)}</feed>`;
}

function writeMembers(members: Json, rules: XmlRules): string {
  return Object.entries(members)
    .map(([name, value]) => {
      const write = WRITERS[name];
      if (write === undefined) throw new TypeError(`No Atom element for ${name}`);
      return write(value, rules);
    })
    .join('');
}

function textElement(name: string, value: unknown): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

function linkElement(link: Json): string {
  return `<link rel="${escapeXml(String(link.rel))}" href="${escapeXml(String(link.href))}"/>`;
}

function authorElement(author: Json): string {
  return `<author>${textElement('name', author.name)}</author>`;
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function isResource(value: unknown): value is Resource {
  return isJson(value) && typeof value.resourceType === 'string';
}
