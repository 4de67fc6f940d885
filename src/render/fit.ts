import type { Pixels } from './job';

/** Scales an image down into a viewport, in its proportions, by the mean of what falls on one pixel. */
export function fit(image: Pixels, [widest, highest]: readonly [number, number]): Pixels {
  const scale = Math.min(widest / image.width, highest / image.height, 1);
  if (scale === 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++) {
    const rows = stretch(y, height, image.height);
    for (let x = 0; x < width; x++) {
      const columns = stretch(x, width, image.width);
      for (let channel = 0; channel < 3; channel++) {
        data[(y * width + x) * 4 + channel] = mean(image, columns, rows, channel);
      }
    }
  }
  return { width, height, data };
}

/** The source pixels, from and to, that become the one at a place. */
function stretch(at: number, size: number, source: number): readonly [number, number] {
  const from = Math.floor((at * source) / size);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * source) / size))];
}

function mean(
  { data, width }: Pixels,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
  channel: number,
): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) sum += data[(y * width + x) * 4 + channel] ?? 0;
  }
  return Math.round(sum / ((right - left) * (bottom - top)));
}
