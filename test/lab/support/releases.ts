import type { ReleaseName, Resource } from '../../../src/fhir/releases';
import { treeOfJson, treeOfXml, type Tree } from '../../fhir/xmlToJson';
import { jsonSchemaValidator } from '../../schemas/r4JsonSchema';
import { validateAllDstu1, validateAllOf, type Document } from '../../schemas/xsd';
import { asJson, objects, type Json } from './fhir';
import { inParallel } from './parallel';
import type { BothForms } from './resources';

/*
 * Any answer of any release in both formats, and what HL7's schemas find wrong with it.
 */

const ACCEPT = {
  json: 'application/fhir+json, application/json+fhir',
  xml: 'application/fhir+xml, application/xml+fhir, application/atom+xml',
};

/** Gets a URL in JSON and in XML, whatever the status. */
export async function bothForms(url: string): Promise<BothForms> {
  const json = await fetch(url, { headers: { Accept: ACCEPT.json } });
  const xml = await fetch(url, { headers: { Accept: ACCEPT.xml } });
  if (json.status !== xml.status) throw new Error(`${url}: ${json.status} and ${xml.status}`);
  return { url, json: asJson(await json.json()), xml: await xml.text() };
}

/** What is wrong with answers: JSON and XML that differ, and whatever breaks the schemas of the release. */
export async function faultsOf(
  release: ReleaseName,
  answers: readonly BothForms[],
): Promise<string[]> {
  const different = answers.filter(({ json, xml }) => !sayTheSame(release, json, xml));
  return [
    ...different.map(({ url }) => `${url}: JSON and XML differ`),
    ...(await xmlFaults(release, answers)),
    ...jsonFaults(release, answers),
  ];
}

/** A DSTU1 feed is Atom in XML and has a frame of its own in JSON: there the resources in it are compared. */
function sayTheSame(release: ReleaseName, json: Json, xml: string): boolean {
  const deep = release !== 'dstu1';
  const tree = treeOfXml(xml);
  const [one, other] =
    tree.name === 'feed'
      ? [contentsOf(tree), objects(json.entry).map(({ content }) => treeOfJson(content, deep))]
      : [tree, treeOfJson(json, deep)];
  return timeless(one) === timeless(other);
}

const contentsOf = (feed: Tree): Tree[] =>
  feed.children
    .filter(({ name }) => name === 'entry')
    .flatMap(({ children }) => children.find(({ name }) => name === 'content')?.children ?? []);

/** Without the time and the name of each answer, which is given twice. */
const timeless = (trees: unknown) =>
  JSON.stringify(trees)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now')
    .replace(/urn:uuid:[0-9a-f-]{36}/g, 'a bundle');

type Check = (documents: readonly Document[]) => Promise<string[]>;

const XSD: Readonly<Partial<Record<ReleaseName, Check>>> = {
  dstu1: validateAllDstu1,
  dstu2: (documents) => validateAllOf('dstu2', documents),
  stu3: (documents) => validateAllOf('stu3', documents),
  r4: (documents) => validateAllOf('r4', documents),
  r5: (documents) => validateAllOf('r5', documents),
};
const JSON_SCHEMAS = { r4: 'r4', r4b: 'r4b', r6: 'r6-ballot' } as const;

/** Documents that are checked at once, for the memory of the checker. */
const BATCH = 100;

async function xmlFaults(release: ReleaseName, answers: readonly BothForms[]): Promise<string[]> {
  const check = XSD[release];
  if (check === undefined) return [];
  const documents = answers.map(({ url, xml }, index) => ({
    name: `${index}-${url.replace(/^.*\/fhir\//, '').replace(/\W+/g, '-')}.xml`,
    xml,
  }));
  const batches = Array.from({ length: Math.ceil(documents.length / BATCH) }, (_, index) =>
    documents.slice(index * BATCH, (index + 1) * BATCH),
  );
  return (await inParallel(batches, check, 1)).flat();
}

function jsonFaults(release: ReleaseName, answers: readonly BothForms[]): string[] {
  const folder = new Map(Object.entries(JSON_SCHEMAS)).get(release);
  if (folder === undefined) return [];
  const validate = jsonSchemaValidator(folder);
  return answers.flatMap(({ url, json }) =>
    validate(resourceOf(json)).map((fault) => `${url}: ${fault}`),
  );
}

function resourceOf(json: Json): Resource {
  return { ...json, resourceType: String(json.resourceType) };
}

/** The entries of a page in any release: the resource, and the absolute URL it is known by. */
export function entriesOf({ entry }: Json): { url: string; resource: Json }[] {
  return objects(entry).map((each) => ({
    url: String(each.fullUrl ?? each.id),
    resource: asJson(each.resource ?? each.content),
  }));
}

/** The URL of the next page in any release. */
export function nextOf({ link }: Json): string | undefined {
  const next = objects(link).find((each) => (each.relation ?? each.rel) === 'next');
  return next && String(next.url ?? next.href);
}
