import { canvas, clouds, grain, mapPixels, type Canvas } from './canvas';
import { both, paintCut, type Palette, type Solid } from './solids';

type Tissue =
  | 'air'
  | 'skin'
  | 'fat'
  | 'bone'
  | 'marrow'
  | 'csf'
  | 'gray'
  | 'white'
  | 'falx'
  | 'eye'
  | 'lens'
  | 'lesion'
  | 'edema';

/** What an acquisition shows of the head. */
export interface HeadContrast {
  readonly palette: Palette<Tissue>;
  readonly noise: number;
  readonly texture: number;
}

/** The contrasts of the head phantom: Hounsfield units, and arbitrary units of three MR weightings. */
export const HEAD = {
  ct: {
    palette: {
      air: -1000,
      skin: 45,
      fat: -85,
      bone: 1150,
      marrow: 500,
      csf: 6,
      gray: 39,
      white: 30,
      falx: 58,
      eye: 14,
      lens: 75,
      lesion: 68,
      edema: 20,
    },
    noise: 3.5,
    texture: 1.5,
  },
  t1: {
    palette: {
      air: 4,
      skin: 420,
      fat: 950,
      bone: 40,
      marrow: 560,
      csf: 130,
      gray: 430,
      white: 660,
      falx: 200,
      eye: 160,
      lens: 330,
      lesion: 330,
      edema: 380,
    },
    noise: 14,
    texture: 22,
  },
  t2: {
    palette: {
      air: 4,
      skin: 320,
      fat: 560,
      bone: 30,
      marrow: 330,
      csf: 1000,
      gray: 520,
      white: 350,
      falx: 120,
      eye: 980,
      lens: 220,
      lesion: 620,
      edema: 780,
    },
    noise: 14,
    texture: 22,
  },
  flair: {
    palette: {
      air: 4,
      skin: 340,
      fat: 620,
      bone: 30,
      marrow: 340,
      csf: 70,
      gray: 500,
      white: 390,
      falx: 150,
      eye: 80,
      lens: 180,
      lesion: 720,
      edema: 860,
    },
    noise: 16,
    texture: 24,
  },
} satisfies Record<string, HeadContrast>;

