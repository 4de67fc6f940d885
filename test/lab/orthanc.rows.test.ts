import type { ArchiveClient } from '../../src/pacs/client';
import type { Series, StudyHeader } from '../../src/study/model';
import type { StudyDetail } from '../../src/study/source';
import { lab, tellsSequences } from './support/archive';
import { inCommon } from './support/inCommon';
import { startProxy, type CountingProxy } from './support/proxy';
import { allStudies, newCall, openClient, openSource, ordered } from './support/sources';

/*
 * Rows out of Orthanc's index and files make the same studies as its QIDO-RS with the metadata of WADO-RS.
 */

let proxy: CountingProxy;
let client: ArchiveClient;
let studies: readonly StudyHeader[];
let byQido: readonly StudyDetail[];
/** Whether QIDO-RS tells all, and so is where the probe finds rows. */
let whole: boolean;

beforeAll(async () => {
  whole = await tellsSequences();
  proxy = await startProxy(lab().orthanc);
  client = openClient(`${proxy.url}/dicom-web`);
  const qido = openSource(client, 'qido');
  studies = await allStudies(qido);
  byQido = (await qido.details(studies, newCall())).map(ordered);
}, 120_000);

afterAll(async () => {
  client.close();
  await proxy.close();
});

/** Details, and the calls they took. */
async function detailsBy(
  rows: 'files' | 'index' | undefined,
): Promise<{ details: readonly StudyDetail[]; calls: readonly string[] }> {
  const source = openSource(client, rows);
  await source.abilities(newCall());
  proxy.takeCalls();
  const details = (await source.details(studies, newCall())).map(ordered);
  return { details, calls: proxy.takeCalls() };
}

/** Titles that only the file of an image tells which is not the first of its series are left out of both. */
function withoutOtherTitles(details: readonly StudyDetail[], titled: readonly StudyDetail[]) {
  const kept = new Set(
    titled
      .flatMap(({ series }) => series)
      .flatMap(({ instances }) => instances)
      .filter(({ title }) => title !== undefined)
      .map(({ uid }) => uid),
  );
  const untitled = (series: Series): Series => ({
    ...series,
    instances: series.instances.map(({ title, ...rest }) =>
      title !== undefined && kept.has(rest.uid) ? { ...rest, title } : rest,
    ),
  });
  return details.map(({ series, ...detail }) => ({ ...detail, series: series.map(untitled) }));
}

/** Where QIDO-RS leaves sequences out, everything. */
const common = (details: readonly StudyDetail[]) => (whole ? inCommon(details, byQido) : details);
const instancesOf = (details: readonly StudyDetail[]) =>
  details.flatMap(({ series }) => series).flatMap(({ instances }) => instances);

describe('rows out of the files of an Orthanc', () => {
  test('make every study of the archive the same as its QIDO-RS, element by element', async () => {
    const { details } = await detailsBy('files');
    expect(instancesOf(byQido).length).toBeGreaterThan(3000);
    expect(common(details)).toEqual(common(byQido));
  }, 120_000);

  test('are where the probe finds QIDO-RS without sequences', async () => {
    const { details, calls } = await detailsBy(undefined);
    const lists = calls.filter((call) => call.includes('/instances-tags')).length;
    if (whole) expect(lists).toBe(0);
    else expect(lists).toBeGreaterThan(100);
    expect(details).toEqual(byQido);
  }, 120_000);

  test('take no search below the studies and no metadata of WADO-RS', async () => {
    const { calls } = await detailsBy('files');
    expect(calls.filter((call) => call.includes('/dicom-web/'))).toEqual([]);
  }, 120_000);
});

describe('rows out of the index of an Orthanc', () => {
  test('make every study the same but for titles of images after the first of a series', async () => {
    const { details } = await detailsBy('index');
    expect(common(details)).toEqual(withoutOtherTitles(common(byQido), details));
    const untitled = instancesOf(details).filter(({ title }) => title === undefined);
    expect(untitled.length).toBeGreaterThan(1000);
    const documents = instancesOf(byQido).filter(({ recordType }) => recordType !== 'IMAGE');
    const titles = new Map(instancesOf(details).map(({ uid, title }) => [uid, title]));
    expect(documents.filter(({ uid, title }) => titles.get(uid) !== title)).toEqual([]);
  }, 120_000);

  test('take three calls for all studies together and one a series, and no other', async () => {
    const { calls } = await detailsBy('index');
    const shared = calls.filter((call) => /\/tools\/(find|bulk-content)$/.test(call));
    const files = calls.filter((call) => /\/(tags|instances-tags)\?short$/.test(call));
    const series = byQido.reduce((sum, detail) => sum + detail.series.length, 0);
    // A list holds a hundred studies.
    expect(shared).toHaveLength(3 * Math.ceil(studies.length / 100));
    expect(files.length).toBeLessThanOrEqual(series + 1);
    expect(calls).toHaveLength(shared.length + files.length);
  }, 120_000);
});

/** What a study is without its instances, but with their number. */
function withoutInstances({ header, series, defects }: StudyDetail): StudyDetail {
  const counted = series.map((each) => ({
    ...each,
    numberOfInstances: each.instances.length,
    instances: [],
  }));
  return { header, series: counted, defects };
}

describe('series out of an Orthanc, without their instances', () => {
  test.each(['files', undefined] as const)(
    'are those of every study of which they are told, element by element (%s)',
    async (from) => {
      const source = openSource(client, from);
      const outlines = (await source.series?.(studies, newCall())) ?? [];
      const told = outlines.map((outline) => outline && ordered(outline));
      const same = byQido.map((detail, at) => (told[at] ? withoutInstances(detail) : undefined));
      const shown = (some: readonly (StudyDetail | undefined)[]) =>
        some.map((each) => each && common([each]));
      expect(shown(told)).toEqual(shown(same));
      // The others are filed twice under one Patient ID, or are not what Orthanc counts. Series rows must name modality
      // and patient besides, which some real files do not.
      const most = whole && from === undefined ? 25 : 10;
      expect(told.filter((each) => each === undefined).length).toBeLessThan(most);
    },
    120_000,
  );

  test('take one call a series at most beside two for all studies together, and no list of instances', async () => {
    const source = openSource(client, 'files');
    await source.abilities(newCall());
    proxy.takeCalls();
    await source.series?.(studies, newCall());
    const calls = proxy.takeCalls();
    const series = byQido.reduce((sum, detail) => sum + detail.series.length, 0);
    const files = calls.filter((call) => /\/(tags|instances-tags)\?short$/.test(call));
    expect(files.length).toBeLessThanOrEqual(series + 1);
    expect(calls.filter((call) => call.endsWith('/tools/bulk-content'))).toHaveLength(1);
    const finds = calls.filter((call) => call.endsWith('/tools/find'));
    expect(calls).toHaveLength(files.length + finds.length + 1);
    expect(finds).toHaveLength(Math.ceil(studies.length / 100));
  }, 120_000);
});
