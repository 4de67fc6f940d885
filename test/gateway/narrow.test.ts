import { held, holding, startFakeArchive, type FakeArchive } from './fakeArchive';
import { codesOf, startGateway, type Got, type Running } from './running';

/* How a question is put to the archive: as several searches, refused as too broad, and explained. */

let archive: FakeArchive;
let running: Running;

const HELD = [
  held('1.1', { AccessionNumber: 'A1', StudyID: 'S1' }),
  held('1.2', { AccessionNumber: 'A2', StudyID: 'A1' }),
  held('1.3', { AccessionNumber: 'A3', PatientID: 'P2' }),
  ...Array.from({ length: 60 }, (_, index) => held(`2.${index + 1}`, { PatientID: 'P3' })),
];

beforeEach(async () => {
  archive = await startFakeArchive(holding(HELD));
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  running = await startGateway(archive.url, { PACS_DIALECT: 'generic', ...env });
  await running.get('ImagingStudy?study=9.9');
}

const r4 = (query: string) => running.get(`${running.url}/fhir/r4/ImagingStudy${query}`);
const ids = ({ text }: Got) =>
  [...text.matchAll(/"fullUrl":"[^"]*ImagingStudy\/([^"]+)"/g)].map(([, id]) => id);
const searches = () =>
  archive.seen.filter(({ path }) => path === '/studies').map(({ query }) => [...query.keys()][0]);

describe('a bare identifier, which may be an accession number, a Study ID or a UID', () => {
  test('is asked as each of them, and never read out of the whole archive', async () => {
    await start();
    const before = archive.seen.length;
    expect(ids(await r4('?identifier=A1')).sort()).toEqual(['1.1', '1.2']);
    const asked = archive.seen.slice(before).filter(({ path }) => path === '/studies');
    expect(asked.every(({ query }) => query.has('AccessionNumber') || query.has('StudyID'))).toBe(
      true,
    );
  });

  test('is found all the same in an archive that refuses one of the keys', async () => {
    await start();
    const honest = holding(HELD);
    archive.script = (seen, response) =>
      seen.query.has('StudyID') ? { status: 400 } : honest(seen, response);
    expect(ids(await r4('?identifier=A1')).sort()).toEqual(['1.1', '1.2']);
  });

  test('fails when one of the searches fails, and is not answered by the others', async () => {
    await start();
    const honest = holding(HELD);
    archive.script = (seen, response) =>
      seen.query.has('StudyID') ? { status: 503 } : honest(seen, response);
    expect((await r4('?identifier=A1')).status).toBe(503);
  });

  test('with more matches than a window is paged out of the whole, none lost', async () => {
    await start({ SEARCH_WINDOW_ROWS: '20' });
    const got = await r4('?patient.identifier=P3,P2&_count=100&_summary=true&_total=accurate');
    expect(ids(got)).toHaveLength(61);
    expect(JSON.parse(got.text)).toMatchObject({ total: 61 });
  });
});

describe('a search that would read the whole archive', () => {
  test('is answered by default', async () => {
    await start();
    expect((await r4('?modality=CT&_summary=true')).status).toBe(200);
  });

  test.each([
    '',
    '?modality=CT',
    '?started=ge2020',
    '?patient.gender=female',
    '?_lastUpdated=gt2020',
  ])(
    '(%s) is refused where that is set, naming what to add, and costs no search',
    async (query) => {
      await start({ SEARCH_REFUSE_BROAD: 'true' });
      const before = searches().length;
      const got = await r4(query);
      expect([got.status, JSON.parse(got.text)]).toMatchObject([
        403,
        {
          issue: [
            { code: 'too-costly', details: { text: expect.stringContaining('patient') as string } },
          ],
        },
      ]);
      expect(searches()).toHaveLength(before);
    },
  );

  test.each([
    '?patient=.P1',
    '?identifier=A1',
    '?identifier=urn:dicom:uid|urn:oid:1.1',
    '?started=2020-01-02',
    '?started=ge2020-01-01&started=lt2020-02-01',
    '?_id=1.1',
    '?series=1.1.1',
    '?patient.name=doe',
  ])('is not one that asks %s', async (query) => {
    await start({ SEARCH_REFUSE_BROAD: 'true' });
    const got = await r4(query);
    expect([got.status, ids(got).includes('1.1')]).toEqual([200, true]);
  });
});

describe('$explain', () => {
  test('tells the calls as they were sent, the keys that were asked, and what became of the rows', async () => {
    await start();
    archive.script = holding(HELD, { ignoresKeys: true });
    const got = await r4('/$explain?patient=.P1&bodysite=CHEST');
    expect(JSON.parse(got.text)).toMatchObject({ resourceType: 'OperationOutcome' });
    const [asked] = archive.seen.filter(({ query }) => query.get('PatientID') === 'P1').slice(-1);
    expect(got.text.includes(`GET /dicom-web/studies?${asked?.rawQuery ?? '?'}`)).toBe(true);
    expect(
      got.text.includes('patient \\"P1\\" without issuer: asked of the archive as PatientID'),
    ).toBe(true);
    expect(got.text.includes('Of 63 study rows 0 match, 61 do not, 2 need')).toBe(true);
  });

  test('asks the archive although the answer is in the cache', async () => {
    await start();
    await r4('?patient=.P1');
    const before = archive.seen.length;
    await r4('?patient=.P1');
    expect(archive.seen).toHaveLength(before);
    await r4('?patient=.P1&_explain=true');
    expect(archive.seen.length).toBeGreaterThan(before);
  });

  test('as _explain=true stands beside the studies, in every release', async () => {
    await start();
    for (const release of ['dstu1', 'dstu2', 'stu3', 'r4', 'r4b', 'r5', 'r6']) {
      const got = await running.get(
        `${running.url}/fhir/${release}/ImagingStudy?_id=1.1&_explain=true`,
      );
      expect([got.status, got.text]).toEqual([200, expect.stringContaining('explain-call')]);
      expect(got.text).toContain('1.1.1');
    }
  });

  test('tells what was ignored under lenient handling', async () => {
    await start();
    const url = `${running.url}/fhir/r4/ImagingStudy/$explain?_id=1.1&colour=red`;
    const got = await running.get(url, { headers: { Prefer: 'handling=lenient' } });
    expect(got.text).toContain('The parameter colour was ignored');
  });

  test('is refused where it is not allowed', async () => {
    await start({ SEARCH_EXPLAIN: 'false' });
    for (const query of ['/$explain?_id=1.1', '?_id=1.1&_explain=true']) {
      const got = await r4(query);
      expect([got.status, JSON.parse(got.text)]).toMatchObject([
        403,
        { issue: [{ code: 'forbidden' }] },
      ]);
    }
  });

  test('refuses what a search refuses', async () => {
    await start();
    expect((await r4('/$explain?colour=red')).status).toBe(400);
    expect(codesOf(await running.get('ImagingStudy/$explain?colour=red'))).toEqual([
      'unsupported-parameter',
    ]);
  });
});
