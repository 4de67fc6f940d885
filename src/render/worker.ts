import { parentPort } from 'node:worker_threads';
import { DicomImage, NativePixelDecoder, WindowLevel } from 'dcmjs-imaging';
import { encode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { fit } from './fit';
import type { Job, Pixels, Rendered } from './job';

/*
 * The thread that renders; see renderer.ts.
 */

const JPEG_QUALITY = 90;
const ready = NativePixelDecoder.initializeAsync();

async function render(job: Job): Promise<Rendered> {
  await ready;
  try {
    const image = draw(job);
    const fitted = job.viewport ? fit(image, job.viewport) : image;
    return encodeAs(job.type, fitted);
  } catch {
    // Whatever a decoder thinks of a file, the caller can only know that it does not render it.
    return undefined;
  }
}

function draw({ file, frame, window }: Job): Pixels {
  const copy = new Uint8Array(file).buffer;
  const image = new DicomImage(copy);
  const { width, height, pixels } = image.render({
    frame: frame - 1,
    ...(window && { windowLevel: new WindowLevel(window[1], window[0]) }),
  });
  return { width, height, data: Buffer.from(pixels) };
}

function encodeAs(type: Job['type'], image: Pixels): Uint8Array {
  if (type === 'image/jpeg') return encode(image, JPEG_QUALITY).data;
  const png = new PNG({ width: image.width, height: image.height });
  image.data.copy(png.data);
  return PNG.sync.write(png, { colorType: 2 });
}

parentPort?.on('message', (job: Job) => {
  void render(job).then((rendered) => parentPort?.postMessage(rendered));
});
