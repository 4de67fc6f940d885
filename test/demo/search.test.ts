import type { DemoArchive } from '../../src/demo/archive';
import { demoStudies, generateStudies, type DemoStudy } from '../../src/demo/studies';
import {
  has,
  integer,
  sequence,
  string,
  strings,
  values,
  type DataSet,
} from '../../src/dicom/dataset';
import { rows, startArchive } from './reading';

const studies = demoStudies();
let archive: DemoArchive;

beforeAll(async () => {
  archive = await startArchive();
});
afterAll(() => archive.close());

async function uids(path: string): Promise<(string | undefined)[]> {
  return (await rows(archive, path)).map((row) => string(row, 'StudyInstanceUID'));
}

function expected(test: (study: DemoStudy) => boolean): string[] {
  return studies.filter(test).map(({ uid }) => uid);
}

function text(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function dateOf(study: DemoStudy): string {
  return text(study.attributes.StudyDate);
}

async function expectFound(query: string, test: (study: DemoStudy) => boolean): Promise<void> {
  const wanted = expected(test);
  expect(wanted.length).toBeGreaterThan(0);
  expect((await uids(`/studies?${query}`)).sort()).toEqual(wanted.sort());
}

describe('a search for studies', () => {
  it('without keys gives all of them, the newest first and those without a date last', async () => {
    const found = await rows(archive, '/studies');
    expect(found).toHaveLength(studies.length);
    const dates = found.map((row) => string(row, 'StudyDate') ?? '');
    expect(dates).toEqual([...dates].sort().reverse());
  });

  it.each(['PatientID=4711', '00100020=4711', 'PatientID=4711&IssuerOfPatientID='])(
    'by %s gives the studies of everybody with that ID',
    (query) => expectFound(query, ({ patient }) => patient.id === '4711'),
  );

  it('by PatientID and IssuerOfPatientID gives those of one person', () =>
    expectFound(
      'PatientID=4711&IssuerOfPatientID=HOSP-B',
      ({ patient }) => patient.name === 'Dupont^Zoé',
    ));

  it('takes * and ? in an identifier as wildcards', async () => {
    await expectFound('PatientID=4711*', ({ patient }) => patient.id.startsWith('4711'));
    await expectFound('PatientID=4711?', ({ patient }) => patient.id === '47110');
  });

  it('decodes percent-encoding and takes a plus sign literally', async () => {
    await expectFound('PatientID=X%2B77%2F2%20B', ({ patient }) => patient.id === 'X+77/2 B');
    await expectFound('PatientID=X+77%2F2%20B', ({ patient }) => patient.id === 'X+77/2 B');
    expect(await uids('/studies?PatientID=X+77%2F2+B')).toEqual([]);
  });

  it('takes characters that mean something in a regular expression literally', async () => {
    expect(await uids('/studies?PatientID=X.*')).toEqual([]);
    expect(await uids('/studies?PatientName=%5BM%5D*')).toEqual([]);
  });

  it.each([
    ['müller^jürgen', 'Müller^Jürgen'],
    ['MÜLLER*', 'Müller^Jürgen'],
    ['yamada*', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['山田^太郎', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['やまだ*', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['Yamada*=山田*', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['παπαδοπούλου^*', 'Παπαδοπούλου^Ελένη'],
    ['ИВАНОВА*', 'Иванова^Ольга^Сергеевна'],
    ['*Quincy*', 'Adams^John Robert Quincy^Edward^Rev.^B.A. M.Div.'],
  ])('finds by the name %s', (key, name) =>
    expectFound(`PatientName=${encodeURIComponent(key)}`, ({ patient }) => patient.name === name),
  );

  it('does not take a part of a name for the name', async () => {
    expect(await uids(`/studies?PatientName=${encodeURIComponent('Müller')}`)).toEqual([]);
    expect(await uids(`/studies?PatientName=${encodeURIComponent('Yamada*=李*')}`)).toEqual([]);
  });

  it.each([
    ['20240312', (date: string) => date === '20240312'],
    ['20240101-20240331', (date: string) => date >= '20240101' && date <= '20240331'],
    ['20240312-', (date: string) => date >= '20240312'],
    ['-20230101', (date: string) => date !== '' && date <= '20230101'],
  ])('by the dates %s leaves out studies without one', (key, test) =>
    expectFound(`StudyDate=${key}`, (study) => test(dateOf(study))),
  );

  it.each([
    ['1005', ['1005']],
    ['100500', ['1005']],
    ['141205', ['141205.123000']],
    ['12', ['12', '125500']],
    ['2359-', ['235959']],
    ['-0730', ['070000']],
    ['155959.9-16', ['155959.999999', '163000']],
  ])('by the times %s compares in the precision of both', async (key, wanted) => {
    const found = await rows(archive, `/studies?StudyTime=${key}`);
    expect(found.map((row) => string(row, 'StudyTime')).sort()).toEqual([...wanted].sort());
  });

  it('by ModalitiesInStudy gives studies that have such a series', () =>
    expectFound('ModalitiesInStudy=SR', ({ series }) =>
      series.some(({ modality }) => modality === 'SR'),
    ));

  it.each([',', '%5C'])(
    'by a list of UIDs, separated by %s, gives each of them',
    async (separator) => {
      const wanted = studies.slice(0, 3).map(({ uid }) => uid);
      const list = [...wanted, '1.2.3'].join(separator);
      expect((await uids(`/studies?StudyInstanceUID=${list}`)).sort()).toEqual(wanted.sort());
    },
  );

  it('does not take a UID for a wildcard', async () => {
    expect(await uids('/studies?StudyInstanceUID=2.25.*')).toEqual([]);
  });

  it('answers 200 and an empty array when nothing matches', async () => {
    const response = await fetch(`${archive.url}/studies?PatientID=nobody`);
    expect([response.status, await response.text()]).toEqual([200, '[]']);
  });

  it.each([
    'foo=bar',
    'Modality=CT',
    'RequestAttributesSequence.AccessionNumber=1',
    'ProcedureCodeSequence=1',
  ])('ignores the key %s and says so', async (query) => {
    const response = await fetch(`${archive.url}/studies?${query}`);
    expect(response.headers.get('warning')).toContain(`299 ${archive.url}: `);
    expect(await response.json()).toHaveLength(studies.length);
  });

  it('says that fuzzy matching was only literal', async () => {
    const response = await fetch(`${archive.url}/studies?PatientName=Sch*&fuzzymatching=true`);
    expect(response.headers.get('warning')).toContain('fuzzymatching');
    expect(await response.json()).toHaveLength(1);
  });

  it.each([
    'limit=x',
    'limit=-1',
    'limit=1&limit=2',
    'offset=1.5',
    'StudyDate=2024-01-01',
    'StudyDate=-',
    'StudyTime=2561',
    'PatientID=%FF',
  ])('refuses %s', async (query) => {
    expect((await fetch(`${archive.url}/studies?${query}`)).status).toBe(400);
  });
});

describe('paging', () => {
  it('cuts one stable order into pages', async () => {
    const all = await uids('/studies');
    const pages = await Promise.all(
      [0, 7, 14, 21].map((offset) => uids(`/studies?limit=7&offset=${offset}`)),
    );
    expect(pages.map((page) => page.length)).toEqual([7, 7, 4, 0]);
    expect(pages.flat()).toEqual(all);
  });
});

describe('what a row holds', () => {
  async function one(path: string): Promise<DataSet> {
    const [row, ...more] = await rows(archive, path);
    if (!row || more.length > 0) throw new Error(`${path}: not one row`);
    return row;
  }

  it('is every default attribute, without a value where there is none', async () => {
    const row = await one('/studies?AccessionNumber=B-77-1');
    for (const keyword of [
      'StudyDate',
      'StudyTime',
      'StudyID',
      'ReferringPhysicianName',
    ] as const) {
      expect([has(row, keyword), values(row, keyword)]).toEqual([true, []]);
    }
    expect(has(row, 'TimezoneOffsetFromUTC')).toBe(false);
    expect(has(row, 'StudyDescription')).toBe(false);
  });

  it('counts the series and instances and names the modalities', async () => {
    const row = await one('/studies?AccessionNumber=A-2024-0312');
    const study = studies.find(({ attributes }) => attributes.AccessionNumber === 'A-2024-0312');
    const instances = study?.series.flatMap((series) => series.instances) ?? [];
    expect(integer(row, 'NumberOfStudyRelatedSeries')).toBe(study?.series.length);
    expect(integer(row, 'NumberOfStudyRelatedInstances')).toBe(instances.length);
    expect(strings(row, 'ModalitiesInStudy')).toEqual(['CT', 'KO', 'SR']);
  });

  it('links to itself', async () => {
    const row = await one('/studies?AccessionNumber=A-2024-0312');
    expect(string(row, 'RetrieveURL')).toBe(
      `${archive.url}/studies/${string(row, 'StudyInstanceUID') ?? ''}`,
    );
  });

  it('has the groups of a person name', async () => {
    const row = await one('/studies?AccessionNumber=A-2024-0520');
    expect(values(row, 'PatientName')).toEqual([
      { Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎', Phonetic: 'やまだ^たろう' },
    ]);
  });

  it('says which study is not at hand', async () => {
    const row = await one('/studies?AccessionNumber=B-2009-77');
    expect(string(row, 'InstanceAvailability')).toBe('NEARLINE');
  });

  it.each([
    'includefield=StudyDescription,ProcedureCodeSequence,IssuerOfPatientID',
    'includefield=00081030&includefield=00081032&includefield=IssuerOfPatientID',
    'includefield=all',
    'StudyDescription=&ProcedureCodeSequence=&IssuerOfPatientID=',
  ])('has what %s asks for besides', async (query) => {
    const row = await one(`/studies?AccessionNumber=A-2024-0312&${query}`);
    expect(string(row, 'StudyDescription')).toBe('CT Schädel nativ');
    expect(sequence(row, 'ProcedureCodeSequence').map((item) => string(item, 'CodeValue'))).toEqual(
      ['24725-4'],
    );
    expect(string(row, 'IssuerOfPatientID')).toBe('HOSP-A');
  });

  it('is in the order of tags', async () => {
    const tags = [...(await one('/studies?AccessionNumber=A-2024-0312&includefield=all')).keys()];
    expect(tags).toEqual([...tags].sort());
  });
});

describe('searches for series and instances', () => {
  it('within a study give its own and only their level', async () => {
    const study = studies.find(({ attributes }) => attributes.AccessionNumber === 'A-2024-0312');
    const found = await rows(archive, `/studies/${study?.uid ?? ''}/series`);
    expect(found.map((row) => string(row, 'SeriesInstanceUID'))).toEqual(
      study?.series.map(({ uid }) => uid),
    );
    expect(found.some((row) => has(row, 'PatientName'))).toBe(false);
    expect(integer(found[0] ?? new Map<string, never>(), 'NumberOfSeriesRelatedInstances')).toBe(
      32,
    );
  });

  it('within a series give its instances in order', async () => {
    const study = studies.find(({ attributes }) => attributes.AccessionNumber === 'A-2024-0312');
    const [series] = study?.series ?? [];
    const found = await rows(
      archive,
      `/studies/${study?.uid ?? ''}/series/${series?.uid ?? ''}/instances`,
    );
    expect(found.map((row) => integer(row, 'InstanceNumber'))).toEqual(
      series?.instances.map(({ number }) => number),
    );
  });

  it('over all studies match and give attributes of the levels above', async () => {
    const found = await rows(
      archive,
      '/instances?PatientID=P-1001&Modality=KO&includefield=ConceptNameCodeSequence',
    );
    expect(found.map((row) => string(row, 'PatientID'))).toEqual(['P-1001']);
    expect(found.map((row) => string(row, 'Modality'))).toEqual(['KO']);
    const [concept] = found.flatMap((row) => sequence(row, 'ConceptNameCodeSequence'));
    expect(concept && string(concept, 'CodeValue')).toBe('113000');
  });

  it('take a list of studies', async () => {
    const wanted = studies.slice(0, 3);
    const found = await rows(
      archive,
      `/instances?StudyInstanceUID=${wanted.map(({ uid }) => uid).join(',')}`,
    );
    const count = wanted.flatMap(({ series }) =>
      series.flatMap(({ instances }) => instances),
    ).length;
    expect(found).toHaveLength(count);
  });

  it('give the request a series was made for', async () => {
    const found = await rows(archive, '/series?AccessionNumber=A-2024-0312&Modality=SR');
    const [request] = found.flatMap((row) => sequence(row, 'RequestAttributesSequence'));
    expect(request && string(request, 'RequestedProcedureID')).toBe('RP-2024-0312');
  });

  it.each(['/studies/1.2.3/series', '/studies/1.2.3/instances'])(
    'answer 404 at %s',
    async (path) => {
      expect((await fetch(archive.url + path)).status).toBe(404);
    },
  );
});

describe('a generated archive', () => {
  it('answers for thousands of studies', async () => {
    const large = await startArchive(generateStudies(2000, 2));
    try {
      expect(await rows(large, '/studies?PatientID=GEN-000100')).toHaveLength(4);
      expect(await rows(large, '/studies?limit=100&offset=1950')).toHaveLength(50);
    } finally {
      await large.close();
    }
  });
});
