import { DIALECTS, type Dialect } from '../../src/pacs/dialects';
import { createArchiveSource } from '../../src/pacs/source';
import type { Call, Keys, StudyWindow } from '../../src/study/source';
import { startAnswers, type Answers, type FakeAnswers } from './fakeAnswers';

/*
 * Sketches out of Orthanc's index, and where rows come in place of them. That they tell what rows tell, the tests of
 * test/lab hold against a running Orthanc.
 */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};

let archive: FakeAnswers;

beforeEach(async () => {
  archive = await startAnswers();
});

afterEach(() => archive.close());

const STUDY = {
  ID: 'study-A',
  LastUpdate: '20240102T030405',
  MainDicomTags: {
    StudyInstanceUID: '1.2',
    StudyDate: '20200102',
    StudyTime: '101112',
    AccessionNumber: 'ACC 1',
    StudyDescription: 'CHEST',
  },
  PatientMainDicomTags: { PatientID: ' A ', PatientName: 'Ольга', PatientSex: 'F' },
};
const QIDO: Answers = {
  'GET /dicom-web/studies': () => [
    { '0020000D': { vr: 'UI', Value: ['1.2'] }, '00100020': { vr: 'LO', Value: ['A'] } },
  ],
};
const NO_KEYS: Keys = new Map();

function sketches(of: Partial<Dialect> = {}, keys = NO_KEYS, limit = 10): Promise<StudyWindow> {
  const dialect: Dialect = { ...DIALECTS.orthanc, rows: 'files', sketches: true, ...of };
  const source = createArchiveSource(
    archive.client,
    () => Promise.resolve({ product: 'Orthanc', native: true, dialect }),
    () => undefined,
  );
  return source.studies(keys, { limit, offset: 0, sketches: true }, CALL);
}

test('a sketch tells what a study is chosen and put in order by, and no row is asked for', async () => {
  archive.answers = { ...QIDO, 'POST /tools/find': () => [STUDY] };
  const { studies, advance, cut } = await sketches();
  expect(studies).toEqual([
    {
      uid: '1.2',
      sketch: true,
      shared: false,
      patient: {
        id: 'A',
        otherIds: [],
        name: { alphabetic: { text: 'Ольга', family: 'Ольга' } },
        sex: 'F',
      },
      started: { date: '2020-01-02', time: '10:11:12' },
      accession: { value: 'ACC 1' },
      lastUpdated: '2024-01-02T03:04:05.999Z',
      requests: [],
      readers: [],
      admittingDiagnoses: [],
      reasons: [],
      procedures: [],
    },
  ]);
  expect([advance, cut]).toEqual([0, false]);
  expect(archive.asked).toEqual(['POST /tools/find']);
});

test('a stretch that is full is followed by another', async () => {
  archive.answers = { 'POST /tools/find': () => [STUDY, STUDY] };
  expect(await sketches({}, NO_KEYS, 2)).toMatchObject({ advance: 2, cut: false });
});

test.each<[string, Answers, Partial<Dialect>, Keys]>([
  ['its API does not answer', {}, {}, NO_KEYS],
  [
    'a study has no UID',
    { 'POST /tools/find': () => [{ ...STUDY, MainDicomTags: {} }] },
    {},
    NO_KEYS,
  ],
  [
    'the dialect knows no sketches',
    { 'POST /tools/find': () => [STUDY] },
    { sketches: false },
    NO_KEYS,
  ],
  [
    'a key is none that it finds by',
    { 'POST /tools/find': () => [STUDY] },
    {},
    new Map([['Modality', { kind: 'values', values: ['CT'] }]]),
  ],
  [
    'its index lacks a key, so that a limit would count what does not match',
    { 'POST /tools/find': () => [STUDY] },
    { indexed: { Patient: ['00100020'], Study: ['0020000D'], Series: [], Instance: [] } },
    new Map([['PatientSex', { kind: 'values', values: ['F'] }]]),
  ],
])('rows come where %s', async (_, native, of, keys) => {
  archive.answers = { ...QIDO, ...native };
  const { studies } = await sketches(of, keys);
  expect(archive.asked).toContain('GET /dicom-web/studies');
  expect(studies.every(({ sketch }) => sketch === undefined)).toBe(true);
  expect(studies).toHaveLength(1);
});
