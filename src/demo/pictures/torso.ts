import { canvas, clouds, grain, mapPixels, type Canvas } from './canvas';
import { both, paintCut, type Palette, type Solid } from './solids';

type Tissue =
  | 'air'
  | 'couch'
  | 'fat'
  | 'muscle'
  | 'lung'
  | 'vessel'
  | 'heart'
  | 'aorta'
  | 'bone'
  | 'cortex'
  | 'cord'
  | 'liver'
  | 'spleen'
  | 'kidney'
  | 'gut'
  | 'nodule';

/** What an acquisition shows of the torso. */
export interface TorsoContrast {
  readonly palette: Palette<Tissue>;
  readonly noise: number;
}

/** The contrasts of the torso phantom: contrast-enhanced CT in Hounsfield units, and T2-weighted MR. */
export const TORSO = {
  ct: {
    palette: {
      air: -1000,
      couch: -350,
      fat: -95,
      muscle: 55,
      lung: -860,
      vessel: 60,
      heart: 125,
      aorta: 230,
      bone: 280,
      cortex: 750,
      cord: 25,
      liver: 108,
      spleen: 122,
      kidney: 170,
      gut: 15,
      nodule: 40,
    },
    noise: 9,
  },
  t2: {
    palette: {
      air: 5,
      couch: 5,
      fat: 800,
      muscle: 190,
      lung: 30,
      vessel: 80,
      heart: 260,
      aorta: 60,
      bone: 420,
      cortex: 60,
      cord: 760,
      liver: 300,
      spleen: 520,
      kidney: 640,
      gut: 700,
      nodule: 480,
    },
    noise: 16,
  },
} satisfies Record<string, TorsoContrast>;

const VESSELS = 70;
const RIBS = 10;
const VERTEBRAE = 8;

const SOLIDS: readonly Solid<Tissue>[] = [
  { tissue: 'couch', at: [0, 1.32, 0], radius: [1.3, 0.62, 9] },
  { tissue: 'air', at: [0, 1.36, 0], radius: [1.3, 0.62, 9] },
  { tissue: 'fat', at: [0, 0.02, 0], radius: [0.95, 0.7, 4], wave: [0.008, 4] },
  { tissue: 'muscle', at: [0, 0.02, 0], radius: [0.88, 0.62, 4], wave: [0.01, 8] },
  ...both<Tissue>({ tissue: 'fat', at: [0.2, 0.56, 0], radius: [0.03, 0.035, 9] }),
  ...ribs(),
  ...both<Tissue>({
    tissue: 'lung',
    at: [0.43, 0.0, -0.4],
    radius: [0.35, 0.47, 0.95],
    angle: -0.12,
  }),
  ...vessels(),
  { tissue: 'nodule', at: [-0.5, 0.12, -0.35], radius: [0.055, 0.05, 0.09], wave: [0.15, 7] },
  { tissue: 'fat', at: [0.06, -0.18, -0.2], radius: [0.25, 0.3, 0.85], soft: 0.03 },
  {
    tissue: 'heart',
    at: [0.15, -0.17, -0.02],
    radius: [0.33, 0.25, 0.4],
    angle: 0.5,
    wave: [0.03, 3],
  },
  { tissue: 'muscle', at: [0.2, -0.14, -0.02], radius: [0.035, 0.2, 0.3], angle: 0.9, soft: 0.03 },
  { tissue: 'aorta', at: [-0.06, -0.12, -0.5], radius: [0.075, 0.075, 0.4] },
  { tissue: 'aorta', at: [0.03, 0.02, -0.62], radius: [0.17, 0.075, 0.1], angle: 0.7 },
  { tissue: 'aorta', at: [-0.14, -0.02, -0.5], radius: [0.045, 0.05, 0.6] },
  { tissue: 'air', at: [0, 0.04, -0.95], radius: [0.05, 0.05, 0.7] },
  ...both<Tissue>({
    tissue: 'air',
    at: [0.1, 0.08, -0.28],
    radius: [0.09, 0.035, 0.1],
    angle: 0.35,
  }),
  { tissue: 'muscle', at: [0.03, 0.17, 0], radius: [0.035, 0.025, 9] },
  { tissue: 'liver', at: [-0.32, -0.03, 0.85], radius: [0.52, 0.5, 0.62], wave: [0.02, 5] },
  { tissue: 'lung', at: [-0.62, 0.36, 0.3], radius: [0.14, 0.12, 0.35] },
  { tissue: 'vessel', at: [-0.3, 0.0, 0.85], radius: [0.2, 0.025, 0.14], angle: 0.4, soft: 0.02 },
  { tissue: 'gut', at: [0.36, -0.22, 0.82], radius: [0.28, 0.24, 0.42], wave: [0.04, 4] },
  { tissue: 'air', at: [0.36, -0.36, 0.82], radius: [0.17, 0.07, 0.3] },
  { tissue: 'spleen', at: [0.6, 0.16, 0.75], radius: [0.16, 0.27, 0.35], angle: -0.2 },
  ...both<Tissue>({
    tissue: 'kidney',
    at: [0.36, 0.3, 1.12],
    radius: [0.13, 0.17, 0.42],
    angle: 0.3,
  }),
  { tissue: 'aorta', at: [0.11, 0.24, 0], radius: [0.062, 0.062, 9] },
  ...spine(),
  { tissue: 'cortex', at: [0, -0.53, -0.3], radius: [0.1, 0.035, 0.7] },
  { tissue: 'bone', at: [0, -0.53, -0.3], radius: [0.085, 0.022, 0.68] },
];

