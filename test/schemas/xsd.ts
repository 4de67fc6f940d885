import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { memoryPages, validateXML } from 'xmllint-wasm';

/*
 * HL7's official schemas, run by libxml2 in WebAssembly. They are not part of the package: they lie in
 * ../shared beside the working copy, and tests that need them say loudly that they did not run without.
 */

const SCHEMAS = resolve(__dirname, '../../../shared/data/schemas');

/** An XML document and the name by which errors call it. */
export interface Document {
  readonly name: string;
  readonly xml: string;
}

/**
 * `describe` where the official schemas are here; else a skipped block whose name says so. With
 * REQUIRE_SHARED=1 the block fails instead.
 */
export function describeWithSchemas(name: string, tests: () => void): void {
  if (existsSync(SCHEMAS)) {
    describe(name, tests);
  } else if (process.env.REQUIRE_SHARED === '1') {
    it(`${name}: needs ../shared/data/schemas, and REQUIRE_SHARED=1 is set`, () => {
      throw new Error(`${SCHEMAS} is not here`);
    });
  } else {
    const notice = `SKIPPED: ../shared/data/schemas is not here: ${name}`;
    // Jest tells the names of skipped tests only in its verbose mode.
    process.stderr.write(`${notice}\n`);
    describe.skip(notice, tests);
  }
}

/** What the DSTU1 schemas find wrong with a resource or an Atom feed; empty when it is valid. */
export function validateDstu1(xml: string): Promise<string[]> {
  return validateAllDstu1([{ name: 'document.xml', xml }]);
}

/** The same for many documents at once, which costs the reading of the schemas once. */
export function validateAllDstu1(documents: readonly Document[]): Promise<string[]> {
  return validate(documents, join(SCHEMAS, 'dstu1/xsd'), 'fhir-atom-single.xsd');
}

/** What the schemas of a younger release find wrong with resources and bundles; empty when all are valid. */
export function validateAllOf(
  release: 'dstu2' | 'stu3' | 'r4' | 'r5',
  documents: readonly Document[],
): Promise<string[]> {
  const schema = release === 'r5' ? 'fhir-all.xsd' : 'fhir-single.xsd';
  return validate(documents, join(SCHEMAS, release, 'xsd'), schema);
}

/** The codes of a closed list, by the name of its type in a DSTU1 schema file. */
export function dstu1Codes(file: string, type: string): string[] {
  const { contents } = readSchema(join(SCHEMAS, 'dstu1/xsd'), file);
  const list = contents.split(`simpleType name="${type}"`)[1]?.split('</xs:simpleType>')[0] ?? '';
  return Array.from(list.matchAll(/enumeration value="([^"]+)"/g), (match) => match[1] ?? '');
}

async function validate(
  documents: readonly Document[],
  folder: string,
  schema: string,
): Promise<string[]> {
  const result = await validateXML({
    xml: documents.map(({ name, xml }) => ({ fileName: name, contents: xml })),
    schema: [readSchema(folder, schema)],
    preload: readdirSync(folder)
      .filter((name) => name.endsWith('.xsd') && name !== schema)
      .map((name) => readSchema(folder, name)),
    initialMemoryPages: 1024,
    maxMemoryPages: 1 * memoryPages.GiB,
  });
  return result.errors.map((error) => error.rawMessage);
}

function readSchema(folder: string, name: string): { fileName: string; contents: string } {
  return { fileName: name, contents: readFileSync(join(folder, name), 'utf8') };
}
