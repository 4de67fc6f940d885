import { DIALECTS, type RowSource } from '../../src/pacs/dialects';
import { createArchiveSource } from '../../src/pacs/source';
import { readStudy } from '../../src/study/fromDicom';
import type { StudyHeader } from '../../src/study/model';
import type { Call, StudyDetail } from '../../src/study/source';
import { BREAKS, startAnswers, type Answers, type FakeAnswers } from './fakeAnswers';

/*
 * Rows out of Orthanc's index, where its API and its QIDO-RS do not agree. What they are where they do, the tests
 * of test/lab hold against a running Orthanc.
 */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const CT = '1.2.840.10008.5.1.4.1.1.2';

let archive: FakeAnswers;

beforeEach(async () => {
  archive = await startAnswers();
});

afterEach(() => archive.close());

function study(patient: string, instances: number): StudyHeader {
  const row = new Map([
    ['0020000D', { Value: ['1.2'] }],
    ['00100020', { Value: [patient] }],
    ['00201208', { Value: [instances] }],
  ]);
  const header = readStudy(row, () => undefined);
  if (header === undefined) throw new Error('the row has a UID');
  return header;
}

async function detailsOf(of: StudyHeader, rows: RowSource = 'index'): Promise<StudyDetail> {
  const facts = { product: 'Orthanc', native: true, dialect: { ...DIALECTS.orthanc, rows } };
  const source = createArchiveSource(
    archive.client,
    () => Promise.resolve(facts),
    () => undefined,
  );
  const [detail] = await source.details([of], CALL);
  if (detail === undefined) throw new Error('no detail came');
  return detail;
}

const uidsOf = ({ series }: StudyDetail) =>
  series.flatMap(({ instances }) => instances.map(({ uid }) => uid));

/** What Orthanc's API tells of one series of CT images, of a study whose id is its patient's. */
function orthanc(patients: readonly string[], instances: number): Answers {
  const numbers = Array.from({ length: instances }, (_, at) => String(at + 1));
  const below = (body: string) => patients.filter((patient) => body.includes(`"study-${patient}"`));
  return {
    'POST /tools/find': () =>
      patients.map((patient) => ({
        ID: `study-${patient}`,
        MainDicomTags: { StudyInstanceUID: '1.2' },
        PatientMainDicomTags: { PatientID: patient },
      })),
    'POST /tools/bulk-content': (body) =>
      below(body).flatMap((patient): object[] =>
        body.includes('"Series"')
          ? [
              {
                ID: `series-${patient}`,
                ParentStudy: `study-${patient}`,
                Instances: numbers.map((number) => `image-${patient}-${number}`),
                MainDicomTags: {
                  SeriesInstanceUID: '1.2.3',
                  Modality: 'CT',
                  SeriesDate: '20200102',
                },
              },
            ]
          : numbers.map((number) => ({
              ID: `image-${patient}-${number}`,
              ParentSeries: `series-${patient}`,
              MainDicomTags: {
                SOPInstanceUID: `1.2.3.${patient}.${number}`,
                InstanceNumber: number,
              },
              Metadata: { SopClassUid: CT },
            })),
      ),
  };
}

/** The same by QIDO-RS. */
function qido(patient: string, instances: number): Answers {
  const rows = Array.from({ length: instances }, (_, at) => ({
    '00080016': { vr: 'UI', Value: [CT] },
    '00080018': { vr: 'UI', Value: [`1.2.9.${at + 1}`] },
    '00100020': { vr: 'LO', Value: [patient] },
    '0020000D': { vr: 'UI', Value: ['1.2'] },
    '0020000E': { vr: 'UI', Value: ['1.2.9'] },
  }));
  return { 'GET /dicom-web/instances': () => rows };
}

test('the index tells of the instances with their class and number, and no QIDO-RS is asked', async () => {
  archive.answers = { ...orthanc(['A'], 2), ...qido('A', 2) };
  const { series, defects } = await detailsOf(study('A', 2));
  expect(defects).toEqual([]);
  expect(series.map(({ modality, instances }) => ({ modality, instances }))).toEqual([
    {
      modality: 'CT',
      instances: [
        { uid: '1.2.3.A.1', number: 1, sopClass: CT, recordType: 'IMAGE' },
        { uid: '1.2.3.A.2', number: 2, sopClass: CT, recordType: 'IMAGE' },
      ],
    },
  ]);
  expect(archive.asked).not.toContain('GET /dicom-web/instances');
});

