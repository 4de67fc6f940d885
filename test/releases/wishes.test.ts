import type { ReleaseName } from '../../src/fhir/releases';
import { treeOfXml, type Tree } from '../fhir/xmlToJson';
import { STUDIES } from './finds';
import { UID } from './questions';
import {
  codesOf,
  idsOf,
  pageOf,
  RELEASE_NAMES,
  resourceOf,
  since,
  start,
  VERSIONS,
  type Got,
  type Running,
} from './support';

/* What a client can wish of any answer, in every release: how it is laid out, how much of it, in which form. */

let running: Running;
let small: Running;
beforeAll(async () => {
  [running, small] = await Promise.all([start(), start({ SEARCH_WINDOW_ROWS: '5' })]);
});
afterAll(() => Promise.all([running.close(), small.close()]));

const JSON_TYPES = 'application/fhir+json, application/json+fhir';
const XML_TYPES = 'application/fhir+xml, application/xml+fhir, application/atom+xml';
const timeless = (text: string) =>
  text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now').replace(/urn:uuid:[0-9a-f-]{36}/g, 'this');

/** A tree without the blanks between its elements. */
function bare({ children, text, ...tree }: Tree): Tree {
  const blank = tree.name !== 'div' && text?.trim() === '';
  return { ...tree, children: children.map(bare), ...(text && !blank && { text }) };
}

describe.each(VERSIONS)('in %s', (release, version) => {
  const base = () => `${running.url}/fhir/${release}`;
  const modern = since('dstu2', release);
  const ask = (path: string, Accept: string) =>
    running.ask(`${base()}/${path}`, { headers: { Accept } });
  const form = since('stu3', release)
    ? `application/fhir+json; charset=utf-8; fhirVersion=${version}`
    : 'application/json+fhir; charset=utf-8';
  const refused = ({ status, type, text }: Got) => [status, type, JSON.parse(text) as unknown];
  const outcome = expect.objectContaining({ resourceType: 'OperationOutcome' }) as unknown;

  const answers = [
    'ImagingStudy?_count=2',
    `ImagingStudy/${UID}`,
    'metadata',
    'ImagingStudy/1.2.3',
  ];
  test.each(answers)('_pretty lays %s out for people and changes nothing else', async (path) => {
    const pretty = `${path}${path.includes('?') ? '&' : '?'}_pretty=true`;
    // A link says that it is pretty, and its cursor is signed with that.
    const own = (text: string) =>
      timeless(text.replace(/&(?:amp;)?_pretty=true/g, '').replace(/-cursor=[\w.-]+/g, ''));
    const [json, laidOut] = [await ask(path, JSON_TYPES), await ask(pretty, JSON_TYPES)];
    expect(laidOut.text.split('\n').length).toBeGreaterThan(json.text.split('\n').length + 5);
    expect(own(JSON.stringify(JSON.parse(laidOut.text)))).toBe(own(json.text));
    const [xml, laidOutXml] = [await ask(path, XML_TYPES), await ask(pretty, XML_TYPES)];
    expect(laidOutXml.text.split('\n').length).toBeGreaterThan(xml.text.split('\n').length + 5);
    const trees = [laidOutXml, xml].map(({ text }) => JSON.stringify(bare(treeOfXml(own(text)))));
    expect(trees[0]).toBe(trees[1]);
    expect([laidOut.type, laidOutXml.type]).toEqual([json.type, xml.type]);
  });

  test('_pretty=false is as without, in the links too', async () => {
    const got = await ask('ImagingStudy?_count=2&_pretty=false', JSON_TYPES);
    expect(got.text).not.toContain('\n');
    const pretty = pageOf(await ask('ImagingStudy?_count=2&_pretty=true', JSON_TYPES));
    expect(pretty.links.next).toContain('_pretty=true');
    expect((await running.ask(pretty.links.next ?? '')).text).toContain('\n');
  });

  const parts = modern
    ? [
        '_summary=true',
        '_summary=false',
        '_summary=text',
        '_summary=data',
        '_elements=started,series',
      ]
    : ['_summary=true', '_summary=false'];
  test.each(parts)('%s gives of a study the same in a search and in a read', async (part) => {
    const found = pageOf(await ask(`ImagingStudy?_id=${UID}&${part}`, JSON_TYPES));
    const read = resourceOf(await ask(`ImagingStudy/${UID}?${part}`, JSON_TYPES));
    expect(found.entries.map(({ resource }) => resource)).toEqual([read]);
  });

  test('a wish that cannot be is refused: a value there is none of, a part of an element, a number of a read', async () => {
    const wrong = [`ImagingStudy/${UID}?_summary=count`, 'ImagingStudy?_summary=some'];
    wrong.push('ImagingStudy?_pretty=nicely', 'ImagingStudy?_count=few');
    if (modern) wrong.push('ImagingStudy?_elements=series.uid', 'ImagingStudy?_elements=*');
    for (const path of wrong) {
      const got = await ask(path, JSON_TYPES);
      expect([path, got.status, codesOf(got)]).toEqual([path, 400, ['invalid-value']]);
    }
  });

  test.each([
    ['?_format=ttl', 'application/json'],
    ['?_format=application/fhir%2Bturtle', '*/*'],
    ['', 'image/png'],
    ['', 'application/fhir+turtle, text/turtle;q=0.9'],
    ['', 'application/json;q=0, application/xml;q=0'],
  ])(
    'what cannot be had (%s, Accept %s) is refused in a form that can be read',
    async (query, accept) => {
      const got = await ask(`ImagingStudy${query}`, accept);
      expect(refused(got)).toEqual([406, form, outcome]);
      expect(codesOf(got)).toEqual(['not-acceptable']);
    },
  );

  test('a refusal is in the client’s own form where it has one', async () => {
    const got = await ask('ImagingStudy?_format=ttl', XML_TYPES);
    expect([got.status, got.text.startsWith('<?xml')]).toEqual([406, true]);
    expect(treeOfXml(got.text).name).toBe('OperationOutcome');
    const chosen = await ask('ImagingStudy?_count=1&_format=xml', 'image/png');
    expect([chosen.status, chosen.text.startsWith('<?xml')]).toEqual([200, true]);
  });

  test('fhirVersion may repeat the release and must not contradict it, wherever it stands', async () => {
    for (const [other, told] of VERSIONS) {
      const type = `application/fhir+json; fhirVersion=${told}`;
      const right = other === release;
      const [accepted, formatted, posted] = await Promise.all([
        ask('ImagingStudy?_count=1', type),
        ask(`ImagingStudy?_count=1&_format=${encodeURIComponent(type)}`, '*/*'),
        running.ask(`${base()}/ImagingStudy/_search`, {
          method: 'POST',
          headers: {
            Accept: JSON_TYPES,
            'Content-Type': `application/x-www-form-urlencoded; fhirVersion=${told}`,
          },
          body: '_count=1',
        }),
      ]);
      for (const got of [accepted, formatted, posted]) {
        expect([told, got.status, got.type]).toEqual([told, right ? 200 : 406, form]);
        if (!right) expect(codesOf(got)).toEqual(['not-acceptable']);
      }
    }
  });
});

