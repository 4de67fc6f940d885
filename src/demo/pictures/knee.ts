import { canvas, clouds, grain, mapPixels, type Canvas } from './canvas';
import { paintCut, type Palette, type Solid } from './solids';

type Tissue = 'air' | 'fat' | 'muscle' | 'cortex' | 'marrow' | 'cartilage' | 'tendon' | 'fluid';

/** Proton-density contrast of the knee phantom, in arbitrary units. */
const PROTON_DENSITY: Palette<Tissue> = {
  air: 4,
  fat: 900,
  muscle: 330,
  cortex: 60,
  marrow: 760,
  cartilage: 520,
  tendon: 70,
  fluid: 820,
};

const SOLIDS: readonly Solid<Tissue>[] = [
  { tissue: 'fat', at: [0, -0.9, 0], radius: [0.72, 1.5, 1.3] },
  { tissue: 'fat', at: [0, 0.9, 0], radius: [0.66, 1.5, 1.3] },
  { tissue: 'muscle', at: [0.36, -0.7, 0], radius: [0.25, 0.8, 1.1], angle: 0.1, wave: [0.03, 5] },
  {
    tissue: 'muscle',
    at: [0.38, 0.75, 0],
    radius: [0.23, 0.75, 1.1],
    angle: -0.05,
    wave: [0.03, 5],
  },
  { tissue: 'muscle', at: [-0.45, -0.85, 0], radius: [0.12, 0.6, 1.0], angle: -0.12 },
  { tissue: 'cortex', at: [-0.06, -0.85, 0], radius: [0.24, 0.8, 1.0] },
  { tissue: 'cartilage', at: [-0.02, -0.2, 0], radius: [0.4, 0.33, 1.1] },
  { tissue: 'cortex', at: [-0.02, -0.22, 0], radius: [0.365, 0.3, 1.08] },
  { tissue: 'marrow', at: [-0.06, -0.85, 0], radius: [0.21, 0.8, 0.98] },
  { tissue: 'marrow', at: [-0.02, -0.22, 0], radius: [0.345, 0.28, 1.05] },
  { tissue: 'cortex', at: [-0.04, 0.95, 0], radius: [0.24, 0.75, 1.0] },
  { tissue: 'cartilage', at: [0, 0.2, 0], radius: [0.4, 0.1, 1.1] },
  { tissue: 'cortex', at: [0, 0.33, 0], radius: [0.39, 0.2, 1.08] },
  { tissue: 'marrow', at: [0, 0.34, 0], radius: [0.37, 0.18, 1.05] },
  { tissue: 'marrow', at: [-0.04, 0.95, 0], radius: [0.21, 0.75, 0.98] },
  { tissue: 'tendon', at: [-0.28, 0.13, 0.1], radius: [0.1, 0.04, 0.9], angle: 0.15 },
  { tissue: 'tendon', at: [0.27, 0.12, 0.1], radius: [0.11, 0.045, 0.9], angle: -0.15 },
  { tissue: 'tendon', at: [0.02, 0.02, 0.0], radius: [0.045, 0.22, 0.3], angle: 0.6 },
  { tissue: 'fluid', at: [0.4, -0.02, -0.2], radius: [0.06, 0.16, 0.5], angle: 0.2 },
  { tissue: 'cortex', at: [-0.52, -0.2, 0], radius: [0.125, 0.24, 0.75], angle: 0.06 },
  { tissue: 'marrow', at: [-0.52, -0.2, 0], radius: [0.105, 0.22, 0.72], angle: 0.06 },
  { tissue: 'cartilage', at: [-0.415, -0.2, 0], radius: [0.025, 0.18, 0.6] },
  { tissue: 'tendon', at: [-0.5, 0.3, 0], radius: [0.035, 0.34, 0.6], angle: -0.28 },
  { tissue: 'tendon', at: [-0.53, -0.7, 0], radius: [0.035, 0.38, 0.6], angle: -0.05 },
];

/** Paints a sagittal cut of the knee, from one side (position 0) to the other (1). */
export function paintKnee(size: number, position: number): Canvas {
  const target = canvas(size, size, PROTON_DENSITY.air);
  paintCut(target, SOLIDS, PROTON_DENSITY, -0.85 + position * 1.7);
  const seed = Math.round(position * 1000);
  mapPixels(target, (value, x, y) => {
    const texture = value > 20 ? clouds(x / 3, y / 3, seed) * 26 : 0;
    return value + texture + grain(x, y, seed) * 14;
  });
  return target;
}