test.each(['A', 'B'])(
  'of a UID that two patients share, only those of %s come',
  async (patient) => {
    archive.answers = orthanc(['A', 'B'], 2);
    expect(uidsOf(await detailsOf({ ...study(patient, 2), shared: true }))).toEqual([
      `1.2.3.${patient}.1`,
      `1.2.3.${patient}.2`,
    ]);
  },
);

test.each([
  ['fewer instances than are counted', orthanc(['A'], 1)],
  ['the study of another patient only', orthanc(['B'], 2)],
  ['no study', orthanc([], 2)],
  ['nothing of what is below', { 'POST /tools/find': orthanc(['A'], 2)['POST /tools/find'] }],
  ['no API at all', {}],
])('where Orthanc tells of %s, QIDO-RS is asked', async (_, native) => {
  archive.answers = { ...native, ...qido('A', 2) } as Answers;
  expect(uidsOf(await detailsOf(study('A', 2)))).toEqual(['1.2.9.1', '1.2.9.2']);
});

test('where QIDO-RS has no more, the study says that it is not whole', async () => {
  archive.answers = { ...orthanc(['A'], 1), ...qido('A', 1) };
  const { defects } = await detailsOf(study('A', 2));
  expect(defects).toEqual([{ kind: 'incomplete', expected: 2, received: 1 }]);
});

test('files tell what the index does not, each of its own instance and not of a sibling', async () => {
  const file = (number: number, type: string) => ({
    '0008,0018': `1.2.3.A.${number}`,
    '0008,0016': CT,
    '0008,0008': type,
    '0020,000d': '1.2',
    '0020,000e': '1.2.3',
    '0010,0020': 'A',
    '0040,0275': [{ '0040,1001': `ORDER${number}` }],
  });
  archive.answers = {
    ...orthanc(['A'], 2),
    'GET /studies/study-A/instances-tags': () => ({
      'image-A-1': file(1, 'ORIGINAL\\PRIMARY\\AXIAL'),
      'image-A-2': file(2, 'DERIVED'),
    }),
  };
  const { header, series } = await detailsOf(study('A', 2), 'files');
  expect(series[0]?.instances.map(({ title }) => title)).toEqual([
    'ORIGINAL\\PRIMARY\\AXIAL',
    'DERIVED',
  ]);
  expect(header.requests).toEqual([{ procedureId: 'ORDER1', codes: [] }]);
  // The index's date may be of another file of the series.
  expect(series[0]?.started).toBeUndefined();
});

test('files that Orthanc does not give are asked for by WADO-RS, and without them the index stays', async () => {
  archive.answers = orthanc(['A'], 2);
  const { series } = await detailsOf(study('A', 2), 'files');
  expect(archive.asked).toContain(
    'GET /dicom-web/studies/1.2/series/1.2.3/instances/1.2.3.A.1/metadata',
  );
  expect(series[0]).toMatchObject({ modality: 'CT', started: { date: '2020-01-02' } });
  expect(series[0]?.instances.map(({ sopClass }) => sopClass)).toEqual([CT, CT]);
});

test('a file that Orthanc leaves out of a list has the row of the index, and its siblings have theirs', async () => {
  const number = (at: number) => ({
    '0008,0018': `1.2.3.A.${at}`,
    '0020,000e': '1.2.3',
    '0010,0020': 'A',
  });
  archive.answers = {
    ...orthanc(['A'], 3),
    'GET /studies/study-A/instances-tags': () => ({
      'image-A-1': number(1),
      'image-A-3': number(3),
    }),
  };
  expect(uidsOf(await detailsOf(study('A', 3), 'files')).sort()).toEqual([
    '1.2.3.A.1',
    '1.2.3.A.2',
    '1.2.3.A.3',
  ]);
});

test.each<RowSource>(['files', 'index'])(
  'an answer that breaks off fails those who wait for it (%s), and nothing else',
  async (rows) => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', hear);
    archive.answers = {
      ...orthanc(['A'], 2),
      ...qido('A', 2),
      'GET /studies/study-A/instances-tags': BREAKS,
    };
    await expect(detailsOf(study('A', 2), rows)).rejects.toThrow('broke off');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', hear);
    expect(unhandled).toEqual([]);
  },
);
