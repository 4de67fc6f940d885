// Taken out of Math once: these run for every pixel, and a look-up of a global is slow inside Jest.
const { abs, atan2, cos, floor, imul, max, min, sin, sqrt } = Math;

/** A picture being painted: one value a pixel in the unit of its modality, rows from top to bottom. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * An ellipse, or its outline. Lengths and positions are in half picture heights from the centre, x to
 * the right and y downward; `angle` is clockwise in radians.
 */
export interface Ellipse {
  readonly at: readonly [x: number, y: number];
  readonly radius: readonly [x: number, y: number];
  readonly value: number;
  readonly angle?: number;
  /** Adds the value to what is there, as projections do, instead of replacing it. */
  readonly add?: boolean;
  /** Width over which the border fades; a pixel unless given. */
  readonly soft?: number;
  /** Paints the outline only, this thick. */
  readonly ring?: number;
  /** Makes the border uneven: relative amplitude and number of waves around it. */
  readonly wave?: readonly [amplitude: number, count: number];
}

/** A canvas filled with one value. */
export function canvas(width: number, height: number, value: number): Canvas {
  return { width, height, values: new Float32Array(width * height).fill(value) };
}

/** Paints an ellipse with a smooth border, looking only at the pixels near it. */
export function paintEllipse(target: Canvas, ellipse: Ellipse): void {
  const half = target.height / 2;
  const centre = target.width / 2;
  const reach = max(...ellipse.radius) * (1 + (ellipse.wave?.[0] ?? 0)) + (ellipse.ring ?? 0);
  const margin = (reach + (ellipse.soft ?? 0)) * half + 2;
  const [x, y] = [centre + ellipse.at[0] * half, half + ellipse.at[1] * half];
  const coverage = coverageOf(ellipse, 1 / half);
  for (let row = low(y - margin); row < min(target.height, y + margin); row++) {
    for (let column = low(x - margin); column < min(target.width, x + margin); column++) {
      const part = coverage((column + 0.5 - centre) / half, (row + 0.5 - half) / half);
      if (part > 0) blend(target.values, row * target.width + column, part, ellipse);
    }
  }
}

function low(value: number): number {
  return max(0, floor(value));
}

function blend(values: Float32Array, index: number, part: number, { value, add }: Ellipse): void {
  const before = values[index] ?? 0;
  values[index] = before + part * (add ? value : value - before);
}

/** How much of the pixel at a position the ellipse covers, from 0 to 1. */
function coverageOf(ellipse: Ellipse, pixel: number): (x: number, y: number) => number {
  const { at, angle = 0, ring, wave } = ellipse;
  const [cosine, sine] = [cos(angle), sin(angle)];
  const [rx, ry] = ellipse.radius;
  const scale = min(rx, ry);
  const edge = max(ellipse.soft ?? 0, pixel);
  return (px, py) => {
    const [dx, dy] = [px - at[0], py - at[1]];
    const [u, v] = [(dx * cosine + dy * sine) / rx, (dy * cosine - dx * sine) / ry];
    const border = wave ? 1 + unevenness(wave, atan2(v, u)) : 1;
    const outside = (sqrt(u * u + v * v) - border) * scale;
    const distance = ring === undefined ? outside : abs(outside) - ring / 2;
    return min(1, max(0, 0.5 - distance / edge));
  };
}

function unevenness([amplitude, count]: readonly [number, number], angle: number): number {
  const folds = sin(count * angle) + 0.6 * sin((1.7 * count + 1) * angle + 1.3);
  return (amplitude * folds) / 1.6;
}

/** Changes every pixel by what `change` makes of its value and its index. */
export function mapPixels(
  target: Canvas,
  change: (value: number, column: number, row: number) => number,
): void {
  for (let row = 0; row < target.height; row++) {
    for (let column = 0; column < target.width; column++) {
      const index = row * target.width + column;
      target.values[index] = change(target.values[index] ?? 0, column, row);
    }
  }
}

/** Noise from -1 to 1 that depends on the position and the seed alone; nothing here is random. */
export function grain(x: number, y: number, seed: number): number {
  let hash = imul(x | 0, 0x1b873593) ^ imul(y | 0, 0x19d699a5) ^ imul(seed | 0, 0x2c1b3c6d);
  hash = imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x7fffffff - 1;
}

/** Noise from -1 to 1 that changes slowly: {@link grain} at whole positions, smooth in between. */
export function clouds(x: number, y: number, seed: number): number {
  const [column, row] = [floor(x), floor(y)];
  const [u, v] = [ease(x - column), ease(y - row)];
  const top = mix(grain(column, row, seed), grain(column + 1, row, seed), u);
  const bottom = mix(grain(column, row + 1, seed), grain(column + 1, row + 1, seed), u);
  return mix(top, bottom, v);
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
