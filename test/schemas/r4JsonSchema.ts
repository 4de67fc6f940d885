import Ajv from 'ajv';
import draft06 from 'ajv/lib/refs/json-schema-draft-06.json';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Resource } from '../../src/fhir/releases';

/*
 * HL7's JSON Schemas (draft-06, one file a release, in ../shared). The schema of a resource within a resource is a
 * choice of all resources, whose errors nobody can read: each resource is validated by its own schema instead.
 */

type Json = Readonly<Record<string, unknown>>;

/** Says what is wrong with a resource and those in it; empty when it is valid. */
export type Validator = (resource: Resource) => string[];

/** The validator of a release, by the folder of its schema. */
export function jsonSchemaValidator(folder: 'r4' | 'r4b' | 'r6-ballot'): Validator {
  const definitions = readDefinitions(folder);
  const ajv = new Ajv({ schemaId: 'auto', allErrors: true, logger: false });
  ajv.addMetaSchema(draft06);
  ajv.addSchema({ $schema: draft06.$id, $id: 'fhir', definitions });
  return (resource) =>
    resourcesIn(resource).flatMap((each) => {
      const validate = ajv.getSchema(`fhir#/definitions/${each.resourceType}`);
      if (validate === undefined) return [`no schema of ${each.resourceType}`];
      if (validate(each) === true) return unordered(each, each.resourceType, definitions);
      return (validate.errors ?? []).map(
        ({ dataPath, message }) => `${each.resourceType}${dataPath} ${message ?? ''}`,
      );
    });
}

/**
 * The definitions as they are meant: `ResourceList` is any resource, and `\S` in the pattern of a text leaves out
 * the blanks of XML only, not every one of Unicode, as it does in JavaScript.
 */
function readDefinitions(folder: string): Json {
  const path = resolve(__dirname, '../../../shared/data/schemas', folder, 'fhir.schema.json');
  const text = readFileSync(path, 'utf8').replaceAll('^[ \\\\r\\\\n\\\\t\\\\S]+$', '^[^]+$');
  const schema: unknown = JSON.parse(text);
  const definitions = memberOf(schema, 'definitions');
  if (!isJson(definitions)) throw new Error(`${path} has no definitions`);
  return { ...definitions, ResourceList: {} };
}

/** A resource, and all that it contains or has for entries. */
function resourcesIn(value: unknown): Resource[] {
  if (Array.isArray(value)) return value.flatMap(resourcesIn);
  if (!isJson(value)) return [];
  return [...(isResource(value) ? [value] : []), ...Object.values(value).flatMap(resourcesIn)];
}

/** Members that are not in the order of the definition, which JSON allows and XML does not. */
function unordered(value: unknown, definition: string, definitions: Json): string[] {
  if (Array.isArray(value))
    return value.flatMap((item) => unordered(item, definition, definitions));
  const properties = memberOf(definitions[definition], 'properties');
  if (!isJson(value) || !isJson(properties)) return [];
  const known = Object.keys(properties).filter((name) => !name.startsWith('_'));
  const places = Object.keys(value).map((name) => known.indexOf(name.replace(/^_/, '')));
  const wrong = places.some((place, i) => place < (places[i - 1] ?? 0));
  const inner = Object.entries(value).flatMap(([name, member]) =>
    unordered(member, definitionOf(properties[name]), definitions),
  );
  return [
    ...(wrong ? [`${definition} is out of order: ${Object.keys(value).join()}`] : []),
    ...inner,
  ];
}

/** The name of the definition that a property or its items have. */
function definitionOf(property: unknown): string {
  const reference = memberOf(property, '$ref') ?? memberOf(memberOf(property, 'items'), '$ref');
  return typeof reference === 'string' ? reference.replace('#/definitions/', '') : '';
}

function memberOf(value: unknown, name: string): unknown {
  return isJson(value) ? value[name] : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isResource(value: Json): value is Json & Resource {
  return typeof value.resourceType === 'string';
}
