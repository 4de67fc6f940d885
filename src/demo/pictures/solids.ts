import { paintEllipse, type Canvas } from './canvas';

/** An ellipsoid of one tissue. Positions and radii as in Ellipse, the third axis running down the stack. */
export interface Solid<Tissue extends string> {
  readonly tissue: Tissue;
  readonly at: readonly [x: number, y: number, z: number];
  readonly radius: readonly [x: number, y: number, z: number];
  readonly angle?: number;
  readonly wave?: readonly [amplitude: number, count: number];
  readonly soft?: number;
}

/** What a modality shows of each tissue. */
export type Palette<Tissue extends string> = Readonly<Record<Tissue, number>>;

/** Paints the cut through a phantom at height `z` (-1 to 1), later solids over earlier ones. */
export function paintCut<Tissue extends string>(
  target: Canvas,
  solids: readonly Solid<Tissue>[],
  palette: Palette<Tissue>,
  z: number,
): void {
  for (const solid of solids) {
    const height = (z - solid.at[2]) / solid.radius[2];
    if (Math.abs(height) >= 1) continue;
    const shrink = Math.sqrt(1 - height * height);
    paintEllipse(target, {
      at: [solid.at[0], solid.at[1]],
      radius: [solid.radius[0] * shrink, solid.radius[1] * shrink],
      value: palette[solid.tissue],
      ...(solid.angle === undefined ? {} : { angle: solid.angle }),
      ...(solid.wave === undefined ? {} : { wave: solid.wave }),
      ...(solid.soft === undefined ? {} : { soft: solid.soft }),
    });
  }
}

/** The solid and its mirror image on the other side of the body. */
export function both<Tissue extends string>(solid: Solid<Tissue>): readonly Solid<Tissue>[] {
  const [x, y, z] = solid.at;
  const mirrored = { ...solid, at: [-x, y, z] as const };
  return [solid, solid.angle === undefined ? mirrored : { ...mirrored, angle: -solid.angle }];
}
