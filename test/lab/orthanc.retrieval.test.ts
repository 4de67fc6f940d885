import { isDeepStrictEqual } from 'node:util';
import { bodiesOf, partsOf } from '../dicomweb/parts';
import { get, type Wire } from '../dicomweb/wire';
import { startGateway, type Running } from '../gateway/running';
import { lab } from './support/archive';
import { inParallel } from './support/parallel';

/*
 * What a real archive holds comes through the gateway byte for byte, and its metadata, frames, renderings and bulk data
 * with it.
 */

type Row = Readonly<Record<string, { readonly Value?: readonly unknown[] }>>;

const DICOM_PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*';
let gateway: Running;
let direct: string;
let ours: string;
let instances: readonly string[];

beforeAll(async () => {
  const { orthanc } = lab();
  gateway = await startGateway(`${orthanc}/dicom-web`);
  direct = `${orthanc}/dicom-web`;
  ours = `${gateway.url}/dicom-web`;
  instances = (await rowsOf(`${direct}/instances`)).map(
    (row) =>
      `/studies/${uidOf(row, '0020000D')}/series/${uidOf(row, '0020000E')}/instances/${uidOf(row, '00080018')}`,
  );
}, 120_000);

afterAll(() => gateway.close());

const uidOf = (row: Row, tag: string) => String(row[tag]?.Value?.[0]);
const rowsOf = async (url: string) =>
  JSON.parse((await get(url, { Accept: 'application/dicom+json' })).body.toString()) as Row[];
const upTo = (level: string) => [
  ...new Set(instances.map((path) => path.split(`/${level}/`)[0] ?? '')),
];
const filesOf = ({ headers, body }: Wire) => bodiesOf(headers['content-type'] ?? '', body);

/** Paths whose files differ from those that Orthanc gives itself; one that it does not give must not be given. */
async function differing(paths: readonly string[]): Promise<string[]> {
  const found = await inParallel(paths, async (path) => {
    const theirs = await get(direct + path, { Accept: DICOM_PARTS });
    const mine = await get(ours + path, { Accept: DICOM_PARTS });
    if (theirs.status !== 200) return mine.status === 200 ? [path] : [];
    const same = mine.whole && filesOf(mine).join() === filesOf(theirs).join();
    return same ? [] : [`${path} ${mine.status}`];
  });
  return found.flat();
}

describe('the files of a real Orthanc come byte for byte', () => {
  test('by study', async () => {
    const studies = upTo('series');
    expect(studies.length).toBeGreaterThan(100);
    expect(await differing(studies)).toEqual([]);
  }, 300_000);

  test('by series', async () => {
    expect(await differing(upTo('instances'))).toEqual([]);
  }, 300_000);

  test('by instance, as the only part and as a file', async () => {
    const some = instances.filter((_path, at) => at % 7 === 0);
    expect(await differing(some)).toEqual([]);
    const wrong = await inParallel(some, async (path) => {
      const theirs = await get(direct + path, { Accept: DICOM_PARTS });
      const mine = await get(ours + path, { Accept: 'application/dicom' });
      if (theirs.status !== 200) return mine.status === 200 ? [path] : [];
      return mine.whole && mine.body.equals(fileOf(theirs)) ? [] : [path];
    });
    expect(wrong.flat()).toEqual([]);
  }, 300_000);
});

/** Manifests hold Retrieve URLs of other archives within, which the gateway leaves out. */
function leadsHere(tag: string, element: unknown): unknown {
  return tag !== '00081190' || JSON.stringify(element).includes(ours) ? element : undefined;
}

function fileOf({ headers, body }: Wire): Buffer {
  const [only, ...more] = partsOf(headers['content-type'] ?? '', body);
  if (only === undefined || more.length > 0) throw new Error('not one file');
  return only.body;
}

