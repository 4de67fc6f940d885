import { promisify } from 'node:util';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { demoStudies } from '../../src/demo/studies';
import type { DemoStudy } from '../../src/demo/model';
import { startDemo, type Demo } from '../gateway/demo';
import { startGateway } from '../gateway/running';
import { bodiesOf, partsOf } from './parts';
import { get } from './wire';

/* WADO-RS and QIDO-RS through the gateway, in front of the demo archive: the same bytes, and the same rows. */

let gateway: Demo;
let base: string;
const DICOM_PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*';

beforeAll(async () => {
  gateway = await startDemo();
  base = `${gateway.url}/dicom-web`;
});

afterAll(() => gateway.close());

const seriesPath = (study: DemoStudy, at = 0) => {
  const series = study.series[at];
  if (series === undefined) throw new Error('no such series');
  return `/studies/${study.uid}/series/${series.uid}`;
};
const instancePath = (study: DemoStudy, at = 0) =>
  `${seriesPath(study, at)}/instances/${study.series[at]?.instances[0]?.uid ?? ''}`;
const study = (): DemoStudy => {
  const [first] = demoStudies().filter(({ series }) => series.length > 1);
  if (first === undefined) throw new Error('the demo has no study of several series');
  return first;
};
const direct = (path: string, accept: string) =>
  get(gateway.archive.url + path, { Accept: accept });

describe('retrieving', () => {
  test.each([
    ['a study', () => `/studies/${study().uid}`],
    ['a series', () => seriesPath(study())],
    ['an instance', () => instancePath(study())],
  ])('%s gives the archive’s files byte for byte', async (_what, path) => {
    const theirs = await direct(path(), DICOM_PARTS);
    const ours = await get(base + path(), { Accept: DICOM_PARTS });
    expect(ours.status).toBe(200);
    const expected = bodiesOf(theirs.headers['content-type'] ?? '', theirs.body);
    expect(expected.length).toBeGreaterThan(0);
    expect(bodiesOf(ours.headers['content-type'] ?? '', ours.body)).toEqual(expected);
  });

  test.each([undefined, '*/*', 'application/dicom', 'text/html,*/*;q=0.8'])(
    'an instance for Accept %s is the single DICOM file, with its length and a name',
    async (accept) => {
      const path = instancePath(study());
      const ours = await get(base + path, accept === undefined ? {} : { Accept: accept });
      expect(ours.headers['content-type']).toBe('application/dicom');
      expect(ours.headers['content-disposition']).toMatch(/^attachment; filename="[\d.]+\.dcm"$/);
      expect(ours.body.equals((await direct(path, 'application/dicom')).body)).toBe(true);
    },
  );

  test('HEAD tells what GET would, without a body', async () => {
    const path = instancePath(study());
    const head = await get(base + path, {}, 'HEAD');
    const full = await get(base + path);
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    expect(head.headers['content-type']).toBe(full.headers['content-type']);
    expect(head.headers['content-length']).toBe(full.headers['content-length']);
  });

  test('frames, renderings, thumbnails and bulk data are the archive’s', async () => {
    const path = instancePath(study());
    const octets = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
    const theirs = await direct(`${path}/frames/1`, octets);
    const ours = await get(`${base}${path}/frames/1`);
    const [frame] = partsOf(ours.headers['content-type'] ?? '', ours.body);
    expect(frame?.body).toEqual(
      partsOf(theirs.headers['content-type'] ?? '', theirs.body)[0]?.body,
    );
    for (const view of [
      '/rendered',
      '/thumbnail',
      '/frames/1/rendered',
      '/rendered?viewport=64,64',
    ]) {
      const image = await get(base + path + view, { Accept: 'image/png' });
      expect(image.headers['content-type']).toBe('image/png');
      expect(image.body.equals((await direct(path + view, 'image/png')).body)).toBe(true);
    }
    const bulk = await get(`${base}${path}/bulkdata/7FE00010`, {
      Accept: 'application/octet-stream',
    });
    expect(bulk.status).toBe(200);
    expect(bulk.body.equals(frame?.body ?? Buffer.alloc(0))).toBe(true);
  });

  test.each(['', '/thumbnail'])('image/jpeg of %s at instance level is a JPEG', async (view) => {
    const image = await get(base + instancePath(study()) + view, { Accept: 'image/jpeg' });
    expect(image.headers['content-type']).toBe('image/jpeg');
    expect(image.body.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  });

  test.each(['study', 'series'])('a %s has a thumbnail', async (level) => {
    const path = level === 'study' ? `/studies/${study().uid}` : seriesPath(study());
    const image = await get(`${base}${path}/thumbnail`);
    expect(image.headers['content-type']).toBe('image/jpeg');
  });

  test.each([
    ['', 'application/pdf'],
    ['/metadata', 'application/dicom+xml'],
    ['/rendered', 'application/dicom'],
    ['/frames/1', 'text/plain'],
    ['', 'multipart/related; type="application/dicom"; transfer-syntax="1.2 x"'],
  ])('%s as %s is refused, naming what can be had', async (view, accept) => {
    const got = await get(base + instancePath(study()) + view, { Accept: accept });
    expect(got.status).toBe(406);
    expect(got.headers['content-type']).toMatch(/json/);
  });

  test('what is not there is an OperationOutcome, 404', async () => {
    for (const path of [
      '/studies/1.2.3',
      `/studies/${study().uid}/series/1.2`,
      `${instancePath(study())}9`,
    ]) {
      const got = await get(base + path);
      expect(got.status).toBe(404);
      expect(got.body.toString()).toMatch(/OperationOutcome/);
    }
  });

  test('nothing but GET and HEAD works', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const got = await get(base + instancePath(study()), {}, method);
      expect(got.status).toBe(405);
      expect(got.headers.allow).toBe('GET, HEAD');
    }
  });
});

