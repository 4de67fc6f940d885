import { createHash } from 'node:crypto';
import { demoStudies } from '../../src/demo/studies';
import type { DemoInstance, DemoSeries, DemoStudy } from '../../src/demo/model';
import { startDemo, type Demo } from '../gateway/demo';
import {
  bulkDataIn,
  frameBytes,
  openLibrary,
  valueOf,
  valuesOf,
  type InstanceUids,
  type Library,
} from './library';
import { openPage } from './page';

/*
 * The library dicomweb-client, which OHIF, Slim and others are built upon, with the gateway as its server: it gets
 * what it gets from the archive itself, and every link that it is given leads through the gateway.
 */

let gateway: Demo;
let ours: Library;
let theirs: Library;

beforeAll(async () => {
  gateway = await startDemo();
  ours = openLibrary(openPage('http://localhost:3000'), `${gateway.url}/dicom-web`);
  theirs = openLibrary(archivePage(), gateway.archive.url);
});

afterAll(() => gateway.close());

/** The archive answers no page: it is asked as a program would. */
function archivePage() {
  const page = openPage('http://localhost:3000');
  const get = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(url, { headers });
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body };
  };
  return Object.assign(page, { get });
}

/** A study of the demo by what it is described as. */
function studyOf(description: string): DemoStudy {
  const found = demoStudies().find((one) => one.attributes.StudyDescription === description);
  if (found === undefined) throw new Error(`no study ${description}`);
  return found;
}

const HEAD = 'CT Schädel nativ';
const BRAIN = '뇌 CT';
const ECHO = 'Echocardiography';

function instanceOf(study: DemoStudy, modality: string): InstanceUids {
  const series = study.series.find((one) => one.modality === modality);
  const instance = series?.instances[0];
  if (series === undefined || instance === undefined) throw new Error(`no ${modality}`);
  return uids(study, series, instance);
}

function uids(study: DemoStudy, series: DemoSeries, instance: DemoInstance): InstanceUids {
  return {
    studyInstanceUID: study.uid,
    seriesInstanceUID: series.uid,
    sopInstanceUID: instance.uid,
  };
}

/** What the parts of an answer are, in few letters: Jest compares long buffers for seconds. */
const digests = (parts: readonly Buffer[]) =>
  parts.map((part) => `${part.length} ${createHash('sha256').update(part).digest('hex')}`);

describe('searches', () => {
  test('without filters find every study', async () => {
    const found = await ours.dataSets('searchForStudies');
    expect(found.map((one) => valueOf(one, '0020000D')).sort()).toEqual(
      demoStudies()
        .map(({ uid }) => uid)
        .sort(),
    );
  });

  test.each([
    [{ PatientID: 'P-1001' }, 3],
    [{ '00100020': 'P-1001', ModalitiesInStudy: 'CT' }, 1],
    [{ PatientName: 'Müller*' }, 3],
    [{ StudyDate: '20240101-20240331' }, 5],
    [{ AccessionNumber: 'A-2024-0312' }, 1],
    [{ StudyDescription: HEAD }, 1],
    [{ ModalitiesInStudy: 'MR', limit: 2, offset: 1 }, 2],
    [{ PatientID: 'nobody' }, 0],
  ])('for studies with %j find those of the archive', async (queryParams, count) => {
    const options = { queryParams };
    const found = await ours.dataSets('searchForStudies', options);
    const direct = await theirs.dataSets('searchForStudies', options);
    const listed = (rows: typeof found) => rows.map((one) => valueOf(one, '0020000D'));
    expect(found).toHaveLength(count);
    expect(listed(found)).toEqual(listed(direct));
  });

  test('give the attributes that were asked for', async () => {
    const options = { queryParams: { AccessionNumber: 'A-2024-0312', includefield: '00081030' } };
    const [found] = await ours.dataSets('searchForStudies', options);
    expect(valueOf(found, '00081030')).toBe(HEAD);
  });

  test('for series and instances find those of the study, with links through the gateway', async () => {
    const study = studyOf(HEAD);
    const studyInstanceUID = study.uid;
    const series = await ours.dataSets('searchForSeries', { studyInstanceUID });
    expect(series.map((one) => valueOf(one, '0020000E'))).toEqual(
      study.series.map(({ uid }) => uid),
    );
    const filter = { queryParams: { Modality: 'SR' } };
    const reports = await ours.dataSets('searchForSeries', { studyInstanceUID, ...filter });
    expect(reports.map((one) => valueOf(one, '00080060'))).toEqual(['SR']);
    const [first] = study.series;
    const within = { studyInstanceUID, seriesInstanceUID: first?.uid };
    const instances = await ours.dataSets('searchForInstances', within);
    expect(instances.map((one) => valueOf(one, '00080018')).sort()).toEqual(
      first?.instances.map(({ uid }) => uid).sort(),
    );
    const urls = [...series, ...instances].flatMap((one) => valuesOf(one, '00081190'));
    expect(urls).toHaveLength(series.length + instances.length);
    expect(urls.filter((url) => !url.startsWith(`${gateway.url}/dicom-web/studies/`))).toEqual([]);
  });
});

