import { held, holding, json, startFakeArchive, type FakeArchive } from './fakeArchive';
import { allPages, bundleOf, linkOf, noticesOf, startGateway, studiesOf } from './running';
import { studyOf, uidsOf, type Running } from './running';

/* Archives that page badly, cut their answers, or do not know the paths that others do. */

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(holding([]));
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

const UIDS = Array.from({ length: 120 }, (_, index) => `1.2.${index + 1}`);
/** Studies on consecutive days, the last the newest. */
const MANY = UIDS.map((uid, index) => held(uid, { StudyDate: String(20200101 + (index % 28)) }, 1));
const SUMMARY = 'ImagingStudy?_summary=true';

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  running = await startGateway(archive.url, { PACS_DIALECT: 'generic', ...env });
}

/** The UIDs of all pages, sorted as UIDS are. */
async function everything(query: string): Promise<string[]> {
  const pages = await allPages(running, query);
  return pages.flatMap(uidsOf).sort((one, other) => UIDS.indexOf(one) - UIDS.indexOf(other));
}

describe('study rows', () => {
  test('of an archive that ignores limit are all used, which is said', async () => {
    archive.script = holding(MANY, { ignoresLimit: true });
    await start({ SEARCH_WINDOW_ROWS: '50', SEARCH_SCANNED_ROWS: '100' });
    const first = await running.get(`${SUMMARY}&_count=100`);
    expect(noticesOf(first)).toContain('archive-ignores-limit');
    expect(bundleOf(first).totalResults).toBe(120);
    expect(await everything(`${SUMMARY}&_count=100`)).toEqual(UIDS);
  });

  test('of an archive that ignores offset end, and it is said that there may be more', async () => {
    archive.script = holding(MANY, { ignoresOffset: true });
    await start({ SEARCH_WINDOW_ROWS: '50' });
    const already = archive.seen.length;
    const got = await running.get(`${SUMMARY}&_count=100`);
    expect(new Set(uidsOf(got)).size).toBe(uidsOf(got).length);
    expect(uidsOf(got).length).toBeGreaterThanOrEqual(50);
    expect(noticesOf(got)).toContain('archive-ignores-offset');
    expect(bundleOf(got).totalResults).toBeUndefined();
    expect(archive.seen.length - already).toBeLessThanOrEqual(5);
  });

  test('of an archive that ignores limit and offset are all there is', async () => {
    archive.script = holding(MANY, { ignoresLimit: true, ignoresOffset: true });
    await start();
    expect(await everything(`${SUMMARY}&_count=50`)).toEqual(UIDS);
  });

  test('of an archive with a silent cap are read to the true end', async () => {
    archive.script = holding(MANY, { cap: 50 });
    await start();
    const got = await running.get(`${SUMMARY}&_count=100`);
    expect(bundleOf(got).totalResults).toBe(120);
    expect(await everything(`${SUMMARY}&_count=100`)).toEqual(UIDS);
  });

  test('of an archive that caps with Warning 299 are read to the true end', async () => {
    archive.script = holding(MANY, { cap: 50, warns: true });
    await start({ PACS_DIALECT: 'dcm4chee' });
    expect(bundleOf(await running.get(`${SUMMARY}&_count=100`)).totalResults).toBe(120);
    expect(await everything(`${SUMMARY}&_count=30`)).toEqual(UIDS);
  });

  test('of an archive that warns and then gives no more are never told as all', async () => {
    archive.script = holding(MANY, { cap: 50, warns: true, ignoresOffset: true });
    await start({ PACS_DIALECT: 'dcm4chee' });
    const got = await running.get(`${SUMMARY}&_count=100`);
    expect(bundleOf(got).totalResults).toBeUndefined();
    expect(noticesOf(got)).not.toEqual([]);
  });

  test('of pages that overlap are given once', async () => {
    archive.script = (seen, response) => {
      const offset = Math.max(0, Number(seen.query.get('offset') ?? 0) - 5);
      const page = MANY.slice(offset, offset + Number(seen.query.get('limit')));
      return seen.path === '/studies'
        ? json(page.map(({ study }) => study))
        : holding(MANY)(seen, response);
    };
    await start({ SEARCH_WINDOW_ROWS: '50' });
    const pages = await allPages(running, `${SUMMARY}&_count=40`);
    const uids = pages.flatMap(uidsOf);
    expect(new Set(uids).size).toBe(uids.length);
    expect(new Set(uids)).toEqual(new Set(UIDS));
  });

  test('of a Warning of another kind mean nothing', async () => {
    archive.script = async (seen, response) => ({
      ...(await holding(MANY.slice(0, 3))(seen, response)),
      headers: { Warning: '299 archive "fuzzymatching is not supported"' },
    });
    await start({ PACS_DIALECT: 'dcm4chee' });
    expect(bundleOf(await running.get(SUMMARY)).totalResults).toBe(3);
  });
});

