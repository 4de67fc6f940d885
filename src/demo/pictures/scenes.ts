import type { Attributes } from '../dictionary';
import { canvas, mapPixels, type Canvas } from './canvas';
import { HEAD, paintHead } from './head';
import { paintKnee } from './knee';
import { paintProjection, PROJECTIONS } from './projections';
import { TORSO, paintTorso } from './torso';
import { paintHeartbeat, paintLiver } from './ultrasound';

/** A kind of picture: its Image Pixel module (PS3.3 C.7.6.3) and how its values come about. */
export interface Scene {
  readonly attributes: Attributes;
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  readonly bytesPerSample: 1 | 2;
  readonly maximum: number;
  /** Stored value = value - intercept (PS3.3 C.11.1.1.2, with slope 1). */
  readonly intercept: number;
  readonly frames: number;
  /** The values of one frame, from 0, in the unit of the modality; three a pixel when in colour. */
  readonly paint: (position: number, frame: number) => Float32Array;
}

const SLICE = 256;
const RADIOGRAPH = 512;
const HEARTBEAT_FRAMES = 24;
const TINY = 8;

/** THE TABLE of scenes. */
const SCENES = {
  headCt: ct((position) => paintHead(SLICE, HEAD.ct, position), 40, 90),
  torsoCt: ct((position) => paintTorso(SLICE, TORSO.ct, position), 40, 400),
  headT1: gray(SLICE, 12, 1, [430, 860], (position) => paintHead(SLICE, HEAD.t1, position)),
  headT2: gray(SLICE, 12, 1, [500, 1000], (position) => paintHead(SLICE, HEAD.t2, position)),
  headFlair: gray(SLICE, 12, 1, [430, 860], (position) => paintHead(SLICE, HEAD.flair, position)),
  torsoT2: gray(SLICE, 12, 1, [420, 840], (position) => paintTorso(SLICE, TORSO.t2, position)),
  kneePd: gray(SLICE, 12, 1, [480, 960], (position) => paintKnee(SLICE, position)),
  chestPa: radiograph(PROJECTIONS.chest, 11, 1450, 2700),
  chestLateral: radiograph(PROJECTIONS.chestLateral, 12, 1450, 2800),
  kneeAp: radiograph(PROJECTIONS.knee, 13, 1400, 2700),
  heartbeat: gray(SLICE, 8, HEARTBEAT_FRAMES, [128, 256], (_, frame) =>
    paintHeartbeat(SLICE, frame / HEARTBEAT_FRAMES),
  ),
  liver: gray(SLICE, 8, 1, [128, 256], (position) => paintLiver(SLICE, position)),
  perfusion: colour(SLICE, (position) => paintHead(SLICE, HEAD.t2, position), 900),
  tiny: gray(TINY, 12, 1, [512, 1024], (position) => ramp(position)),
} satisfies Record<string, Scene>;

/** The name of a scene. */
export type SceneName = keyof typeof SCENES;

/** The scene of that name; typed as the table's rows rather than as one of them. */
export function sceneOf(name: SceneName): Scene {
  return SCENES[name];
}

type Painter = (position: number, frame: number) => Canvas;

function ct(paint: Painter, center: number, width: number): Scene {
  const scene = gray(SLICE, 12, 1, [center, width], paint);
  const rescale: Attributes = { RescaleIntercept: -1024, RescaleSlope: 1, RescaleType: 'HU' };
  return { ...scene, intercept: -1024, attributes: { ...scene.attributes, ...rescale } };
}

function radiograph(
  shapes: (typeof PROJECTIONS)[keyof typeof PROJECTIONS],
  seed: number,
  center: number,
  width: number,
): Scene {
  return gray(RADIOGRAPH, 12, 1, [center, width], () => paintProjection(RADIOGRAPH, shapes, seed));
}

function gray(
  size: number,
  bits: 8 | 12,
  frames: number,
  [center, width]: readonly [number, number],
  paint: Painter,
): Scene {
  const allocated = bits === 8 ? 8 : 16;
  const several: Attributes = frames > 1 ? { NumberOfFrames: frames } : {};
  return {
    ...square(size, 1, bits),
    bytesPerSample: bits === 8 ? 1 : 2,
    frames,
    attributes: {
      ...pixelModule(size, allocated, bits),
      ...several,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      WindowCenter: center,
      WindowWidth: width,
    },
    paint: (position, frame) => paint(position, frame).values,
  };
}

function colour(size: number, paint: Painter, top: number): Scene {
  return {
    ...square(size, 3, 8),
    bytesPerSample: 1,
    frames: 1,
    attributes: {
      ...pixelModule(size, 8, 8),
      SamplesPerPixel: 3,
      PlanarConfiguration: 0,
      PhotometricInterpretation: 'RGB',
    },
    paint: (position, frame) => heat(paint(position, frame).values, top),
  };
}

function square(size: number, samples: 1 | 3, bits: number) {
  return { rows: size, columns: size, samples, maximum: 2 ** bits - 1, intercept: 0 };
}

function pixelModule(size: number, allocated: number, stored: number): Attributes {
  return {
    Rows: size,
    Columns: size,
    BitsAllocated: allocated,
    BitsStored: stored,
    HighBit: stored - 1,
    PixelRepresentation: 0,
  };
}

/** A colour map from black through blue, green and yellow to red. */
function heat(values: Float32Array, top: number): Float32Array {
  const colours = new Float32Array(values.length * 3);
  values.forEach((value, index) => {
    const level = Math.min(1, Math.max(0, value / top));
    const hue = (shift: number) => Math.max(0, Math.min(1, 1.5 - Math.abs(4 * level - shift)));
    const shade = Math.min(1, level * 6) * 255;
    colours.set([hue(3) * shade, hue(2) * shade, hue(1) * shade], index * 3);
  });
  return colours;
}

function ramp(position: number): Canvas {
  const target = canvas(TINY, TINY, 0);
  mapPixels(target, (_, x, y) => (x + y) * 64 * (0.5 + position / 2));
  return target;
}
