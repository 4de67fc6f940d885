import type { ReleaseName } from '../../src/fhir/releases';
import { born, either, named, none, patient, patientsOf, sex, sorted, type Test } from './finds';
import { PDF, UID } from './questions';
import {
  codesOf,
  idsOf,
  pageOf,
  RELEASE_NAMES,
  resourceOf,
  since,
  start,
  type Running,
} from './support';
import { casesOf, NOT_SUPPORTED } from './table';

/* Everything that metadata and /openapi.json declare works, and what works is declared. */

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

const DEFINITION = 'wado-rs-url';
const CANONICAL = `http://dicomweb-fhir-gateway.org/fhir/extension/${DEFINITION}`;
const IDS: Readonly<Record<string, string>> = {
  ImagingStudy: UID,
  Patient: 'HOSP-2dA.4711',
  Endpoint: 'wado-rs',
  StructureDefinition: DEFINITION,
  OperationDefinition: 'explain',
  Binary: PDF,
};

/** Searches of the types beside ImagingStudy, with the ids that they find. */
type Case = readonly [query: string, ids: readonly string[]];

function patientCases(release: ReleaseName): Case[] {
  const cases: (readonly [string, Test])[] = [
    ['_id=HOSP-2dA.4711', patient('4711', 'HOSP-A')],
    ['_id=HOSP-2dA.4711,HOSP-2dB.4711', patient('4711')],
    ['identifier=4711', patient('4711')],
    ['identifier=HOSP-B|4711', patient('4711', 'HOSP-B')],
    ['identifier=|X%2B77/2 B', patient('X+77/2 B')],
    ['name=yamada', named(/Yamada/)],
    ['name:exact=yamada', none],
    ['family=garcia', named(/García/)],
    ['given=robert', named(/Robert/)],
    ['birthdate=1961', born(/^1961/)],
    ['birthdate:missing=true', (study) => study.patient.birthDate === undefined],
    ['gender=male', sex('M')],
    ...(release === 'dstu1'
      ? ([['gender=F,UN', either(sex('F'), sex('O'))]] as const)
      : ([['gender:not=male', either(sex('F'), sex('O'))]] as const)),
  ];
  return cases.map(([query, finds]) => [query, patientsOf(finds)]);
}

const ENDPOINTS: readonly Case[] = [
  ['_id=wado-rs', ['wado-rs']],
  ['_id=other', []],
  ['connection-type=dicom-wado-rs', ['wado-rs']],
  ['connection-type=hl7-fhir-rest', []],
  ['identifier=1.2.3', []],
  ['name=DICOM', ['wado-rs']],
  ['name:contains=WADO', ['wado-rs']],
  ['status=active', ['wado-rs']],
  ['status=off', []],
];
const DEFINITIONS: readonly Case[] = [
  [`_id=${DEFINITION}`, [DEFINITION]],
  [`url=${CANONICAL}`, [DEFINITION]],
  [`url=${CANONICAL}x`, []],
  ['name=lateral', ['laterality']],
];

interface Statement {
  readonly rest: readonly {
    readonly resource: readonly {
      readonly type: string;
      readonly searchInclude?: readonly string[];
      readonly searchParam?: readonly { readonly name: string }[];
    }[];
  }[];
}