const from = (first: ReleaseName) => RELEASE_NAMES.filter((release) => since(first, release));

test.each(from('dstu2'))(
  'a number costs no page in %s: _summary=count and _count=0 tell the same and show nothing',
  async (release) => {
    const search = async (query: string) =>
      pageOf(await running.ask(`/fhir/${release}/ImagingStudy?modality=CT&${query}`));
    const whole = idsOf(await search('_count=100')).length;
    const wishes = [
      '_summary=count',
      '_count=0',
      '_count=0&_sort=modality',
      '_summary=count&_count=3',
    ];
    for (const wish of wishes) {
      const { total, entries, links } = await search(wish);
      expect([wish, total, entries, links.next]).toEqual([wish, whole, [], undefined]);
    }
  },
);

test.each(RELEASE_NAMES)(
  'a result that is not read whole in %s has no total, unless _total=accurate asks for it',
  async (release) => {
    const at = `${small.url}/fhir/${release}/ImagingStudy?_count=2`;
    const page = async (query: string) => pageOf(await small.ask(`${at}${query}`));
    expect((await page('')).total).toBeUndefined();
    const can = since('r4', release);
    const wished = await small.ask(`${at}&_total=accurate`);
    expect(wished.status).toBe(can ? 200 : 400);
    const totals = can
      ? [pageOf(wished), await page('&_total=none')].map(({ total }) => total)
      : [];
    expect(totals).toEqual(can ? [STUDIES.length, undefined] : []);
    const next = can ? pageOf(await small.ask(pageOf(wished).links.next ?? '')).total : undefined;
    expect(next).toBe(can ? STUDIES.length : undefined);
  },
);

test('$versions tells what each base answers as', async () => {
  const versions = resourceOf(await running.ask('/fhir/r4/$versions'));
  const told = Array.from(
    JSON.stringify(versions).matchAll(/"version","valueCode":"([^"]+)"/g),
    ([, one]) => one,
  );
  expect(told).toEqual(VERSIONS.map(([, version]) => version));
  for (const release of RELEASE_NAMES) {
    const statement = await running.ask(`/fhir/${release}/metadata`, {
      headers: { Accept: JSON_TYPES },
    });
    const [version] = /"fhirVersion":"\d+\.\d+/.exec(statement.text) ?? [''];
    expect(told).toContain(version.slice('"fhirVersion":"'.length));
  }
});
