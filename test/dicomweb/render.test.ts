import { decode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import { demoStudies } from '../../src/demo/studies';
import { createRenderer, type FileRenderer } from '../../src/render/renderer';
import { get } from './wire';

/* The gateway's own rendering, against that of the demo archive: by other code, of the same file. */

let archive: DemoArchive;
let renderer: FileRenderer;
let path: string;
let file: Buffer;

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  renderer = createRenderer({ maxBytes: 10_000_000, timeoutMs: 20_000 });
  const study = demoStudies().find(({ series }) => series[0]?.modality === 'CT');
  const [series] = study?.series ?? [];
  path = `${archive.url}/studies/${study?.uid ?? ''}/series/${series?.uid ?? ''}/instances/${series?.instances[0]?.uid ?? ''}`;
  file = (await get(path, { Accept: 'application/dicom' })).body;
}, 30_000);

afterAll(async () => {
  renderer.close();
  await archive.close();
});

/** The mean difference of two images, in steps of 255. */
function difference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length);
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
  return sum / one.length;
}

test('shows what the archive shows', async () => {
  const theirs = PNG.sync.read((await get(`${path}/rendered`, { Accept: 'image/png' })).body);
  const ours = await renderer.render(file, { frame: 1, type: 'image/png' });
  const image = PNG.sync.read(ours ?? Buffer.alloc(0));
  expect([image.width, image.height]).toEqual([theirs.width, theirs.height]);
  expect(difference(image.data, theirs.data)).toBeLessThan(1.5);
}, 30_000);

test('shows the window that is asked for', async () => {
  const [bright, dark] = await Promise.all([
    renderer.render(file, { frame: 1, type: 'image/png', window: [-2000, 100] }),
    renderer.render(file, { frame: 1, type: 'image/png', window: [5000, 100] }),
  ]);
  const level = (bytes: Buffer | undefined) => PNG.sync.read(bytes ?? Buffer.alloc(0)).data[0];
  expect([level(bright), level(dark)]).toEqual([255, 0]);
});

test('fits into a viewport in its proportions, and is never enlarged', async () => {
  const small = await renderer.render(file, { frame: 1, type: 'image/jpeg', viewport: [64, 32] });
  const { width, height } = decode(small ?? Buffer.alloc(0));
  expect(Math.max(width / 64, height / 32)).toBe(1);
  const large = await renderer.render(file, {
    frame: 1,
    type: 'image/png',
    viewport: [9000, 9000],
  });
  const full = await renderer.render(file, { frame: 1, type: 'image/png' });
  expect(large).toEqual(full);
});

test('is undefined for what is no image, for a frame that is not there, and for a larger file', async () => {
  expect(
    await renderer.render(Buffer.from('no DICOM'), { frame: 1, type: 'image/png' }),
  ).toBeUndefined();
  expect(await renderer.render(file, { frame: 99, type: 'image/png' })).toBeUndefined();
  const none = createRenderer({ maxBytes: 0, timeoutMs: 1000 });
  expect(await none.render(file, { frame: 1, type: 'image/png' })).toBeUndefined();
});

test('that takes too long is given up, and the next is made all the same', async () => {
  const hasty = createRenderer({ maxBytes: 10_000_000, timeoutMs: 1 });
  expect(await hasty.render(file, { frame: 1, type: 'image/png' })).toBeUndefined();
  hasty.close();
  expect(await renderer.render(file, { frame: 1, type: 'image/png' })).toBeDefined();
});