/** Ribs run obliquely, so a cut meets each of them as a short piece somewhere along the chest wall. */
function ribs(): Solid<Tissue>[] {
  return Array.from({ length: RIBS * 7 }, (_, index) => {
    const rib = Math.floor(index / 7);
    const along = 0.35 + ((index % 7) / 6) * 2.25;
    const z = -1 + rib * 0.21 + along * 0.18;
    return both<Tissue>({
      tissue: 'cortex',
      at: [0.84 * Math.sin(along), 0.02 + 0.56 * Math.cos(along), z],
      radius: [0.12, 0.033, 0.085],
      angle: -along + 0.15,
    });
  }).flat();
}

function vessels(): Solid<Tissue>[] {
  return Array.from({ length: VESSELS }, (_, index) => {
    const [a, b, c] = [grain(index, 1, 77), grain(index, 2, 77), grain(index, 3, 77)];
    const centre = 1 - Math.abs(a);
    const thin = 0.008 + 0.022 * centre * centre;
    return both<Tissue>({
      tissue: 'vessel',
      at: [0.42 + a * 0.27, b * 0.36, -0.4 + c * 0.75],
      radius: [thin * (1.2 + centre), thin, 0.06 + 0.16 * Math.abs(b)],
      angle: a * 3,
    });
  }).flat();
}

function spine(): Solid<Tissue>[] {
  const bodies = Array.from({ length: VERTEBRAE }, (_, index): Solid<Tissue>[] => {
    const z = -0.95 + (index / (VERTEBRAE - 1)) * 1.9;
    return [
      { tissue: 'cortex', at: [0, 0.37, z], radius: [0.14, 0.115, 0.2] },
      { tissue: 'bone', at: [0, 0.37, z], radius: [0.128, 0.103, 0.19] },
      ...both<Tissue>({
        tissue: 'cortex',
        at: [0.12, 0.5, z],
        radius: [0.11, 0.028, 0.1],
        angle: 0.35,
      }),
      { tissue: 'cortex', at: [0, 0.62, z], radius: [0.022, 0.09, 0.11] },
    ];
  }).flat();
  return [
    ...bodies,
    { tissue: 'cortex', at: [0, 0.505, 0], radius: [0.085, 0.07, 9] },
    { tissue: 'fat', at: [0, 0.505, 0], radius: [0.062, 0.05, 9] },
    { tissue: 'cord', at: [0, 0.505, 0], radius: [0.04, 0.032, 9] },
  ];
}

/** Paints an axial cut of the torso, from the lung apices (position 0) to the kidneys (1). */
export function paintTorso(size: number, contrast: TorsoContrast, position: number): Canvas {
  const target = canvas(size, size, contrast.palette.air);
  paintCut(target, SOLIDS, contrast.palette, -0.95 + position * 1.9);
  const seed = Math.round(position * 1000);
  mapPixels(target, (value, x, y) => {
    const texture = clouds(x / 4, y / 4, seed) * 0.6 + grain(x, y, seed);
    return value + texture * contrast.noise;
  });
  return target;
}