describe('metadata', () => {
  test('has every link leading to the gateway, and each of them works', async () => {
    const got = await get(`${base}/studies/${study().uid}/metadata`);
    const text = got.body.toString();
    expect(got.headers['content-type']).toBe('application/dicom+json');
    expect(text).not.toContain(gateway.archive.url);
    const links = [...text.matchAll(/"BulkDataURI":"([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(links.length).toBeGreaterThan(0);
    expect(links.every((url) => url.startsWith(`${base}/studies/${study().uid}/`))).toBe(true);
    expect((await get(links[0] ?? '')).status).toBe(200);
  });

  test('is otherwise what the archive sent', async () => {
    const path = `${seriesPath(study())}/metadata`;
    const theirs = await direct(path, 'application/dicom+json');
    const ours = await get(base + path);
    const same = JSON.parse(
      theirs.body.toString().replaceAll(gateway.archive.url, base),
    ) as unknown;
    expect(JSON.parse(ours.body.toString())).toEqual(same);
  });
});

describe('a ZIP', () => {
  test('of a study holds every file, in folders of its series, without a name of the patient', async () => {
    const path = `/studies/${study().uid}`;
    const got = await get(base + path, { Accept: 'application/zip' });
    expect(got.headers['content-type']).toBe('application/zip');
    const files = await unzip(got.body);
    const theirs = await direct(path, DICOM_PARTS);
    const contents = files.map(({ content }) => content.toString('base64')).sort();
    expect(contents).toEqual(bodiesOf(theirs.headers['content-type'] ?? '', theirs.body));
    expect(files.every(({ name }) => /^\d{3}-[A-Z]+(-\d+)?\/\d{4}\.dcm$/.test(name))).toBe(true);
    expect(new Set(files.map(({ name }) => name.split('/')[0])).size).toBe(study().series.length);
  });

  test('of a series holds that series', async () => {
    const got = await get(base + seriesPath(study(), 1), { Accept: 'application/zip' });
    expect(await unzip(got.body)).toHaveLength(study().series[1]?.instances.length ?? 0);
  });
});

describe('searching', () => {
  const rows = async (path: string) => {
    const got = await get(base + path, { Accept: 'application/dicom+json' });
    if (got.status !== 200) throw new Error(got.body.toString());
    return JSON.parse(got.body.toString()) as Record<string, { Value?: unknown[] }>[];
  };

  test('lists the archive’s studies, with Retrieve URLs of the gateway', async () => {
    const found = await rows('/studies');
    const uids = found.map((row) => row['0020000D']?.Value?.[0]).sort();
    expect(uids).toEqual(
      demoStudies()
        .map(({ uid }) => uid)
        .sort(),
    );
    const urls = found.map((row) => String(row['00081190']?.Value?.[0]));
    expect(urls.every((url) => url.startsWith(`${base}/studies/`))).toBe(true);
  });

  test.each([
    [
      () =>
        `/studies?PatientID=${study().patient.id}&limit=10&fuzzymatching=false&includefield=00081030`,
    ],
    [() => `/studies?0020000D=${study().uid}`],
    [() => `/studies?StudyInstanceUID=${study().uid}&includefield=all`],
  ])('finds by keywords and by tags', async (path) => {
    const uids = (await rows(path())).map((row) => row['0020000D']?.Value?.[0]);
    expect(uids).toContain(study().uid);
  });

  test('lists series and instances of a study, however the study is named', async () => {
    const { uid, series } = study();
    const instances = series.reduce((sum, each) => sum + each.instances.length, 0);
    expect(await rows(`/studies/${uid}/series`)).toHaveLength(series.length);
    expect(await rows(`/series?StudyInstanceUID=${uid}`)).toHaveLength(series.length);
    expect(await rows(`/studies/${uid}/instances`)).toHaveLength(instances);
    expect(await rows(`/instances?StudyInstanceUID=${uid}`)).toHaveLength(instances);
    expect(await rows(`${seriesPath(study())}/instances`)).toHaveLength(
      series[0]?.instances.length ?? 0,
    );
  });

  test('nothing found is an empty list, 200', async () => {
    expect(await rows('/studies?PatientID=nobody')).toEqual([]);
  });

  test('pages by limit and offset, and says when there is more', async () => {
    const got = await get(`${base}/studies?limit=2&offset=1`);
    expect(JSON.parse(got.body.toString())).toHaveLength(2);
    expect(got.headers.warning).toMatch(/^299 /);
  });

  test.each([
    ['/studies?Bogus=1', 400],
    ['/studies?SOPInstanceUID=1.2', 400],
    ['/studies?StudyInstanceUID=1.2.*', 400],
    ['/studies?limit=abc', 400],
    ['/studies?StudyDate=yesterday', 400],
    ['/studies?PatientID=a&PatientID=b', 400],
    ['/patients', 404],
  ])('%s is refused', async (path, status) => {
    expect((await get(base + path)).status).toBe(status);
  });
});

test('in mode direct there is no /dicom-web, and URLs lead to the archive', async () => {
  const direct = await startGateway(gateway.archive.url, { WADO_MODE: 'direct' });
  expect((await get(`${direct.url}/dicom-web/studies`)).status).toBe(404);
  const got = await direct.get(`ImagingStudy/${study().uid}`);
  expect(got.text).toContain(`${gateway.archive.url}/studies/${study().uid}`);
  await direct.close();
});

test('the URLs of FHIR answers work as they are', async () => {
  const got = await gateway.get(`ImagingStudy/${study().uid}`);
  const urls = [...got.text.matchAll(/"url":"(http[^"]+\/dicom-web\/[^"]+)"/g)].map(
    ([, url]) => url ?? '',
  );
  expect(urls.length).toBeGreaterThan(2);
  for (const url of urls.slice(0, 5)) expect((await get(url)).status).toBe(200);
});

async function unzip(bytes: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const zip = await promisify<Buffer, object, ZipFile>(fromBuffer)(bytes, { lazyEntries: true });
  const files: { name: string; content: Buffer }[] = [];
  return new Promise((resolve, reject) => {
    zip.on('error', reject).on('end', () => resolve(files));
    zip.on('entry', (entry: Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) {
          reject(error);
          return;
        }
        const chunks: Buffer[] = [];
        stream
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            files.push({ name: entry.fileName, content: Buffer.concat(chunks) });
            zip.readEntry();
          });
      });
    });
    zip.readEntry();
  });
}
