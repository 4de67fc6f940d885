import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import type { DemoStudy } from '../../src/demo/model';
import { demoStudies } from '../../src/demo/studies';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';
import { startAuthority, type Authority } from '../security/authority';
import { bulkDataIn, frameBytes, uidsOf, valueOf, valuesOf, type DataSet } from './library';
import { openOhif, type Ohif, type OhifSettings } from './ohif';
import { openPage, type Page } from './page';
import { studyOf, studyWith } from './studies';

/*
 * OHIF's data source behaviour (its requests replayed), from a page of another origin, in front of the demo archive:
 * the study list, a study opened, its frames, bulk data and thumbnails.
 */

const ORIGIN = 'https://viewer.example';
const CORS = { CORS_ORIGINS: ORIGIN };

let archive: DemoArchive;
let authority: Authority;

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  authority = await startAuthority();
});

afterAll(async () => {
  await authority.close();
  await archive.close();
});

const MODES = [
  ['where nobody signs in', {}, 'nobody', {}],
  [
    'where users sign in, with its defaults for Orthanc',
    { AUTH_MODE: 'jwt' },
    'user',
    { omitQuotationForMultipartRequest: true },
  ],
  [
    'where users sign in, with quotes and a transfer syntax',
    { AUTH_MODE: 'jwt' },
    'user',
    { requestTransferSyntaxUID: '1.2.840.10008.1.2.1', supportsFuzzyMatching: true },
  ],
  [
    'where users sign in, with its own defaults',
    { AUTH_MODE: 'jwt' },
    'user',
    {
      singlepart: 'bulkdata,video',
      supportsWildcard: true,
      omitQuotationForMultipartRequest: true,
    },
  ],
] as const satisfies readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  string,
  OhifSettings,
])[];

