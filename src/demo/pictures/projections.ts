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
const { cos, max, sin } = Math;

const NOISE = 14;

/** What X-rays meet on their way through a chest from behind; the picture is brighter where they are stopped. */
const CHEST: readonly Ellipse[] = [
  { at: [0, 0.75], radius: [0.86, 1.45], value: 1450, add: true, soft: 0.16 },
  { at: [0, -1.0], radius: [0.24, 0.5], value: 420, add: true, soft: 0.2 },
  ...sides({ at: [0.78, -0.55], radius: [0.26, 0.3], value: 700, add: true, soft: 0.2 }),
  ...sides({
    at: [0.42, -0.05],
    radius: [0.33, 0.68],
    value: -1020,
    add: true,
    soft: 0.13,
    angle: -0.13,
  }),
  ...chestRibs(),
  ...sides({
    at: [0.4, -0.66],
    radius: [0.36, 0.035],
    value: 330,
    add: true,
    soft: 0.03,
    angle: -0.2,
  }),
  ...sides({ at: [0.86, -0.45], radius: [0.1, 0.1], value: 330, add: true, soft: 0.05 }),
  { at: [0, -0.1], radius: [0.12, 1.2], value: 260, add: true, soft: 0.08 },
  ...vertebrae(),
  { at: [0.16, 0.22], radius: [0.34, 0.31], value: 620, add: true, soft: 0.06, angle: 0.5 },
  { at: [0.11, -0.3], radius: [0.1, 0.13], value: 340, add: true, soft: 0.05 },
  ...sides({
    at: [0.17, -0.08],
    radius: [0.09, 0.16],
    value: 240,
    add: true,
    soft: 0.1,
    angle: -0.3,
  }),
  { at: [-0.42, 0.86], radius: [0.46, 0.36], value: 850, add: true, soft: 0.05, angle: 0.1 },
  { at: [0.44, 0.92], radius: [0.44, 0.36], value: 800, add: true, soft: 0.05, angle: -0.1 },
  { at: [0.42, 0.72], radius: [0.14, 0.07], value: -480, add: true, soft: 0.05 },
  { at: [0, -0.82], radius: [0.035, 0.42], value: -330, add: true, soft: 0.04 },
  { at: [-0.47, -0.2], radius: [0.065, 0.06], value: 260, add: true, soft: 0.03, wave: [0.1, 5] },
];

/** The chest from the side: spine behind, heart and breastbone in front. */
const CHEST_LATERAL: readonly Ellipse[] = [
  { at: [0, 0.5], radius: [0.68, 1.45], value: 1500, add: true, soft: 0.15 },
  { at: [0.08, -1.0], radius: [0.25, 0.4], value: 500, add: true, soft: 0.2 },
  { at: [0.02, -0.02], radius: [0.5, 0.72], value: -950, add: true, soft: 0.14, angle: 0.12 },
  { at: [-0.18, 0.28], radius: [0.26, 0.36], value: 640, add: true, soft: 0.07, angle: -0.4 },
  { at: [0.02, -0.28], radius: [0.11, 0.1], value: 280, add: true, soft: 0.07 },
  { at: [-0.53, -0.1], radius: [0.03, 0.55], value: 430, add: true, soft: 0.04, angle: -0.15 },
  ...Array.from({ length: 11 }, (_, index): Ellipse => ({
    at: [0.44 - cos(index * 0.32) * 0.09, -0.85 + index * 0.175],
    radius: [0.1, 0.07],
    value: 430,
    add: true,
    soft: 0.04,
  })),
  ...Array.from({ length: 8 }, (_, index): Ellipse => ({
    at: [0.05, -0.62 + index * 0.17],
    radius: [0.56, 0.3],
    value: 120,
    add: true,
    soft: 0.02,
    ring: 0.035,
    angle: 0.7,
  })),
  { at: [0.02, 0.98], radius: [0.62, 0.42], value: 900, add: true, soft: 0.06, angle: 0.1 },
];

/** A knee from the front. */
const KNEE: readonly Ellipse[] = [
  { at: [0, -0.2], radius: [0.56, 1.6], value: 900, add: true, soft: 0.2 },
  { at: [0, -0.85], radius: [0.17, 0.75], value: 780, add: true, soft: 0.05 },
  { at: [0, -0.85], radius: [0.15, 0.75], value: 230, add: true, soft: 0.03, ring: 0.05 },
  ...sides({ at: [0.16, -0.14], radius: [0.2, 0.19], value: 560, add: true, soft: 0.04 }),
  { at: [0, -0.3], radius: [0.27, 0.24], value: 330, add: true, soft: 0.12 },
  { at: [0.02, -0.26], radius: [0.15, 0.17], value: 270, add: true, soft: 0.05 },
  ...sides({ at: [0.17, 0.17], radius: [0.2, 0.1], value: 620, add: true, soft: 0.04 }),
  { at: [0, 0.3], radius: [0.28, 0.2], value: 420, add: true, soft: 0.1 },
  { at: [0, 0.95], radius: [0.16, 0.72], value: 700, add: true, soft: 0.05 },
  { at: [0, 0.95], radius: [0.14, 0.72], value: 240, add: true, soft: 0.03, ring: 0.05 },
  { at: [0.33, 0.85], radius: [0.055, 0.58], value: 520, add: true, soft: 0.03 },
  { at: [0.33, 0.33], radius: [0.08, 0.09], value: 380, add: true, soft: 0.04 },
];

/** The projections of this archive. */
export const PROJECTIONS = { chest: CHEST, chestLateral: CHEST_LATERAL, knee: KNEE } as const;

function sides(ellipse: Ellipse): readonly Ellipse[] {
  const at = [-ellipse.at[0], ellipse.at[1]] as const;
  return [
    ellipse,
    { ...ellipse, at, ...(ellipse.angle === undefined ? {} : { angle: -ellipse.angle }) },
  ];
}

function chestRibs(): readonly Ellipse[] {
  return Array.from({ length: 9 }, (_, index) => {
    const y = -0.55 + index * 0.155;
    const width = 0.24 + 0.17 * sin(0.5 + index * 0.22);
    return sides({
      at: [0.33 + index * 0.008, y],
      radius: [width, 0.125 + index * 0.006],
      value: 165,
      add: true,
      soft: 0.015,
      ring: 0.045,
      angle: 0.3,
    });
  }).flat();
}

function vertebrae(): readonly Ellipse[] {
  return Array.from({ length: 13 }, (_, index) => ({
    at: [0, -0.95 + index * 0.155] as const,
    radius: [0.1, 0.055] as const,
    value: 130,
    add: true,
    soft: 0.03,
  }));
}

/** Paints a radiograph: every shape adds to or takes from what stops the rays. */
export function paintProjection(size: number, shapes: readonly Ellipse[], seed: number): Canvas {
  const target = canvas(size, size, 120);
  for (const shape of shapes) paintEllipse(target, shape);
  mapPixels(target, (value, x, y) => {
    const marks = clouds(x / 9, y / 9, seed) * 22 + clouds(x / 3, y / 3, seed + 1) * 12;
    return max(60, value) + marks + grain(x, y, seed) * NOISE;
  });
  return target;
}
