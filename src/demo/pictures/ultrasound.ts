import {
  canvas,
  clouds,
  grain,
  mapPixels,
  paintEllipse,
  type Canvas,
  type Ellipse,
} from './canvas';

// Taken out of Math once: these run for every pixel, and a look-up of a global is slow inside Jest.
const { abs, atan2, cos, hypot, round } = Math;

const OPENING = 0.72;
const APEX_Y = -1.02;
const DEPTH = 1.94;

/** A beating heart from its apex: four chambers, walls and moving valves. `phase` runs from 0 to 1. */
export function paintHeartbeat(size: number, phase: number): Canvas {
  const squeeze = 0.5 - 0.5 * cos(2 * Math.PI * phase);
  const narrow = 1 - 0.32 * squeeze;
  const open = 0.45 * (1 - squeeze);
  return paintSector(size, round(phase * 1000), [
    { at: [0, -0.05], radius: [0.52, 0.8], value: 150, soft: 0.05 },
    {
      at: [0.21, -0.2],
      radius: [0.19 * narrow, 0.43 * (1 - 0.12 * squeeze)],
      value: 8,
      soft: 0.05,
      angle: 0.06,
    },
    {
      at: [-0.2, -0.14],
      radius: [0.14 * narrow, 0.36 * (1 - 0.1 * squeeze)],
      value: 10,
      soft: 0.05,
      angle: -0.12,
    },
    { at: [0.21, 0.46], radius: [0.18 * (2 - narrow) * 0.85, 0.2], value: 8, soft: 0.05 },
    { at: [-0.2, 0.44], radius: [0.18 * (2 - narrow) * 0.85, 0.2], value: 8, soft: 0.05 },
    {
      at: [0.14, 0.22 - open * 0.14],
      radius: [0.09, 0.012],
      value: 225,
      soft: 0.025,
      angle: 0.3 - open * 2.2,
    },
    {
      at: [0.3, 0.22 - open * 0.14],
      radius: [0.09, 0.012],
      value: 225,
      soft: 0.025,
      angle: -0.3 + open * 2.2,
    },
    {
      at: [-0.13, 0.24 - open * 0.12],
      radius: [0.08, 0.012],
      value: 210,
      soft: 0.025,
      angle: -0.3 + open * 2,
    },
    {
      at: [-0.27, 0.24 - open * 0.12],
      radius: [0.08, 0.012],
      value: 210,
      soft: 0.025,
      angle: 0.3 - open * 2,
    },
  ]);
}

/** A liver with vessels, a gallbladder and the diaphragm behind it. */
export function paintLiver(size: number, position: number): Canvas {
  const turn = position * 0.3;
  return paintSector(size, 31 + round(position * 10), [
    { at: [0, 0.1], radius: [1.2, 0.86], value: 105, soft: 0.04 },
    { at: [0.1, 0.72], radius: [1.1, 0.5], value: 225, soft: 0.03, ring: 0.035, angle: -0.1 },
    { at: [0.28 + turn, 0.02], radius: [0.14, 0.26], value: 5, soft: 0.025, angle: 0.5 },
    { at: [0.4 + turn, 0.42], radius: [0.1, 0.24], value: 60, add: true, soft: 0.15, angle: -0.3 },
    { at: [-0.25, 0.05], radius: [0.3, 0.035], value: 12, soft: 0.03, angle: 0.55 + turn },
    { at: [-0.12, 0.34], radius: [0.05, 0.05], value: 10, soft: 0.02 },
    { at: [-0.38, 0.3], radius: [0.2, 0.025], value: 14, soft: 0.03, angle: -0.5 },
    {
      at: [-0.25, 0.01],
      radius: [0.3, 0.02],
      value: 60,
      add: true,
      soft: 0.02,
      ring: 0.03,
      angle: 0.55 + turn,
    },
  ]);
}

/** Paints shapes as a sector probe sees them: speckle along the beams, and black beside the fan. */
function paintSector(size: number, seed: number, shapes: readonly Ellipse[]): Canvas {
  const target = canvas(size, size, 60);
  for (const shape of shapes) paintEllipse(target, shape);
  const half = size / 2;
  mapPixels(target, (value, column, row) => {
    const [x, y] = [(column + 0.5 - half) / half, (row + 0.5 - half) / half - APEX_Y];
    const [depth, angle] = [hypot(x, y), atan2(x, y)];
    if (depth > DEPTH || depth < 0.07 || abs(angle) > OPENING) return 0;
    const speckle =
      1 + 0.55 * clouds(angle * 75, depth * 85, seed) + 0.25 * grain(column, row, seed);
    const gain = 1.1 - 0.3 * depth + (depth < 0.16 ? 0.7 : 0);
    return value * speckle * gain + 6;
  });
  return target;
}