describe.each(RELEASE_NAMES)('the statement of %s', (release) => {
  const base = () => `${running.url}/fhir/${release}`;
  const declared = async () => {
    const got = resourceOf(await running.ask(`${base()}/metadata`)) as unknown as Statement;
    return got.rest.flatMap(({ resource }) => resource);
  };
  const beside: Readonly<Record<string, readonly Case[]>> = {
    Patient: patientCases(release),
    ...(since('dstu2', release) && { StructureDefinition: DEFINITIONS }),
    ...(since('stu3', release) && { Endpoint: ENDPOINTS }),
  };
  const nameOf = (query: string) => query.split(/[=:.]/)[0] ?? '';

  test('declares the types and parameters that were tried, and no others', async () => {
    const tried = {
      ImagingStudy: casesOf(release, '').map(([name]) => nameOf(name)),
      ...Object.fromEntries(
        Object.entries(beside).map(([type, cases]) => [type, cases.map(([q]) => nameOf(q))]),
      ),
    };
    const names = (await declared()).map(({ type, searchParam = [] }) => [
      type,
      sorted(searchParam.map(({ name }) => name)),
    ]);
    expect(Object.fromEntries(names)).toEqual(
      Object.fromEntries([
        ...Object.entries(tried).map(([type, each]) => [type, sorted([...new Set(each)])]),
        ['Binary', []],
        ...(since('dstu2', release) ? [['OperationDefinition', []]] : []),
      ]),
    );
    const partly = /^based-?on$/;
    const refused = NOT_SUPPORTED[release].filter((name) => !partly.test(name));
    expect(refused.filter((name) => JSON.stringify(names).includes(`"${name}"`))).toEqual([]);
  });

  test('declares the includes that work', async () => {
    const readOnly = ['Binary', 'OperationDefinition'];
    const searched = (await declared()).filter(({ type }) => !readOnly.includes(type));
    for (const { type, searchInclude = [] } of searched) {
      for (const value of searchInclude) {
        const got = await running.ask(`${base()}/${type}?_include=${value}&_id=${IDS[type] ?? ''}`);
        const included = pageOf(got).entries.filter(({ mode }) => mode === 'include');
        expect([value, included.length > 0]).toEqual([value, true]);
      }
      const unknown = await running.ask(`${base()}/${type}?_include=${type}:nothing`);
      expect([unknown.status, codesOf(unknown)]).toEqual([400, ['unsupported-parameter']]);
    }
    const [study] = await declared();
    const works = ['subject', 'patient', 'endpoint'].filter(
      (name) => name !== 'endpoint' || since('stu3', release),
    );
    for (const name of works.map(
      (each) => `ImagingStudy${release === 'dstu1' ? '.' : ':'}${each}`,
    )) {
      const { status } = await running.ask(`${base()}/ImagingStudy?_include=${name}&_count=1`);
      expect([name, status === 200]).toEqual([name, study?.searchInclude?.includes(name)]);
    }
  });

  test.each(Object.entries(beside))('%s is found by its parameters', async (type, cases) => {
    for (const [query, ids] of cases) {
      const page = pageOf(await running.ask(`${base()}/${type}?${query}`));
      expect([query, sorted(idsOf(page)), page.total]).toEqual([query, ids, ids.length]);
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const init = { method: 'POST', headers: form, body: query };
      expect(idsOf(pageOf(await running.ask(`${base()}/${type}/_search`, init)))).toHaveLength(
        ids.length,
      );
    }
  });
});

interface OpenApi {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, unknown>> }>
  >;
}

describe('/openapi.json', () => {
  test('declares paths that answer as declared, and all of them', async () => {
    const { text, type } = await running.ask('/openapi.json');
    const document = JSON.parse(text) as OpenApi;
    expect(type).toContain('application/json');
    expect([document.openapi, document.servers]).toEqual(['3.1.0', [{ url: running.url }]]);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    for (const { path, method, operation } of operations) {
      const names = operation.parameters.map(({ name, in: place }) => `${place} ${name}`);
      expect(new Set(names).size).toBe(names.length);
      const type = /\/(\w+)\/\{id\}/.exec(path)?.[1] ?? '';
      expect(names.includes('path id')).toBe(type !== '');
      const got = await running.ask(path.replace('{id}', IDS[type] ?? ''), { method });
      expect([path, method, got.status]).toEqual([path, method, 200]);
      const declared = Object.keys(operation.responses['200']?.content ?? {});
      expect(declared).toContain(got.type.split(';')[0]);
    }
    const paths = operations.map(({ path, method }) => `${method} ${path}`);
    const searches = ['ImagingStudy', 'Patient', 'Patient/{id}/ImagingStudy'];
    for (const release of RELEASE_NAMES) {
      const own = paths.filter((path) => path.includes(`/fhir/${release}/`));
      const types = [
        ...searches,
        ...(since('dstu2', release) ? ['StructureDefinition'] : []),
        ...(since('stu3', release) ? ['Endpoint'] : []),
      ];
      expect(own).toEqual(
        expect.arrayContaining(types.map((type) => `post /fhir/${release}/${type}/_search`)),
      );
      const versions = since('dstu2', release) ? 1 : 0;
      const definitions = versions;
      const binaries = 1;
      expect(own).toContain(`get /fhir/${release}/ImagingStudy/$explain`);
      expect(own).toHaveLength(1 + versions + definitions + 1 + 4 * types.length - 1 + binaries);
    }
  });
});
