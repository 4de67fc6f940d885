import type { ReleaseName } from '../../src/fhir/releases';
import { put, questionsOf } from '../releases/questions';
import { resourceOf, start, type Running } from '../releases/support';
import { jsonSchemaValidator } from './r4JsonSchema';
import { describeWithSchemas, validateAllDstu1, validateAllOf, type Document } from './xsd';

/* What the gateway really answers over HTTP, each kind of answer in every release. */

const XSD: readonly (readonly [
  release: ReleaseName,
  validate: (documents: readonly Document[]) => Promise<string[]>,
])[] = [
  ['dstu1', validateAllDstu1],
  ['dstu2', (documents) => validateAllOf('dstu2', documents)],
  ['stu3', (documents) => validateAllOf('stu3', documents)],
  ['r4', (documents) => validateAllOf('r4', documents)],
  ['r5', (documents) => validateAllOf('r5', documents)],
];
const JSON_SCHEMAS = [
  ['r4', 'r4'],
  ['r4b', 'r4b'],
  ['r6', 'r6-ballot'],
] as const;

describeWithSchemas('answers against the official schemas', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.close());

  const answers = (release: ReleaseName, format: 'json' | 'xml') =>
    Promise.all(
      questionsOf(release).map(async (question) => ({
        name: `${release}: ${question.name}`,
        got: await put(running, release, question, format),
      })),
    );

  test.each(XSD)(
    'in XML of %s',
    async (release, validate) => {
      const documents = (await answers(release, 'xml')).map(({ name, got }) => ({
        name: `${name.replace(/\W+/g, '-')}.xml`,
        xml: got.text,
      }));
      expect(await validate(documents)).toEqual([]);
    },
    60_000,
  );

  test.each(JSON_SCHEMAS)(
    'in JSON of %s',
    async (release, folder) => {
      const validate = jsonSchemaValidator(folder);
      for (const { name, got } of await answers(release, 'json')) {
        expect([name, validate(resourceOf(got))]).toEqual([name, []]);
      }
    },
    60_000,
  );
});
