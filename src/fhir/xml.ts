import { writable } from './elements';
import type { Resource } from './releases';

/*
 * The XML form of a resource from its JSON form (FHIR pages "XML" and "JSON"). Both forms have the same
 * names in the same order; what the XML page of a release does otherwise is in its XmlRules.
 */

/** What the XML forms of the releases do not have in common. */
export interface XmlRules {
  /**
   * Whether the `id` of a resource is an element with a value, as from DSTU2 on, and not an XML attribute.
   * The `id` of an element inside a resource is an attribute in every release.
   */
  readonly resourceIdIsElement: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const FHIR_NAMESPACE = 'http://hl7.org/fhir';
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * Writes a resource as an element in the FHIR namespace, without an XML declaration.
 *
 * @param resource its JSON form; a narrative's `div` must be XHTML with its namespace and is not escaped
 */
export function writeResource(resource: Resource, rules: XmlRules): string {
  return writeTyped(resource, ` xmlns="${FHIR_NAMESPACE}"`, rules);
}

/** Anything but characters that stand for themselves: quotes, `&`, `<`, `>` and all that may be unwritable. */
const SPECIAL = /[^ !#-%(-;=?-~\u00A0-\uD7FF\uE000-\uFFFD]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * A text as it can stand in an attribute or between tags. Tabs and line ends become character references:
 * a parser makes a blank of the plain ones in an attribute (XML 1.0, 3.3.3).
 */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return writable(text).replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character] ?? '');
}

function writeTyped(resource: Resource, namespace: string, rules: XmlRules): string {
  const { resourceType, id, ...members } = resource;
  const idAttribute = rules.resourceIdIsElement ? '' : attribute('id', id);
  const idElement = rules.resourceIdIsElement ? writeMember('id', id, undefined, rules) : '';
  return wrap(resourceType, namespace + idAttribute, idElement + writeMembers(members, rules));
}

function writeMembers(members: Json, rules: XmlRules): string {
  let xml = '';
  for (const name of Object.keys(members)) {
    const own = name.startsWith('_') ? name.slice(1) : name;
    if (own !== name && own in members) continue;
    xml += writeMember(own, members[own], members[`_${own}`], rules);
  }
  return xml;
}

/** An element, or one for each item of an array, each with its part of the `_name` sibling. */
function writeMember(name: string, value: unknown, sibling: unknown, rules: XmlRules): string {
  if (!Array.isArray(value) && !Array.isArray(sibling)) {
    return writeElement(name, value, sibling, rules);
  }
  const values = listOf(value);
  const siblings = listOf(sibling);
  let xml = '';
  for (let i = 0; i < Math.max(values.length, siblings.length); i += 1) {
    xml += writeElement(name, values[i], siblings[i], rules);
  }
  return xml;
}

function writeElement(name: string, value: unknown, sibling: unknown, rules: XmlRules): string {
  if (isResource(value)) return wrap(name, '', writeTyped(value, '', rules));
  if (isJson(value)) return writeComplex(name, value, rules);
  if (name === 'div' && typeof value === 'string') return value;
  return writePrimitive(name, value, isJson(sibling) ? sibling : {}, rules);
}

function writeComplex(name: string, value: Json, rules: XmlRules): string {
  const { id, ...others } = value;
  if (name !== 'extension' && name !== 'modifierExtension') {
    return wrap(name, attribute('id', id), writeMembers(others, rules));
  }
  const { url, ...members } = others;
  return wrap(name, attribute('id', id) + attribute('url', url), writeMembers(members, rules));
}

function writePrimitive(name: string, value: unknown, sibling: Json, rules: XmlRules): string {
  const { id, ...members } = sibling;
  const attributes = attribute('id', id) + attribute('value', value);
  const content = writeMembers(members, rules);
  return attributes === '' && content === '' ? '' : wrap(name, attributes, content);
}

function wrap(name: string, attributes: string, content: string): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

function attribute(name: string, value: unknown): string {
  if (typeof value === 'string') return ` ${name}="${escapeXml(value)}"`;
  return typeof value === 'number' || typeof value === 'boolean'
    ? ` ${name}="${String(value)}"`
    : '';
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isResource(value: unknown): value is Resource {
  return isJson(value) && typeof value.resourceType === 'string';
}
