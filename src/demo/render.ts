import { encode as encodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { Refusal } from './answer';
import { scalars } from './dictionary';
import { valueOf, type InstanceEntry } from './holdings';
import type { Picture } from './model';
import { frameData } from './pictures/pixels';
import { sceneOf, type Scene } from './pictures/scenes';

// Taken out of Math once: these run for every pixel, and a look-up of a global is slow inside Jest.
const { floor, max, min, round } = Math;

/** An image ready to be encoded: four bytes a pixel. */
interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** A largest size in pixels; the picture keeps its proportions within it. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** The consumer formats this archive renders to (PS3.18 8.7.3.1.1). */
export type ImageType = 'image/jpeg' | 'image/png';

const JPEG_QUALITY = 90;

/**
 * Reads the viewport parameter, `width,height` (PS3.18 8.3.5.1.3).
 *
 * @throws Refusal 400 for anything else
 */
export function readViewport(text: string | null): Viewport | undefined {
  if (text === null) return undefined;
  const match = /^(\d{1,4}),(\d{1,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (width > 0 && height > 0) return { width, height };
  throw new Refusal(400, 'viewport is a width and a height, for example viewport=256,256');
}

/** Renders one frame, counted from 1, through the window the instance asks for (PS3.18 10.4.1.1.3). */
export function render(
  entry: InstanceEntry,
  picture: Picture,
  frame: number,
  type: ImageType,
  viewport: Viewport | undefined,
): Buffer {
  const full = toRgba(entry, picture, frame);
  const image = viewport ? fit(full, viewport) : full;
  if (type === 'image/jpeg') return encodeJpeg(image, JPEG_QUALITY).data;
  const png = new PNG({ width: image.width, height: image.height });
  image.data.copy(png.data);
  return PNG.sync.write(png, { colorType: 2 });
}

function toRgba(entry: InstanceEntry, { scene: name, position }: Picture, frame: number): Rgba {
  const scene = sceneOf(name);
  const stored = frameData(name, position, frame - 1);
  const shade = scene.samples === 1 ? grayShade(entry, scene) : (value: number) => value;
  const data = Buffer.alloc(scene.rows * scene.columns * 4, 255);
  for (let pixel = 0; pixel < scene.rows * scene.columns; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const index = scene.samples === 1 ? pixel : pixel * 3 + channel;
      const value =
        scene.bytesPerSample === 2 ? stored.readUInt16LE(index * 2) : stored.readUInt8(index);
      data.writeUInt8(shade(value), pixel * 4 + channel);
    }
  }
  return { width: scene.columns, height: scene.rows, data };
}

/** The linear window of PS3.3 C.11.2.1.2.1, from stored value to 0 to 255. */
function grayShade(entry: InstanceEntry, scene: Scene): (stored: number) => number {
  const center = firstNumber(entry, 'WindowCenter') ?? scene.maximum / 2;
  const width = firstNumber(entry, 'WindowWidth') ?? scene.maximum;
  return (stored) => {
    const part = (stored + scene.intercept - (center - 0.5)) / (width - 1) + 0.5;
    return round(min(1, max(0, part)) * 255);
  };
}

function firstNumber(
  entry: InstanceEntry,
  name: 'WindowCenter' | 'WindowWidth',
): number | undefined {
  const [value] = scalars(valueOf(entry, name));
  return value === undefined ? undefined : Number(value);
}

/** Scales an image into the viewport, averaging what falls on one pixel. */
function fit(image: Rgba, viewport: Viewport): Rgba {
  const scale = min(viewport.width / image.width, viewport.height / image.height);
  const width = max(1, round(image.width * scale));
  const height = max(1, round(image.height * scale));
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const area = [x / width, (x + 1) / width, y / height, (y + 1) / height] as const;
        data.writeUInt8(average(image, area, channel), (y * width + x) * 4 + channel);
      }
    }
  }
  return { width, height, data };
}

function average(
  image: Rgba,
  [x0, x1, y0, y1]: readonly [number, number, number, number],
  channel: number,
): number {
  const [left, top] = [floor(x0 * image.width), floor(y0 * image.height)];
  const right = max(left + 1, floor(x1 * image.width));
  const bottom = max(top + 1, floor(y1 * image.height));
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++)
      sum += image.data.readUInt8((y * image.width + x) * 4 + channel);
  }
  return round(sum / ((right - left) * (bottom - top)));
}