test('metadata is the same but for its links, which all lead to the gateway and work', async () => {
  const series = upTo('instances').filter((_path, at) => at % 3 === 0);
  const wrong = await inParallel(series, async (path) => {
    const theirs = await get(`${direct}${path}/metadata`, { Accept: 'application/dicom+json' });
    const mine = await get(`${ours}${path}/metadata`);
    if (theirs.status !== 200) return mine.status === 200 ? [path] : [];
    const expected = theirs.body.toString().replace(/http:\/\/127\.0\.0\.1\/dicom-web/g, ours);
    const same = isDeepStrictEqual(
      JSON.parse(mine.body.toString()),
      JSON.parse(expected, leadsHere),
    );
    return same ? [] : [path];
  });
  expect(wrong.flat()).toEqual([]);
  const texts = await inParallel(series.slice(0, 40), async (path) =>
    (await get(`${ours}${path}/metadata`)).body.toString(),
  );
  const links = texts.flatMap((text) =>
    [...text.matchAll(/"BulkDataURI":"([^"]+)"/g)].map(([, url]) => url ?? ''),
  );
  expect(links.length).toBeGreaterThan(20);
  const broken = await inParallel(links.slice(0, 60), async (url) => {
    const mine = await get(url);
    const theirs = await get(url.replace(ours, direct));
    return filesOf(mine).join() === filesOf(theirs).join() ? [] : [`${url} ${mine.status}`];
  });
  expect(broken.flat()).toEqual([]);
}, 300_000);

test('what Orthanc renders comes as it renders it, and what it does not the gateway renders or says so', async () => {
  const some = upTo('instances').map(
    (series) => instances.find((path) => path.startsWith(series)) ?? '',
  );
  const outcomes = await inParallel(some, async (path) => {
    const theirs = await get(`${direct}${path}/rendered`, { Accept: 'image/png' });
    const mine = await get(`${ours}${path}/rendered`, { Accept: 'image/png' });
    if (theirs.status === 200) return mine.body.equals(theirs.body) ? 'same' : `differs ${path}`;
    if (mine.status === 200) return isPng(mine.body) ? 'made here' : `no image ${path}`;
    return [406, 404].includes(mine.status)
      ? 'refused'
      : `${mine.status} for ${theirs.status} ${path}`;
  });
  const counts = new Map<string, number>();
  for (const each of outcomes) counts.set(each, (counts.get(each) ?? 0) + 1);
  expect([...counts.keys()].sort()).toEqual(['made here', 'refused', 'same']);
  expect(counts.get('same') ?? 0).toBeGreaterThan(20);
}, 300_000);

test('studies and series of images have thumbnails whether Orthanc makes them or not', async () => {
  const outcomes = await inParallel(upTo('series').slice(0, 60), async (path) => {
    const mine = await get(`${ours}${path}/thumbnail`);
    return mine.status === 200 ? mine.headers['content-type'] : String(mine.status);
  });
  expect(outcomes.filter((each) => each === 'image/jpeg').length).toBeGreaterThan(30);
  expect(
    outcomes.filter((each) => each !== 'image/jpeg' && each !== '406' && each !== '404'),
  ).toEqual([]);
}, 300_000);

test('QIDO-RS below the gateway lists the studies, series and instances that Orthanc has', async () => {
  const theirs = (await rowsOf(`${direct}/studies`)).map((row) => uidOf(row, '0020000D')).sort();
  const mine = (await rowsOf(`${ours}/studies?limit=1000`))
    .map((row) => uidOf(row, '0020000D'))
    .sort();
  expect(mine).toEqual(theirs);
  const wrong = await inParallel(upTo('series').slice(0, 50), async (study) => {
    const [here, there] = [
      await rowsOf(`${ours}${study}/instances`),
      await rowsOf(`${direct}${study}/instances`),
    ];
    const uids = (rows: readonly Row[]) =>
      rows
        .map((row) => uidOf(row, '00080018'))
        .sort()
        .join();
    return uids(here) === uids(there) ? [] : [study];
  });
  expect(wrong.flat()).toEqual([]);
}, 300_000);

function isPng(bytes: Buffer): boolean {
  return bytes.subarray(1, 4).toString() === 'PNG';
}
