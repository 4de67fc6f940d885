import { validateAllDstu1, type Document } from '../../schemas/xsd';
import { treeOfJson, treeOfXml } from '../../fhir/xmlToJson';
import { asJson, objects, uidOf, type Json } from './fhir';

/** An instance of a resource: what names it, and where its WADO-RS URL leads. */
export interface ShownInstance {
  readonly uid: string | undefined;
  readonly sopClass: string | undefined;
  readonly number: unknown;
  readonly url: unknown;
}

/** The series and instances that an ImagingStudy shows. */
export interface ShownSeries {
  readonly uid: string | undefined;
  readonly url: unknown;
  readonly instances: readonly ShownInstance[];
}

/** The series of an ImagingStudy. */
export function seriesOf(study: Json): ShownSeries[] {
  return objects(study.series).map((series) => ({
    uid: uidOf(series),
    url: series.url,
    instances: objects(series.instance).map((instance) => ({
      uid: uidOf(instance),
      sopClass: uidOf(instance, 'sopclass'),
      number: instance.number,
      url: instance.url,
    })),
  }));
}

/** The reference in an element, for example that of `subject`. */
export function referenceOf(element: unknown): string {
  return String(asJson(element).reference);
}

/** A URL's answer in both formats. */
export interface BothForms {
  readonly url: string;
  readonly json: Json;
  readonly xml: string;
}

/** Gets a resource in JSON and in XML, whatever the status. */
export async function bothForms(url: string): Promise<BothForms> {
  const json = await fetch(url, { headers: { Accept: 'application/json+fhir' } });
  const xml = await fetch(url, { headers: { Accept: 'application/xml+fhir' } });
  if (json.status !== xml.status) throw new Error(`${url}: ${json.status} and ${xml.status}`);
  return { url, json: asJson(await json.json()), xml: await xml.text() };
}

/** What is wrong with resources: where the XML breaks the official schemas, or says other than the JSON. */
export async function faultsOf(resources: readonly BothForms[]): Promise<string[]> {
  const different = resources.filter(({ json, xml }) => {
    const [one, other] = [treeOfJson(json, false), treeOfXml(xml)];
    return JSON.stringify(one) !== JSON.stringify(other);
  });
  const documents = resources.map(({ xml }, index) => ({ name: `resource-${index}.xml`, xml }));
  return [
    ...different.map(({ url }) => `${url}: JSON and XML differ`),
    ...(await validateAll(documents)),
  ];
}

/** Documents that are checked at once, for the memory of the checker. */
const BATCH = 60;

/** What the official schemas find wrong with documents. */
export async function validateAll(documents: readonly Document[]): Promise<string[]> {
  const errors: string[] = [];
  for (let at = 0; at < documents.length; at += BATCH) {
    errors.push(...(await validateAllDstu1(documents.slice(at, at + BATCH))));
  }
  return errors;
}
