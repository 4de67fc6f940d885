import { z } from 'zod';
import { readDataSet } from '../../src/dicom/dataset';
import { readUpdateTime } from '../../src/pacs/updateTime';
import {
  held,
  holding,
  row,
  startFakeArchive,
  type FakeArchive,
  type Row,
} from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';
import { startFakeOrthanc } from './fakeOrthanc';

/* meta.lastUpdated and _lastUpdated: what the archive tells, else since when the gateway has seen the study. */

const CREATOR = 'DCM4CHEE Archive 5';
const dt = (value: string) => ({ vr: 'DT', Value: [value] });
const creator = { vr: 'LO', Value: [CREATOR] };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function startArchive(rows: readonly Row[]): Promise<FakeArchive> {
  const studies = rows.map((extra, at) => {
    const study = held(`1.${at + 1}`);
    return { ...study, study: { ...study.study, ...extra } };
  });
  const archive = await startFakeArchive(holding(studies));
  open.push(archive);
  return archive;
}

async function start(url: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const gateway = await startGateway(url, env);
  open.push(gateway);
  return gateway;
}

const bundle = z.object({
  total: z.number().optional(),
  entry: z
    .array(
      z.object({
        resource: z.looseObject({
          resourceType: z.string(),
          id: z.string().optional(),
          meta: z.object({ lastUpdated: z.string() }).optional(),
          issue: z
            .array(
              z.object({ details: z.object({ coding: z.array(z.object({ code: z.string() })) }) }),
            )
            .default([]),
        }),
      }),
    )
    .default([]),
});

/** Studies of an R4 search with their lastUpdated, and the codes of what is told beside. */
async function search(gateway: Running, query: string) {
  const got = await gateway.get(`${gateway.url}/fhir/r4/ImagingStudy?${query}`);
  const { entry } = bundle.parse(JSON.parse(got.text));
  const resources = entry.map(({ resource }) => resource);
  const studies = resources.filter(({ resourceType }) => resourceType === 'ImagingStudy');
  return {
    ids: studies.map(({ id }) => id).toSorted(),
    updated: Object.fromEntries(studies.map(({ id = '', meta }) => [id, meta?.lastUpdated])),
    codes: resources.flatMap(({ issue }) =>
      issue.flatMap(({ details }) => details.coding[0]?.code ?? []),
    ),
  };
}

async function documentation(gateway: Running): Promise<string> {
  const { status, text } = await gateway.get(`${gateway.url}/fhir/r4/metadata`);
  expect(status).toBe(200);
  const parameter = z.object({ name: z.string(), documentation: z.string().optional() });
  const resource = z.object({ searchParam: z.array(parameter).default([]) });
  const statement = z.object({ rest: z.array(z.object({ resource: z.array(resource) })) });
  const [rest] = statement.parse(JSON.parse(text)).rest;
  const all = rest?.resource.flatMap(({ searchParam }) => searchParam) ?? [];
  return all.find(({ name }) => name === '_lastUpdated')?.documentation ?? '';
}

const SEEN = 'last-updated-first-seen';

