import { treeOfJson, treeOfXml, type Tree } from '../fhir/xmlToJson';
import { put, questionsOf, type Question } from './questions';
import { resourceOf, since, start, VERSIONS, type Running } from './support';

/* Every kind of answer in every release: status, Content-Type, and JSON and XML that say the same. */

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

/** A tree without the times of the answer, which is given twice. */
const timeless = (tree: Tree) =>
  JSON.parse(JSON.stringify(tree).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now')) as Tree;

/** The resources in a DSTU1 feed, whose own frame is Atom. */
const contentsOf = (feed: Tree) =>
  feed.children
    .filter(({ name }) => name === 'entry')
    .flatMap(({ children }) => children.find(({ name }) => name === 'content')?.children ?? []);

describe.each(VERSIONS)('%s', (release, version) => {
  const own = since('stu3', release) ? `; fhirVersion=${version}` : '';
  const family = since('stu3', release) ? 'application/fhir+' : 'application/';
  const mediaType = (format: 'json' | 'xml', type: Question['type']) => {
    const feed = release === 'dstu1' && format === 'xml' && type === 'Bundle';
    const suffix = since('stu3', release) ? format : `${format}+fhir`;
    return `${feed ? 'application/atom+xml' : family + suffix}; charset=utf-8${own}`;
  };
  const typeOf = (type: Question['type']) =>
    type === 'Conformance' && since('stu3', release) ? 'CapabilityStatement' : type;

  test.each(questionsOf(release))('$name: status, Content-Type, JSON as XML', async (question) => {
    const { status, type } = question;
    const [json, xml] = await Promise.all([
      put(running, release, question, 'json'),
      put(running, release, question, 'xml'),
    ]);
    expect([json.status, json.type]).toEqual([status, mediaType('json', type)]);
    expect([xml.status, xml.type]).toEqual([status, mediaType('xml', type)]);
    const resource = resourceOf(json);
    if (type !== 'other') expect(resource.resourceType).toBe(typeOf(type));
    if (release === 'dstu1' && type === 'Bundle') {
      const { entry = [] } = resource as { entry?: readonly { readonly content: unknown }[] };
      const contents = entry.map(({ content }) => timeless(treeOfJson(content, false)));
      expect(contentsOf(treeOfXml(xml.text)).map(timeless)).toEqual(contents);
    } else {
      const tree = treeOfJson(resource, release !== 'dstu1');
      expect(timeless(treeOfXml(xml.text))).toEqual(timeless(tree));
    }
  });
});

describe('what a release does not have is not there', () => {
  test.each([
    'dstu1/StructureDefinition',
    'dstu1/Endpoint',
    'dstu2/Endpoint',
    'dstu2/Endpoint/wado-rs',
    'dstu1/$versions',
    'r4/Practitioner',
    'r7/ImagingStudy',
  ])('%s', async (path) => {
    const got = await running.ask(`/fhir/${path}`, { headers: { Accept: 'application/json' } });
    expect([got.status, resourceOf(got).resourceType]).toEqual([404, 'OperationOutcome']);
  });
});