describe('metadata', () => {
  test('of a study, a series and an instance is that of the archive', async () => {
    const of = instanceOf(studyOf(HEAD), 'CT');
    for (const operation of [
      'retrieveStudyMetadata',
      'retrieveSeriesMetadata',
      'retrieveInstanceMetadata',
    ] as const) {
      const found = await ours.dataSets(operation, of);
      const direct = await theirs.dataSets(operation, of);
      const expected: unknown = JSON.parse(
        JSON.stringify(direct).replaceAll(gateway.archive.url, `${gateway.url}/dicom-web`),
      );
      expect(found).toEqual(expected);
    }
  });

  test.each([
    ['the pixels of an image', HEAD, 'CT'],
    ['the waveform of an ECG, which is within a sequence', undefined, 'ECG'],
    ['the document of a PDF', undefined, 'DOC'],
  ])('links to %s, which come', async (_what, description, modality) => {
    const study = demoStudies().find(
      ({ attributes, series }) =>
        series.some((one) => one.modality === modality) &&
        (description === undefined || attributes.StudyDescription === description),
    );
    if (study === undefined) throw new Error('no such study');
    const of = instanceOf(study, modality);
    const [metadata] = await ours.dataSets('retrieveInstanceMetadata', of);
    const [uri, ...more] = bulkDataIn(metadata ?? {});
    expect(more).toEqual([]);
    const options = { BulkDataURI: uri ?? '' };
    const direct = options.BulkDataURI.replace(`${gateway.url}/dicom-web`, gateway.archive.url);
    const found = digests(await ours.parts('retrieveBulkData', options));
    expect(found).toEqual(digests(await theirs.parts('retrieveBulkData', { BulkDataURI: direct })));
    expect(found).toHaveLength(1);
  });
});

describe('retrievals', () => {
  test.each([
    ['retrieveInstance', 1],
    ['retrieveSeries', 10],
    ['retrieveStudy', 10],
  ] as const)('%s brings the files, byte for byte', async (operation, count) => {
    const of = instanceOf(studyOf(BRAIN), 'CT');
    const found = await ours.parts(operation, of);
    expect(found.map((file) => file.toString('latin1', 128, 132))).toEqual(
      Array.from({ length: count }, () => 'DICM'),
    );
    expect(digests(found)).toEqual(digests(await theirs.parts(operation, of)));
  });

  test('of frames bring as many bytes as the metadata says, frame by frame', async () => {
    const of = instanceOf(studyOf(ECHO), 'US');
    const [metadata] = await ours.dataSets('retrieveInstanceMetadata', of);
    expect(Number(valueOf(metadata, '00280008'))).toBeGreaterThan(3);
    const frames = await ours.parts('retrieveInstanceFrames', { ...of, frameNumbers: [1, 3] });
    expect(frames.map(({ length }) => length)).toEqual(
      [1, 1].map(() => frameBytes(metadata ?? {})),
    );
    expect(frames[0]?.equals(frames[1] ?? Buffer.alloc(0))).toBe(false);
  });

  test.each([
    ['retrieveInstanceRendered', {}, 'ffd8ff'],
    ['retrieveInstanceRendered', { mediaTypes: [{ mediaType: 'image/png' }] }, '89504e'],
    ['retrieveInstanceRendered', { queryParams: { viewport: '64,64' } }, 'ffd8ff'],
    ['retrieveInstanceThumbnail', {}, 'ffd8ff'],
    ['retrieveInstanceFramesRendered', { frameNumbers: [1], queryParams: {} }, 'ffd8ff'],
  ] as const)('%s with %j brings an image', async (operation, options, signature) => {
    const of = instanceOf(studyOf(HEAD), 'CT');
    const [image] = await ours.parts(operation, { ...of, ...options });
    expect(image?.toString('hex', 0, 3)).toBe(signature);
  });
});