describe('pages', () => {
  test.each(['20', '200'])('of windows of %s rows go on while studies arrive', async (window) => {
    const growing = [...MANY];
    archive.script = holding(growing);
    await start({ SEARCH_WINDOW_ROWS: window, CACHE_MAX_BYTES: '0' });
    const seen: string[] = [];
    for (let next: string | undefined = `${SUMMARY}&_count=7`, page = 0; next; page++) {
      const got = await running.get(next);
      seen.push(...uidsOf(got));
      growing.splice((page * 31) % growing.length, 0, held(`9.${page}`, { StudyDate: '20210101' }));
      next = linkOf(got, 'next');
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(UIDS.filter((uid) => !seen.includes(uid))).toEqual([]);
  });

  test('lead back to where they came from', async () => {
    archive.script = holding(MANY);
    await start();
    const pages = await allPages(running, `${SUMMARY}&_count=50`);
    const [first, second, third] = pages;
    if (!first || !second || !third) throw new Error('three pages are wanted');
    expect(linkOf(first, 'previous')).toBeUndefined();
    const back = await running.get(linkOf(third, 'previous') ?? '');
    expect(uidsOf(back)).toEqual(uidsOf(second));
    expect(uidsOf(await running.get(linkOf(third, 'first') ?? ''))).toEqual(uidsOf(first));
    expect(uidsOf(await running.get(linkOf(third, 'self') ?? ''))).toEqual(uidsOf(third));
  });

  test('are shorter rather than huge: cut by instances and by series', async () => {
    const big = UIDS.slice(0, 6).map((uid) => held(uid, {}, 4));
    archive.script = holding(big);
    await start({ SEARCH_PAGE_INSTANCES: '9' });
    const pages = await allPages(running, 'ImagingStudy?_count=100');
    expect(pages.map((page) => uidsOf(page).length)).toEqual([2, 2, 2]);
    expect(bundleOf(pages[0] ?? (await running.get(SUMMARY))).totalResults).toBe(6);
  });

  test.each(['x', 'W10', 'e30', '', 'WzEsMl0', '%00', 'a'.repeat(300)])(
    'that this gateway never linked to (%p) are refused or the first',
    async (cursor) => {
      archive.script = holding(MANY.slice(0, 3));
      await start();
      const got = await running.get(`${SUMMARY}&-cursor=${cursor}`);
      expect(cursor === '' ? 200 : 400).toBe(got.status);
    },
  );
});

describe('instance rows', () => {
  const three = ['1.1', '1.2', '1.3'].map((uid) => held(uid));

  test('fewer than counted: the study says so, and is read again each time', async () => {
    archive.script = holding([held('1.1', { NumberOfStudyRelatedInstances: 5 })]);
    await start();
    const study = studyOf(await running.get('ImagingStudy'));
    expect(study.extension).toMatchObject([
      { valueCode: 'incomplete' },
      { valueInteger: 5 },
      { valueInteger: 2 },
    ]);
    const before = archive.count(/instances/);
    await running.get('ImagingStudy');
    expect(archive.count(/instances/)).toBeGreaterThan(before);
  });

  test.each(['orthanc', 'dcm4chee', 'generic'])(
    'capped are paged to the end (%s)',
    async (name) => {
      archive.script = holding([held('1.1', {}, 250)], { cap: 40 });
      await start({ PACS_DIALECT: name });
      const study = studyOf(await running.get('ImagingStudy'));
      expect(study.series[0]?.instance).toHaveLength(250);
      expect(study.extension).toEqual([]);
    },
  );

  test('of an archive that ignores lists of UIDs are asked study by study', async () => {
    const honest = holding(three);
    archive.script = (seen, response) =>
      seen.path === '/instances'
        ? json(three.flatMap(({ instances }) => instances).concat(held('9.9').instances))
        : honest(seen, response);
    await start({ PACS_DIALECT: 'dcm4chee' });
    const studies = studiesOf(await running.get('ImagingStudy'));
    expect(studies.map((study) => study.series[0]?.instance.length)).toEqual([2, 2, 2]);
    expect(archive.count(/^\/studies\/[^/]+\/instances$/)).toBe(3);
    expect(JSON.stringify(studies)).not.toContain('9.9');
  });

  test('of an archive that matches no list of UIDs are asked study by study', async () => {
    const honest = holding(three);
    archive.script = (seen, response) =>
      seen.path === '/instances' ? json([]) : honest(seen, response);
    await start({ PACS_DIALECT: 'dcm4chee' });
    const studies = studiesOf(await running.get('ImagingStudy'));
    expect(studies.map((study) => study.series[0]?.instance.length)).toEqual([2, 2, 2]);
  });

  test.each([404, 400, 500])('%i at /studies/{study}/instances: by series', async (status) => {
    const honest = holding(three);
    archive.script = (seen, response) =>
      /^\/studies\/[^/]+\/instances$/.test(seen.path) ? { status } : honest(seen, response);
    await start();
    const studies = studiesOf(await running.get('ImagingStudy'));
    expect(studies.map((study) => study.series[0]?.instance.length)).toEqual([2, 2, 2]);
    expect(studies[0]?.extension).toEqual([]);
  });

  test('of another study in the answer for one are not taken', async () => {
    const honest = holding(three);
    archive.script = (seen, response) =>
      /^\/studies\/1\.1\/instances$/.test(seen.path)
        ? json(three.flatMap(({ instances }) => instances))
        : honest(seen, response);
    await start();
    const study = studyOf(await running.get('ImagingStudy?study=1.1'));
    expect(JSON.stringify(study)).not.toMatch(/1\.2\.1|1\.3\.1/);
    expect(study.series[0]?.instance).toHaveLength(2);
  });

  test('without a Study Instance UID, as dcm4chee has them below a study, are of that study', async () => {
    const below = { StudyInstanceUID: undefined };
    const bare = held('1.1', {}, 2, below);
    archive.script = (seen, response) =>
      seen.path === '/instances' ? { status: 404 } : holding([bare])(seen, response);
    await start();
    expect(studyOf(await running.get('ImagingStudy')).series[0]?.instance).toHaveLength(2);
  });
});

describe('values that need escaping', () => {
  const odd = held('1.1', { PatientID: '8 \u0433\u043e\u0434/X', AccessionNumber: 'A 1,2' });
  const queries = ['subject.identifier=8%20%D0%B3%D0%BE%D0%B4/X', 'accession=A%201%5C%2C2'];

  test.each(queries)('%s is found on an archive that does not decode its query', async (query) => {
    archive.script = holding([held('1.2'), odd], { doesNotDecode: true });
    await start();
    expect(uidsOf(await running.get(`ImagingStudy?${query}`))).toEqual(['1.1']);
    const [asked] = archive.seen.filter(({ rawQuery }) =>
      /PatientID=8|Accession\w+=A/.test(rawQuery),
    );
    expect(asked?.path).toBe('/studies');
  });

  test.each(queries)('%s is found on an archive that decodes it', async (query) => {
    archive.script = holding([held('1.2'), odd]);
    await start();
    expect(uidsOf(await running.get(`ImagingStudy?${query}`))).toEqual(['1.1']);
  });
});