describe("dcm4chee's update time", () => {
  const read = (extra: Row, zone?: string) => {
    const dataSet = readDataSet(extra);
    if (dataSet === undefined) throw new Error('no data set');
    return readUpdateTime(dataSet, () => zone);
  };
  const tz = row({ TimezoneOffsetFromUTC: '-0400' });

  test.each<[string, Row, string | undefined, string | undefined]>([
    [
      'in the block 10',
      { '77770010': creator, '77771021': dt('20210212121502.424+0100') },
      undefined,
      '2021-02-12T11:15:02.424Z',
    ],
    [
      'in any block',
      { '777700E0': creator, '7777E021': dt('20210212121502+0100') },
      undefined,
      '2021-02-12T11:15:02.000Z',
    ],
    [
      'of the modification before that of the update',
      {
        '77770010': creator,
        '77771021': dt('20210212121502.424+0100'),
        '7777102D': dt('20210101000000.000+0000'),
      },
      undefined,
      '2021-01-01T00:00:00.000Z',
    ],
    [
      "in the row's zone where it has none",
      { ...tz, '77770010': creator, '77771021': dt('20210212121502') },
      '+09:00',
      '2021-02-12T16:15:02.000Z',
    ],
    [
      "in the archive's zone where the row has none",
      { '77770010': creator, '77771021': dt('20210212121502') },
      '+09:00',
      '2021-02-12T03:15:02.000Z',
    ],
    [
      'of no zone at all is none',
      { '77770010': creator, '77771021': dt('20210212121502') },
      undefined,
      undefined,
    ],
    [
      "in another maker's block is none",
      { '77770010': { vr: 'LO', Value: ['ACME 1.0'] }, '77771021': dt('20210212121502+0100') },
      undefined,
      undefined,
    ],
    [
      'in a block that nobody reserved is none',
      { '77771021': dt('20210212121502+0100') },
      undefined,
      undefined,
    ],
    [
      'that is no time is none',
      { '77770010': creator, '77771021': dt('20211312121502+0100') },
      undefined,
      undefined,
    ],
    [
      'of a number is none',
      { '77770010': creator, '77771021': { vr: 'DT', Value: [20210212] } },
      undefined,
      undefined,
    ],
  ])('%s', (_, extra, zone, expected) => {
    expect(read(extra, zone)).toBe(expected);
  });

  test('is meta.lastUpdated, and what _lastUpdated is compared with', async () => {
    const archive = await startArchive(
      ['20200101000000.000+0000', '20210212121502.424+0100'].map((value) => ({
        '77770010': creator,
        '77771021': dt(value),
      })),
    );
    const gateway = await start(archive.url, { PACS_DIALECT: 'dcm4chee' });
    const found = await search(gateway, '_lastUpdated=gt2021-02-12T12:15:01%2B01:00');
    expect(found).toEqual({
      ids: ['1.2'],
      updated: { '1.2': '2021-02-12T11:15:02.424Z' },
      codes: [],
    });
    expect(archive.seen.some(({ rawQuery }) => rawQuery.includes('includefield=all'))).toBe(true);
    expect(await documentation(gateway)).toContain('as dcm4chee tells it');
  });

  test('of a release that does not tell it is first sight, and a search says so', async () => {
    const archive = await startArchive([{}]);
    const gateway = await start(archive.url, { PACS_DIALECT: 'dcm4chee' });
    expect((await search(gateway, '_lastUpdated=gt2020')).codes).toEqual([SEEN]);
    expect(await documentation(gateway)).toContain('Since when this gateway');
  });
});

