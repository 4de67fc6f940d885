import { XMLParser } from 'fast-xml-parser';

/*
 * Whether the JSON and the XML form of a resource say the same: both are turned into one plain tree, by
 * code that shares nothing with the writer under test. Names, order, values, ids and extension URLs count.
 */

/** An element: its attributes (for a primitive also `value`), what is in it, in order. */
export interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Tree[];
  /** The narrative's XHTML, unparsed; the text of an Atom element. */
  readonly text?: string;
}

type Json = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  stopNodes: ['*.div'],
  ignoreDeclaration: true,
});

/** The tree of an XML document. Namespace declarations are left out, except the narrative's. */
export function treeOfXml(xml: string): Tree {
  const [root] = childrenOf(parser.parse(xml));
  if (root === undefined) throw new Error('no root element');
  return root;
}

/**
 * The tree that the XML of a JSON resource must have.
 *
 * @param resourceIdIsElement false for DSTU1, where a resource's id is an attribute
 */
export function treeOfJson(resource: unknown, resourceIdIsElement: boolean): Tree {
  if (!isJson(resource) || typeof resource.resourceType !== 'string') {
    throw new Error('no resource');
  }
  const { resourceType, ...members } = resource;
  return complexTree(resourceType, members, resourceIdIsElement ? [] : ['id'], resourceIdIsElement);
}

function complexTree(
  name: string,
  json: Json,
  asAttributes: readonly string[],
  deep: boolean,
): Tree {
  const attributes: Record<string, string> = {};
  const children: Tree[] = [];
  for (const [key, value] of Object.entries(json)) {
    const own = key.replace(/^_/, '');
    if (key !== own && own in json) continue;
    if (asAttributes.includes(key)) attributes[key] = textOfPrimitive(value);
    else children.push(...memberTrees(own, json[own], json[`_${own}`], deep));
  }
  return { name, attributes, children };
}

function memberTrees(name: string, value: unknown, sibling: unknown, deep: boolean): Tree[] {
  const values = Array.isArray(value) ? value : [value];
  const siblings = Array.isArray(sibling) ? sibling : [sibling];
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, i) =>
    valueTree(name, values[i], siblings[i], deep),
  );
}

function valueTree(name: string, value: unknown, sibling: unknown, deep: boolean): Tree {
  if (name === 'div') return { name, attributes: {}, children: [], text: textOfPrimitive(value) };
  if (isJson(value) && 'resourceType' in value) {
    return { name, attributes: {}, children: [treeOfJson(value, deep)] };
  }
  if (isJson(value)) {
    return complexTree(
      name,
      value,
      name.toLowerCase().endsWith('extension') ? ['id', 'url'] : ['id'],
      deep,
    );
  }
  const tree = complexTree(name, isJson(sibling) ? sibling : {}, ['id'], deep);
  if (value === undefined || value === null) return tree;
  return { ...tree, attributes: { ...tree.attributes, value: textOfPrimitive(value) } };
}

function textOfPrimitive(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function childrenOf(nodes: unknown): Tree[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.filter(isJson).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    return name === undefined ? [] : [xmlTree(name, node)];
  });
}

function xmlTree(name: string, node: Json): Tree {
  const attributes = isJson(node[':@']) ? node[':@'] : {};
  const text = textOf(node[name]);
  if (name === 'div') {
    const namespace = String(attributes.xmlns);
    return { name, attributes: {}, children: [], text: `<div xmlns="${namespace}">${text}</div>` };
  }
  const kept = Object.entries(attributes)
    .filter(([key]) => !key.startsWith('xmlns'))
    .map(([key, value]) => [key, decode(String(value))] as const);
  const children = childrenOf(node[name]);
  return {
    name,
    attributes: Object.fromEntries(kept),
    children,
    ...(text !== '' && { text: decode(text) }),
  };
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return '';
  return nodes
    .filter(isJson)
    .map((node) => (typeof node['#text'] === 'string' ? node['#text'] : ''))
    .join('');
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (all, number?: string, entity?: string) =>
    number === undefined ? (NAMED[entity ?? ''] ?? all) : String.fromCodePoint(Number(number)),
  );
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
