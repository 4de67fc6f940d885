import { casesOf } from './table';
import { modality, patientsOf, all, sorted, STUDIES, uidsOf } from './finds';
import { LENIENT, UID } from './questions';
import {
  allPages,
  codesOf,
  idsOf,
  pageOf,
  RELEASE_NAMES,
  resourceOf,
  since,
  start,
  type Page,
  type Running,
} from './support';

/* How a result is wanted: parts of resources, counts, what is included, links, warnings. */

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.close());

const SUBSETTED = /"tag":\[\{[^}]*"code":"SUBSETTED"\}\]/;
const namesOf = ({ entries }: Page, index = 0) => Object.keys(entries[index]?.resource ?? {});
const typesOf = ({ entries }: Page) => entries.map(({ resource }) => resource.resourceType);

describe.each(RELEASE_NAMES)('in %s', (release) => {
  const base = () => `${running.url}/fhir/${release}`;
  const ask = (path: string, init?: RequestInit) => running.ask(`${base()}/${path}`, init);
  const search = async (query: string) => pageOf(await ask(`ImagingStudy?${query}`));
  const refusal = async (path: string) => {
    const got = await ask(path);
    return [got.status, ...codesOf(got)];
  };
  const modern = since('dstu2', release);
  const patient = release === 'dstu1' || since('r4', release) ? 'subject' : 'patient';
  const mandatory = {
    dstu1: ['subject', 'uid', 'numberOfSeries', 'numberOfInstances'],
    dstu2: ['patient', 'uid', 'numberOfSeries', 'numberOfInstances'],
    stu3: ['uid', 'patient'],
    r4: ['status', 'subject'],
    r4b: ['status', 'subject'],
    r5: ['status', 'subject'],
    r6: ['status', 'subject'],
  }[release];
  const kept = ['resourceType', 'id', 'meta', 'contained', ...mandatory];

  test('_summary=false is all of it, _summary=true the short form', async () => {
    const one = `_id=${UID}`;
    const [whole, same, short] = await Promise.all([
      search(one),
      search(`${one}&_summary=false`),
      search(`${one}&_summary=true`),
    ]);
    expect(same.entries).toEqual(whole.entries);
    expect(namesOf(whole)).toEqual(expect.arrayContaining(['text', 'series']));
    expect(namesOf(short)).not.toContain('text');
    const text = JSON.stringify(short.entries);
    expect(SUBSETTED.test(text)).toBe(modern);
    expect(text.includes('"instance":')).toBe(release === 'dstu2');
    expect(short.total).toBe(1);
  });

  test('_summary=text, data and count, and _elements, or a refusal in DSTU1', async () => {
    const wishes = ['_summary=text', '_summary=data', '_summary=count', '_elements=started,series'];
    if (!modern) {
      for (const wish of [...wishes, '_count=0', '_total=none']) {
        expect((await ask(`ImagingStudy?${wish}`)).status).toBe(400);
      }
      return;
    }
    const [whole, texts, data, number, elements] = await Promise.all(
      [`_id=${UID}`, ...wishes].map((wish) => search(wish)),
    );
    if (!whole || !texts || !data || !number || !elements) throw new Error('no answer');
    for (const page of [texts, data, elements]) {
      expect(page.entries).toHaveLength(STUDIES.length);
      const marked = page.entries.filter(({ resource }) =>
        SUBSETTED.test(JSON.stringify(resource)),
      );
      expect(marked).toHaveLength(STUDIES.length);
      expect(namesOf(page)).toEqual(expect.arrayContaining(mandatory));
    }
    expect(namesOf(texts)).toContain('text');
    expect(namesOf(texts).filter((name) => ![...kept, 'text'].includes(name))).toEqual([]);
    expect(namesOf(data)).toContain('series');
    expect(JSON.stringify(data.entries)).not.toContain('"text":{');
    expect(namesOf(elements)).toEqual(expect.arrayContaining(['started', 'series']));
    const asked = [...kept, 'started', 'series'];
    expect(namesOf(elements).filter((name) => !asked.includes(name))).toEqual([]);
    expect([number.total, number.entries, Object.keys(number.links)]).toEqual([
      STUDIES.length,
      [],
      ['self', 'first'],
    ]);
  });

  test('_count=0 and _total tell the number', async () => {
    if (!modern) return;
    const none = await search('_count=0&modality=CT');
    expect([none.total, none.entries]).toEqual([uidsOf(modality('CT')).length, []]);
    if (!since('r4', release)) {
      expect(await refusal('ImagingStudy?_total=none')).toEqual([400, 'unsupported-parameter']);
      return;
    }
    const wishes = ['none', 'estimate', 'accurate'].map((total) =>
      search(`_count=2&_total=${total}`),
    );
    const totals = (await Promise.all(wishes)).map(({ total }) => total);
    expect(totals).toEqual([undefined, STUDIES.length, STUDIES.length]);
    expect(await refusal('ImagingStudy?_total=all')).toEqual([400, 'invalid-value']);
  });

  test('_include brings each patient and the endpoint once, whole and uncounted', async () => {
    const value = release === 'dstu1' ? 'ImagingStudy.subject' : `ImagingStudy:${patient}`;
    const people = await search(`_include=${value}&_count=100&_summary=true`);
    expect(sorted(idsOf(people, 'include'))).toEqual(patientsOf(all));
    expect(people.total).toBe(STUDIES.length);
    const [one] = people.entries.filter(({ mode }) => mode === 'include');
    expect(resourceOf(await running.ask(one?.url ?? ''))).toEqual(one?.resource);
    const wrong = `ImagingStudy?_include=ImagingStudy:series`;
    expect(await refusal(wrong)).toEqual([400, 'unsupported-parameter']);
    if (!since('stu3', release)) return;
    const both = await search(
      `_include=ImagingStudy:endpoint:Endpoint&_include=ImagingStudy:${patient}:Patient&_count=3`,
    );
    expect(typesOf(both).filter((type) => type === 'Endpoint')).toEqual(['Endpoint']);
    expect(typesOf(both)).toContain('Patient');
    const endpoint = both.entries.find(({ resource }) => resource.resourceType === 'Endpoint');
    expect(endpoint?.url).toBe(`${base()}/Endpoint/wado-rs`);
    expect(resourceOf(await ask('Endpoint/wado-rs'))).toEqual(endpoint?.resource);
  });

  test('a warning is an entry of its own, uncounted, and the self link says what was used', async () => {
    const got = await ask('ImagingStudy?colour=red&modality=CT&_count=500', { headers: LENIENT });
    const page = pageOf(got);
    expect(page.total).toBe(uidsOf(modality('CT')).length);
    expect(page.entries.at(-1)).toMatchObject({
      mode: 'outcome',
      resource: { resourceType: 'OperationOutcome' },
    });
    expect(got.text).toContain('parameter-ignored');
    expect(page.links.self).toBe(`${base()}/ImagingStudy?modality=CT&_count=100`);
    const [name = ''] = casesOf(release, '').find(([, value]) => value === 'HOSP-2dA.4711') ?? [];
    expect((await ask(`ImagingStudy?${name}=Patient/nobody`)).text).toContain('unknown-patient');
  });

  test('the links lead there and back, and nowhere else once they are changed', async () => {
    const paths = ['ImagingStudy', 'Patient', 'Patient/HOSP-2dA.P-2d1001/ImagingStudy'];
    if (modern) paths.push('StructureDefinition');
    for (const path of paths) {
      const pages = await allPages(running, `${base()}/${path}?_count=2&_format=json`);
      const [first, second] = pages;
      const next = first?.links.next ?? '';
      const ids = pages.flatMap((page) => idsOf(page));
      expect([path, new Set(ids).size]).toEqual([path, first?.total]);
      expect(Math.max(...pages.map((page) => idsOf(page).length))).toBe(2);
      expect(second?.links.self).toBe(next);
      const previous = pageOf(await running.ask(second?.links.previous ?? ''));
      expect(previous.entries.map(({ url }) => url)).toEqual(first?.entries.map(({ url }) => url));
      const cursor = /-cursor=([^&]+)/.exec(next)?.[1] ?? '';
      for (const changed of [
        `${next}x`,
        next.replace('-cursor=', '-cursor=x'),
        next.replace(cursor, cursor.slice(0, -8)),
        next.replace('_count=2', '_count=3'),
        `${next}&_summary=false`,
        `${base()}/ImagingStudy?${patient}=HOSP-2dA.4711&-cursor=${cursor}`,
      ]) {
        const got = await running.ask(changed);
        expect([changed, got.status, ...codesOf(got)]).toEqual([changed, 400, 'cursor-invalid']);
      }
    }
  });
});