describe.each(MODES)('%s', (_circumstance, env, who, settings) => {
  let gateway: Running;
  let page: Page;
  let ohif: Ohif;
  let root: string;

  beforeAll(async () => {
    gateway = await startGateway(archive.url, { ...CORS, ...authority.env, ...env });
    root = `${gateway.url}/dicom-web`;
    page = openPage(ORIGIN);
    const token = await authority.sign({ scope: 'user/*.rs', sub: 'a-doctor' });
    ohif = openOhif(page, root, who === 'nobody' ? '' : `Bearer ${token}`, settings);
  });

  afterAll(() => gateway.close());

  const instancePath = (one: DataSet) => {
    const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = uidsOf(one);
    return `/studies/${studyInstanceUID}/series/${seriesInstanceUID}/instances/${sopInstanceUID}`;
  };

  /** The metadata of a series, as it is loaded when its study is opened. */
  async function metadataOf(study: DemoStudy, modality: string): Promise<DataSet[]> {
    const listed = await ohif.seriesToLoad(study.uid);
    const series = listed.find((one) => valueOf(one, '00080060') === modality);
    return ohif.seriesMetadata(study.uid, valueOf(series, '0020000E'));
  }

  test('the study list has every study, with what its columns show', async () => {
    const found = await ohif.listStudies();
    expect(found).toHaveLength(demoStudies().length);
    const { uid, patient, series } = studyOf('A-2024-0312');
    const row = found.find((one) => valueOf(one, '0020000D') === uid);
    const shown = ['00100010', '00100020', '00080020', '00080050', '00081030', '00201208'].map(
      (tag) => valueOf(row, tag),
    );
    const instances = series.reduce((sum, one) => sum + one.instances.length, 0);
    expect(shown).toEqual([
      patient.name,
      patient.id,
      '20240312',
      'A-2024-0312',
      'CT Schädel nativ',
      String(instances),
    ]);
    expect(valuesOf(row ?? {}, '00080061').sort()).toEqual(['CT', 'KO', 'SR']);
  });

  test.each([
    [{ patientId: 'P-1001' }, 3],
    [{ accessionNumber: 'A-2024-0312' }, 1],
    [{ studyDescription: 'Echocardiography' }, 1],
    [{ modalitiesInStudy: ['US'] }, 2],
    [{ startDate: '20240101', endDate: '20240331' }, 5],
    [{ patientId: 'nobody' }, 0],
    [{ offset: 100 }, 0],
  ])('the list filtered by %j is right', async (filter, count) => {
    expect(await ohif.listStudies(filter)).toHaveLength(count);
  });

  test('a row that is opened shows the series', async () => {
    const { uid, series } = studyOf('A-2024-0312');
    const found = await ohif.listSeries(uid);
    const tags = ['0020000D', '0020000E', '00080060', '00200011', '00201209'];
    expect(found.map((one) => tags.map((tag) => valueOf(one, tag)))).toEqual(
      series.map((one) => [uid, one.uid, one.modality, `${one.number}`, `${one.instances.length}`]),
    );
  });

  test('a study that is opened loads the metadata of each series, or of the one that a link names', async () => {
    const { uid, series } = studyOf('A-2024-0520');
    const listed = await ohif.seriesToLoad(uid);
    for (const each of listed) {
      const one = series.find((other) => other.uid === valueOf(each, '0020000E'));
      const metadata = await ohif.seriesMetadata(uid, one?.uid ?? '');
      expect(metadata.map((instance) => valueOf(instance, '00080018')).sort()).toEqual(
        one?.instances.map((instance) => instance.uid).sort(),
      );
    }
    expect(listed).toHaveLength(series.length);
    const second = series[1]?.uid ?? '';
    const named = await ohif.seriesToLoad(uid, second);
    expect(named.map((one) => valueOf(one, '0020000E'))).toEqual([second]);
  });

  test('without lazy loading the metadata of the study comes at once', async () => {
    const { uid, series } = studyOf('900100');
    const found = await ohif.studyMetadata(uid);
    expect(found).toHaveLength(series.flatMap(({ instances }) => instances).length);
  });

  test('frames come as the metadata says, single and of a multi-frame, with their transfer syntax', async () => {
    const [slice] = await metadataOf(studyOf('900100'), 'CT');
    const [film] = await metadataOf(studyOf('B-2024-618'), 'US');
    if (slice === undefined || film === undefined) throw new Error('no metadata');
    const last = Number(valueOf(film, '00280008'));
    expect(last).toBeGreaterThan(1);
    for (const [metadata, frame] of [
      [slice, 1] as const,
      [film, 1] as const,
      [film, last] as const,
    ]) {
      const { contentType, pixels } = await ohif.frame(uidsOf(metadata), frame);
      expect(contentType).toContain('transfer-syntax=1.2.840.10008.1.2.1');
      expect(pixels).toHaveLength(frameBytes(metadata));
    }
  });

  test.each([
    ['DOC', '%PDF'],
    ['ECG', undefined],
  ])('the bulk data of %s comes from the URI in the metadata', async (modality, start) => {
    const [metadata] = await metadataOf(studyWith(modality), modality);
    const [uri = ''] = bulkDataIn(metadata ?? {});
    expect(uri).toMatch(new RegExp(`^${root}/studies/`));
    const found = await ohif.bulkData(uri);
    expect(found.length).toBeGreaterThan(500);
    if (start !== undefined) expect(found.toString('latin1', 0, start.length)).toBe(start);
  });

  test.each(['thumbnail', 'rendered'])(
    '%s of an instance, series and study is a JPEG',
    async (view) => {
      const [metadata] = await metadataOf(studyOf('900100'), 'CT');
      const [study = '', series = ''] = instancePath(metadata ?? {}).split(
        /(?=\/series|\/instances)/,
      );
      for (const path of [instancePath(metadata ?? {}), study + series, study]) {
        const byLibrary = await ohif.thumbnail(`${path}/${view}`);
        const fetched = await ohif.fetchedThumbnail(`${path}/${view}`);
        expect(byLibrary.toString('hex', 0, 3)).toBe('ffd8ff');
        expect(fetched.status).toBe(200);
        expect(fetched.headers.get('Content-Type')).toBe('image/jpeg');
      }
    },
  );

  test('a credential and a quoted Accept are asked about first, and nothing else is', () => {
    const asks = who !== 'nobody' || !('omitQuotationForMultipartRequest' in settings);
    expect(page.preflights.length > 0).toBe(asks);
  });
});

describe('where the archive matches lists, as its dialect says', () => {
  const MODALITIES = { '1.2.1': 'CR', '1.2.2': 'US', '1.2.3': 'CT' };
  let lists: FakeArchive;
  let gateway: Running;
  let ohif: Ohif;

  beforeAll(async () => {
    const studies = Object.entries(MODALITIES).map(([uid, ModalitiesInStudy]) =>
      held(uid, { ModalitiesInStudy }),
    );
    lists = await startFakeArchive(holding(studies));
    gateway = await startGateway(lists.url, { ...CORS, PACS_DIALECT: 'dcm4chee' });
    ohif = openOhif(openPage(ORIGIN), `${gateway.url}/dicom-web`, '', {});
  });

  afterAll(async () => {
    await gateway.close();
    await lists.close();
  });

  test.each([
    ['several modalities', { modalitiesInStudy: ['CR', 'US'] }],
    ['the studies that a link names', { studyInstanceUid: ['1.2.1', '1.2.2'] }],
  ])('the list can be of %s', async (_what, filter) => {
    const found = await ohif.listStudies(filter);
    expect(found.map((one) => valueOf(one, '0020000D'))).toEqual(['1.2.1', '1.2.2']);
  });
});