describe("Orthanc's LastUpdate", () => {
  const START = Date.UTC(2026, 0, 5, 8, 0, 0);
  const HOUR = 3_600_000;
  const after = (time: number) => `_lastUpdated=gt${new Date(time).toISOString()}`;

  async function orthancOf(studies: number) {
    const orthanc = await startFakeOrthanc();
    open.push(orthanc);
    for (let at = 1; at <= studies; at++) orthanc.store(`1.${at}`, START + at * 60_000);
    return orthanc;
  }

  test('is meta.lastUpdated, at two finds a search: one chooses, one stands beside its rows', async () => {
    const orthanc = await orthancOf(3);
    const gateway = await start(orthanc.url);
    await gateway.gateway.probe();
    orthanc.take();
    const { updated, codes } = await search(gateway, '_elements=id,meta');
    expect(updated).toEqual({
      '1.1': '2026-01-05T08:01:00.999Z',
      '1.2': '2026-01-05T08:02:00.999Z',
      '1.3': '2026-01-05T08:03:00.999Z',
    });
    expect(codes).toEqual([]);
    expect(orthanc.take().map((each) => each.split('?')[0])).toEqual([
      'POST /tools/find',
      'GET /dicom-web/studies',
      'POST /tools/find',
    ]);
  });

  test('finds what changed without reading the archive, as soon as it changed', async () => {
    const orthanc = await orthancOf(700);
    const gateway = await start(orthanc.url);
    await gateway.gateway.probe();
    orthanc.take();
    const end = START + 24 * HOUR;
    const ask = () => search(gateway, `${after(end - HOUR)}&_elements=id,meta`);
    expect((await ask()).ids).toEqual([]);
    expect(orthanc.take().filter((each) => each.includes('dicom-web'))).toEqual([]);
    orthanc.store('1.7', end);
    expect((await ask()).ids).toEqual(['1.7']);
    const [asked, ...more] = orthanc.take().filter((each) => each.includes('dicom-web'));
    expect(asked).toContain('StudyInstanceUID=1.7&');
    expect(more).toEqual([]);
    orthanc.store('1.7', end + 60_000);
    const again = await search(gateway, `${after(end + 30_000)}&_elements=id,meta`);
    expect(again.updated).toEqual({ '1.7': '2026-01-06T08:01:00.999Z' });
  });

  test('of a patient is asked by the patient', async () => {
    const orthanc = await orthancOf(3);
    const gateway = await start(orthanc.url);
    await gateway.gateway.probe();
    orthanc.take();
    await search(gateway, `patient.identifier=P1&${after(START + 150_000)}`);
    const asked = orthanc.take();
    expect(asked.filter((each) => each.includes('/changes'))).toEqual([]);
    expect(asked[0]).toContain('PatientID=P1');
  });

  test('finds as much where the log was cleared', async () => {
    const orthanc = await orthancOf(5);
    orthanc.clearLog();
    const gateway = await start(orthanc.url);
    const { ids } = await search(gateway, `${after(START + 3.5 * 60_000)}&_elements=id,meta`);
    expect(ids).toEqual(['1.4', '1.5']);
  });

  test('is what the statement speaks of once the archive has answered, and not before', async () => {
    const orthanc = await orthancOf(1);
    const gateway = await start(orthanc.url);
    expect(await documentation(gateway)).toContain('or was first seen as it is');
    await gateway.gateway.probe();
    expect(await documentation(gateway)).toContain('as Orthanc tells it');
  });

  test('is first sight where its own API does not answer', async () => {
    const orthanc = await orthancOf(1);
    orthanc.native = false;
    const gateway = await start(orthanc.url, { PACS_DIALECT: 'orthanc' });
    expect((await search(gateway, '_lastUpdated=gt2020')).codes).toEqual([SEEN]);
    expect(await documentation(gateway)).toContain('Since when this gateway');
  });
});

describe('an archive that tells no update time', () => {
  test('has a warning on a search by _lastUpdated, and on no other', async () => {
    const gateway = await start((await startArchive([{}, {}])).url);
    expect(await search(gateway, '_lastUpdated=gt2020')).toMatchObject({
      ids: ['1.1', '1.2'],
      codes: [SEEN],
    });
    expect((await search(gateway, '_lastUpdated=lt2020')).codes).toEqual([SEEN]);
    expect((await search(gateway, 'started=gt2000')).codes).toEqual([]);
  });

  test('is asked again for what changed, whatever is remembered', async () => {
    const archive = await startArchive([{}]);
    const gateway = await start(archive.url);
    const { updated } = await search(gateway, '');
    const asOf = new Date().toISOString();
    expect((updated['1.1'] ?? '') <= asOf).toBe(true);
    archive.script = holding([held('1.1', { StudyDescription: 'corrected' })]);
    expect((await search(gateway, `_lastUpdated=gt${asOf}`)).ids).toEqual(['1.1']);
  });

  test('that is down does not keep the statement from being told', async () => {
    const archive = await startArchive([]);
    const gateway = await start(archive.url);
    await archive.close();
    open.shift();
    expect(await documentation(gateway)).toContain('or was first seen as it is');
  });
});
