import type { ArchiveClient } from '../../src/pacs/client';
import { findStudies } from '../../src/study/findStudies';
import { gather } from '../../src/study/gather';
import type { Study, StudyHeader } from '../../src/study/model';
import type { SortKey, StudyQuery } from '../../src/study/query';
import type { SearchLimits } from '../../src/study/search';
import type { StudySource } from '../../src/study/source';
import { lab } from './support/archive';
import { startProxy, type CountingProxy } from './support/proxy';
import { newCall, openClient, openSource } from './support/sources';

/*
 * What Orthanc's index tells of studies is what its rows tell, and the pages that it chooses are those that rows choose.
 */

let proxy: CountingProxy;
let client: ArchiveClient;

beforeAll(async () => {
  proxy = await startProxy(lab().orthanc);
  client = openClient(`${proxy.url}/dicom-web`);
});

afterAll(async () => {
  client.close();
  await proxy.close();
});

const ALL = { windowRows: 100, most: 10_000, from: 0 };

/** What a sketch tells of a study; the rest of a row is not compared. */
function sketched({ uid, patient, started, accession, studyId, lastUpdated }: StudyHeader) {
  const { id, name, birthDate, sex } = patient;
  const clock = { date: started?.date, time: started?.time };
  return {
    uid,
    id,
    name,
    birthDate,
    sex,
    clock,
    accession: accession?.value,
    studyId,
    lastUpdated,
  };
}

test('every sketch tells what the row of its study tells, in the same order', async () => {
  const source = openSource(client, 'files');
  const rows = await gather(source, new Map(), ALL, newCall());
  proxy.takeCalls();
  const sketches = await gather(source, new Map(), { ...ALL, sketches: true }, newCall());
  expect(proxy.takeCalls().filter((call) => call.includes('/dicom-web/'))).toEqual([]);
  expect(rows.studies.length).toBeGreaterThan(100);
  expect(sketches.studies.every(({ sketch }) => sketch)).toBe(true);
  expect(sketches.studies.map(sketched)).toEqual(rows.studies.map(sketched));
}, 60_000);

const limits: SearchLimits = {
  windowRows: 1000,
  scannedRows: 1000,
  belowRows: 1000,
  pageInstances: 5000,
  pageSeries: 1000,
};

async function pagesBy(
  source: StudySource,
  query: StudyQuery,
  windowRows: number,
): Promise<{ studies: Study[]; totals: (number | undefined)[] }> {
  const studies: Study[] = [];
  const totals = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const asked = cursor === '' ? query : { ...query, cursor };
    const page = await findStudies(asked, source, { ...limits, windowRows }, newCall());
    studies.push(...page.studies);
    totals.push(page.total);
    cursor = page.next;
  }
  return { studies, totals };
}

const SORTS: readonly (readonly [string, readonly SortKey[]])[] = [
  ['no order', []],
  ['the order of patients', [{ by: 'patient', descending: true }]],
];

describe.each(SORTS)('pages in %s', (_, sort) => {
  const query: StudyQuery = { clauses: [], sort, count: 17, detail: false };

  test('of a result that is read whole are by the index what they are by rows', async () => {
    const byIndex = await pagesBy(openSource(client, 'files'), query, 1000);
    expect(byIndex.studies.length).toBeGreaterThan(100);
    expect(byIndex).toEqual(await pagesBy(openSource(client, 'qido'), query, 1000));
  }, 120_000);

  test('of a result in stretches are so, too, and two patients of one UID are told apart across them', async () => {
    const byIndex = await pagesBy(openSource(client, 'files'), query, 60);
    const byRows = await pagesBy(openSource(client, 'qido'), query, 60);
    const whole = await pagesBy(openSource(client, 'qido'), query, 1000);
    const shared = new Set(whole.studies.filter((study) => study.shared).map(({ uid }) => uid));
    expect(shared.size).toBeGreaterThan(0);
    const told = byRows.studies.map((study) => ({ ...study, shared: shared.has(study.uid) }));
    expect(byIndex).toEqual({ ...byRows, studies: told });
  }, 120_000);
});
