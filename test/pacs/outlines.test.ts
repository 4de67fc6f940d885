import { Problem } from '../../src/errors';
import { readDataSet, type DataSet } from '../../src/dicom/dataset';
import { TAG, type Keyword } from '../../src/dicom/tags';
import type { ArchiveClient } from '../../src/pacs/client';
import { DIALECTS, type Dialect } from '../../src/pacs/dialects';
import { createArchiveSource } from '../../src/pacs/source';
import { readStudy } from '../../src/study/fromDicom';
import type { StudyHeader } from '../../src/study/model';
import type { Call, StudyDetail } from '../../src/study/source';

/* Series without their instances are told of a study only where they are all of its series, and its patient's. */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};

type Values = Partial<Record<Keyword, string | number>>;

function row(values: Values): DataSet {
  const members = Object.entries(values).map(([keyword, value]) => [
    TAG[keyword as Keyword],
    { Value: [value] },
  ]);
  return readDataSet(Object.fromEntries(members)) ?? new Map();
}

const STUDY: Values = {
  StudyInstanceUID: '1.2',
  PatientID: 'P1',
  NumberOfStudyRelatedSeries: 2,
  NumberOfStudyRelatedInstances: 5,
};
const CT: Values = {
  StudyInstanceUID: '1.2',
  PatientID: 'P1',
  SeriesInstanceUID: '1.3.2',
  SeriesNumber: 2,
  Modality: 'CT',
  NumberOfSeriesRelatedInstances: 4,
};
const SR: Values = {
  ...CT,
  SeriesInstanceUID: '1.3.1',
  SeriesNumber: 1,
  Modality: 'SR',
  NumberOfSeriesRelatedInstances: 1,
};

function study(values: Values = STUDY): StudyHeader {
  const header = readStudy(row(values), () => undefined);
  if (header === undefined) throw new Error('the row has a UID');
  return header;
}

/** What an archive that answers a series search with these rows tells of a study. */
async function outlineOf(
  rows: readonly Values[] | Problem,
  of: StudyHeader = study(),
  dialect: Dialect = DIALECTS.generic,
): Promise<{ detail: StudyDetail | undefined; asked: unknown[] }> {
  const asked: unknown[] = [];
  const client: ArchiveClient = {
    search(path, parameters) {
      asked.push([path, parameters.find(([name]) => name === 'StudyInstanceUID')?.[1]]);
      if (rows instanceof Problem) return Promise.reject(rows);
      return Promise.resolve({ rows: rows.map(row), received: rows.length });
    },
    metadata: () => Promise.reject(new Error('no metadata is asked for')),
    native: () => Promise.reject(new Error('nothing native is asked for')),
    close: () => undefined,
  };
  const facts = { product: 'test', native: false, dialect };
  const source = createArchiveSource(
    client,
    () => Promise.resolve(facts),
    () => undefined,
  );
  return { detail: (await source.series?.([of], CALL))?.[0], asked };
}

describe('the series of a study, without their instances', () => {
  test('are all of its series, in order and counted, by one call', async () => {
    const { detail, asked } = await outlineOf([CT, SR]);
    expect(detail?.series).toMatchObject([
      { uid: '1.3.1', modality: 'SR', numberOfInstances: 1, instances: [] },
      { uid: '1.3.2', modality: 'CT', numberOfInstances: 4, instances: [] },
    ]);
    expect(detail?.defects).toEqual([]);
    expect(asked).toEqual([[{ level: 'series', study: '1.2' }, undefined]]);
  });

  test('are asked for in a list where the archive matches lists', async () => {
    const lists = { ...DIALECTS.generic, uidLists: true };
    const { detail, asked } = await outlineOf([CT, SR], study(), lists);
    expect(detail?.series).toHaveLength(2);
    expect(asked).toEqual([[{ level: 'series' }, '1.2']]);
  });

  test.each<[string, readonly Values[]]>([
    ['one of which did not come', [CT]],
    ['of more instances than the study has', [{ ...CT, NumberOfSeriesRelatedInstances: 5 }, SR]],
    ['of fewer instances than the study has', [{ ...CT, NumberOfSeriesRelatedInstances: 3 }, SR]],
    ['that are not counted', [CT, { ...SR, NumberOfSeriesRelatedInstances: '' }]],
    ['one of which is another patient’s', [CT, { ...SR, PatientID: 'P2' }]],
    ['one of which does not tell whose it is', [CT, { ...SR, PatientID: '' }]],
    ['one of which has no modality', [CT, { ...SR, Modality: '' }]],
    ['one of which has no UID', [CT, { ...SR, SeriesInstanceUID: '' }]],
    ['of another study', [CT, { ...SR, StudyInstanceUID: '1.9' }]],
    ['of which there are none', []],
  ])('are not told where they are series %s', async (_, rows) => {
    expect((await outlineOf(rows)).detail).toBeUndefined();
  });

  test('are not told of a study that is not counted itself', async () => {
    const uncounted = study({ StudyInstanceUID: '1.2', PatientID: 'P1' });
    expect((await outlineOf([CT, SR], uncounted)).detail).toBeUndefined();
  });

  test('are not told where another issuer’s patient may have the same ID and UID', async () => {
    const shared = {
      ...study(),
      shared: true,
      patient: { id: 'P1', issuer: { name: 'LAB' }, otherIds: [] },
    };
    expect((await outlineOf([CT, SR], shared)).detail).toBeUndefined();
  });

  test('are not told where the archive has no such search', async () => {
    const refused = new Problem('pacs-error', 'The archive answered with status 404.');
    expect((await outlineOf(refused)).detail).toBeUndefined();
  });

  test('fail where the archive does', async () => {
    const gone = new Problem('pacs-unreachable', 'The archive cannot be reached.');
    await expect(outlineOf(gone)).rejects.toBe(gone);
  });

  test('are not asked for where a series row leaves attributes out that a file must tell', async () => {
    const { detail, asked } = await outlineOf([CT, SR], study(), DIALECTS.dcm4chee);
    expect([detail, asked]).toEqual([undefined, []]);
  });
});
