import { promisify } from 'node:util';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import { generateStudies } from '../../src/demo/studies';
import { get } from '../dicomweb/wire';
import { startGateway, type Running } from '../gateway/running';

/* A ZIP whose directory is larger than any buffer on its way comes to its end, as that of a long CT. */

const INSTANCES = 1500;
const studies = generateStudies(1, INSTANCES, { seriesPerStudy: 3 });

let archive: DemoArchive;
let gateway: Running;

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0, studies });
  gateway = await startGateway(archive.url);
});

afterAll(async () => {
  await gateway.close();
  await archive.close();
});

test('the ZIP of a study of many instances is whole and has all of them', async () => {
  const url = `${gateway.url}/dicom-web/studies/${studies[0]?.uid ?? ''}`;
  const { whole, body } = await get(url, { Accept: 'application/zip' });
  expect(whole).toBe(true);
  expect(await entriesOf(body)).toHaveLength(INSTANCES);
}, 30_000);

/** The entries of the directory at a ZIP's end, as an unpacking program reads it. */
async function entriesOf(zip: Buffer): Promise<string[]> {
  const open = promisify<Buffer, ZipFile | undefined>(fromBuffer);
  const file = await open(zip);
  if (file === undefined) throw new Error('no ZIP');
  const names: string[] = [];
  file.on('entry', ({ fileName }: Entry) => names.push(fileName));
  await new Promise((resolve, reject) => file.on('end', resolve).on('error', reject));
  return names;
}
