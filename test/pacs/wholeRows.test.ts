import { readDataSet, type DataSet } from '../../src/dicom/dataset';
import type { ArchiveClient } from '../../src/pacs/client';
import { DIALECTS, type Dialect } from '../../src/pacs/dialects';
import { createArchiveSource } from '../../src/pacs/source';
import { readStudy } from '../../src/study/fromDicom';
import type { StudyHeader } from '../../src/study/model';
import type { Call, StudyDetail } from '../../src/study/source';

/*
 * Rows of an Orthanc whose QIDO-RS has sequences (plugin 1.20), as it was seen to answer: the issuer in a sequence, and
 * the time zone of the study in every series.
 */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const ORTHANC: Dialect = { ...DIALECTS.orthanc, metadata: 'mandatory', zoneOfStudy: true };

type Json = Readonly<Record<string, { readonly Value: readonly unknown[] }>>;

const dataSet = (json: Json): DataSet => readDataSet(json) ?? new Map();
const issued = (id: string): Json => ({ '00100024': { Value: [{ '00400032': { Value: [id] } }] } });

const A = 'http://a.example';
const STUDY: Json = {
  '0020000D': { Value: ['1.2'] },
  '00080201': { Value: ['-0500'] },
  '00100020': { Value: ['P1'] },
  '00201206': { Value: [3] },
  '00201208': { Value: [3] },
};

/** An instance row of a series, as the archive tells it. */
function instance(series: number, more: Json = {}): Json {
  return {
    '00080016': { Value: ['1.2.840.10008.5.1.4.1.1.2'] },
    '00080018': { Value: [`1.2.4.${series}`] },
    '00080021': { Value: ['20200229'] },
    '00080031': { Value: ['170000'] },
    '00080060': { Value: ['CT'] },
    '00080201': { Value: ['-0500'] },
    '00100020': { Value: ['P1'] },
    '0020000D': { Value: ['1.2'] },
    '0020000E': { Value: [`1.2.3.${series}`] },
    '00200011': { Value: [series] },
    '00201209': { Value: [1] },
    ...more,
  };
}

/** What the index has of the three series: the study's zone, another one, and none. */
const ZONES = ['-0500', '+0100', undefined].map((zone, at) => ({
  MainDicomTags: {
    SeriesInstanceUID: `1.2.3.${at + 1}`,
    ...(zone !== undefined && { TimezoneOffsetFromUTC: zone }),
  },
}));

interface Behaviour {
  readonly rows?: readonly Json[];
  readonly own?: unknown;
  readonly dialect?: Dialect;
}

function archive({
  rows = [1, 2, 3].map((each) => instance(each)),
  own = ZONES,
  dialect = ORTHANC,
}: Behaviour) {
  const asked: string[] = [];
  const { pageCap = Infinity } = dialect;
  const client: ArchiveClient = {
    search({ level }) {
      asked.push(level);
      const found = level === 'studies' ? [{ ...STUDY, ...issued(A) }] : rows;
      return Promise.resolve({ rows: found.map(dataSet), received: found.length });
    },
    metadata: () => Promise.reject(new Error('no metadata is asked for')),
    native(path, body) {
      asked.push(path);
      const { Since = 0 } = { ...body } as { Since?: number };
      return Promise.resolve(Array.isArray(own) ? own.slice(Since, Since + pageCap) : own);
    },
    close: () => undefined,
  };
  const facts = { dialect, product: 'Orthanc 1.12.7', native: true };
  const source = createArchiveSource(
    client,
    () => Promise.resolve(facts),
    () => undefined,
  );
  return { source, asked };
}

function study(more: Json = {}, shared = false): StudyHeader {
  const header = readStudy(dataSet({ ...STUDY, ...more }), () => undefined);
  if (header === undefined) throw new Error('the row has a UID');
  return { ...header, shared };
}

const offsetsOf = (detail: StudyDetail | undefined) =>
  detail?.series.map(({ started }) => started?.offset);

describe('the time zone of a series', () => {
  test('is its own, not that of the study', async () => {
    const { source, asked } = archive({});
    const [detail] = await source.details([study()], CALL);
    expect(offsetsOf(detail)).toEqual(['-05:00', '+01:00', undefined]);
    expect(asked).toEqual(['instances', 'tools/find']);
  });

  test('is so where series are read without their instances', async () => {
    const { source, asked } = archive({});
    const [detail] = (await source.series?.([study()], CALL)) ?? [];
    expect(offsetsOf(detail)).toEqual(['-05:00', '+01:00', undefined]);
    expect(asked).toEqual(['series', 'tools/find']);
  });

  test('is read through pages that the archive makes smaller', async () => {
    const own = ZONES.toReversed();
    const { source } = archive({ own, dialect: { ...ORTHANC, pageCap: 2 } });
    const [detail] = await source.details([study()], CALL);
    expect(offsetsOf(detail)).toEqual(['-05:00', '+01:00', undefined]);
  });

  test('is not told where the index does not answer', async () => {
    const { source } = archive({ own: null });
    const [detail] = await source.details([study()], CALL);
    expect(offsetsOf(detail)).toEqual([undefined, undefined, undefined]);
  });

  test('is that of the rows in an archive that tells it in them', async () => {
    const dialect = { ...ORTHANC, zoneOfStudy: false };
    const { source, asked } = archive({ dialect });
    const [detail] = await source.details([study()], CALL);
    expect(offsetsOf(detail)).toEqual(['-05:00', '-05:00', '-05:00']);
    expect(asked).toEqual(['instances']);
  });
});

describe('an issuer of the Patient ID that stands in a sequence', () => {
  test('is known in instance rows, so that nobody is asked who else has the UID', async () => {
    const { source, asked } = archive({ rows: [1, 2, 3].map((each) => instance(each, issued(A))) });
    const [detail] = await source.details([study(issued(A))], CALL);
    expect(detail?.series).toHaveLength(3);
    expect(asked.filter((each) => each === 'studies')).toEqual([]);
  });

  test('tells two patients of one number apart who share a UID', async () => {
    const rows = [
      instance(1, issued(A)),
      instance(2, issued('http://b.example')),
      instance(3, issued(A)),
    ];
    const { source } = archive({ rows });
    const [detail] = await source.details([study(issued(A), true)], CALL);
    expect(detail?.series.map(({ uid }) => uid)).toEqual(['1.2.3.1', '1.2.3.3']);
  });

  test('is no other one for a row that names none', async () => {
    const { source } = archive({ rows: [1, 2, 3].map((each) => instance(each)) });
    const [detail] = await source.details([study(issued(A))], CALL);
    expect(detail?.series).toHaveLength(3);
  });
});