const SOLIDS: readonly Solid<Tissue>[] = [
  { tissue: 'skin', at: [0, -0.84, -0.72], radius: [0.1, 0.13, 0.3] },
  ...both<Tissue>({
    tissue: 'skin',
    at: [0.73, 0.1, -0.6],
    radius: [0.05, 0.13, 0.25],
    angle: 0.3,
  }),
  { tissue: 'skin', at: [0, 0, -0.25], radius: [0.73, 0.89, 1.3] },
  { tissue: 'fat', at: [0, 0, -0.25], radius: [0.715, 0.875, 1.28] },
  { tissue: 'bone', at: [0, 0, -0.25], radius: [0.69, 0.85, 1.25], wave: [0.006, 5] },
  { tissue: 'marrow', at: [0, 0, -0.25], radius: [0.665, 0.825, 1.215] },
  { tissue: 'bone', at: [0, 0, -0.25], radius: [0.65, 0.81, 1.2] },
  { tissue: 'csf', at: [0, 0.01, -0.25], radius: [0.625, 0.785, 1.17] },
  {
    tissue: 'gray',
    at: [0, 0.01, -0.25],
    radius: [0.605, 0.765, 1.14],
    wave: [0.025, 31],
    soft: 0.02,
  },
  ...both<Tissue>({
    tissue: 'white',
    at: [0.265, 0.01, 0.02],
    radius: [0.235, 0.57, 0.76],
    wave: [0.1, 19],
    soft: 0.03,
  }),
  { tissue: 'white', at: [0, 0.0, 0.1], radius: [0.16, 0.36, 0.32], soft: 0.04 },
  ...both<Tissue>({
    tissue: 'gray',
    at: [0.27, -0.05, 0.02],
    radius: [0.1, 0.2, 0.2],
    angle: -0.25,
    soft: 0.03,
  }),
  ...both<Tissue>({
    tissue: 'gray',
    at: [0.13, 0.1, 0.0],
    radius: [0.085, 0.13, 0.16],
    angle: 0.3,
    soft: 0.03,
  }),
  ...both<Tissue>({
    tissue: 'csf',
    at: [0.13, -0.22, 0.18],
    radius: [0.055, 0.22, 0.24],
    angle: -0.32,
  }),
  ...both<Tissue>({ tissue: 'csf', at: [0.17, 0.26, 0.2], radius: [0.06, 0.24, 0.22], angle: 0.3 }),
  { tissue: 'csf', at: [0, 0.03, -0.05], radius: [0.022, 0.16, 0.2] },
  ...both<Tissue>({
    tissue: 'white',
    at: [0.26, 0.46, -0.78],
    radius: [0.19, 0.16, 0.28],
    wave: [0.16, 15],
    soft: 0.03,
  }),
  { tissue: 'white', at: [0, 0.14, -0.65], radius: [0.14, 0.12, 0.45], soft: 0.03 },
  { tissue: 'csf', at: [0, 0.3, -0.62], radius: [0.07, 0.05, 0.16] },
  { tissue: 'falx', at: [0, -0.48, 0.25], radius: [0.008, 0.28, 0.75] },
  { tissue: 'falx', at: [0, 0.56, 0.25], radius: [0.008, 0.2, 0.75] },
  { tissue: 'edema', at: [0.33, 0.2, 0.36], radius: [0.2, 0.23, 0.26], wave: [0.1, 7], soft: 0.05 },
  { tissue: 'lesion', at: [0.34, 0.2, 0.36], radius: [0.115, 0.14, 0.17], wave: [0.09, 5] },
  ...both<Tissue>({
    tissue: 'bone',
    at: [0.4, -0.02, -0.82],
    radius: [0.32, 0.09, 0.14],
    angle: 0.45,
  }),
  ...both<Tissue>({ tissue: 'bone', at: [0.55, 0.18, -0.85], radius: [0.12, 0.16, 0.22] }),
  ...both<Tissue>({
    tissue: 'air',
    at: [0.56, 0.19, -0.88],
    radius: [0.07, 0.1, 0.15],
    wave: [0.3, 9],
  }),
  ...both<Tissue>({
    tissue: 'bone',
    at: [0.3, -0.58, -0.8],
    radius: [0.23, 0.26, 0.26],
    angle: -0.2,
  }),
  ...both<Tissue>({ tissue: 'fat', at: [0.3, -0.6, -0.8], radius: [0.2, 0.25, 0.24], angle: -0.2 }),
  ...both<Tissue>({ tissue: 'eye', at: [0.31, -0.68, -0.8], radius: [0.15, 0.15, 0.19] }),
  ...both<Tissue>({ tissue: 'lens', at: [0.31, -0.79, -0.8], radius: [0.07, 0.03, 0.07] }),
  ...both<Tissue>({
    tissue: 'gray',
    at: [0.24, -0.43, -0.8],
    radius: [0.02, 0.14, 0.05],
    angle: -0.4,
  }),
  { tissue: 'bone', at: [0, -0.52, -0.9], radius: [0.11, 0.29, 0.24] },
  ...both<Tissue>({
    tissue: 'air',
    at: [0.045, -0.52, -0.9],
    radius: [0.035, 0.23, 0.2],
    wave: [0.12, 7],
  }),
  { tissue: 'air', at: [0, -0.78, -0.42], radius: [0.16, 0.05, 0.14], wave: [0.12, 5] },
];

/** Paints an axial cut of the head, from the skull base (position 0) to the vertex (1). */
export function paintHead(size: number, contrast: HeadContrast, position: number): Canvas {
  const target = canvas(size, size, contrast.palette.air);
  const z = -0.92 + position * 1.84;
  paintCut(target, SOLIDS, contrast.palette, z);
  const seed = Math.round(position * 1000);
  const background = contrast.palette.air + 1;
  mapPixels(target, (value, x, y) => {
    const texture = value > background ? clouds(x / 5, y / 5, seed) * contrast.texture : 0;
    return value + texture + grain(x, y, seed) * contrast.noise;
  });
  return target;
}
