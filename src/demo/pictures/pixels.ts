import { sceneOf, type Scene, type SceneName } from './scenes';

// Taken out of Math once: these run for every pixel, and a look-up of a global is slow inside Jest.
const { max, min, round } = Math;

/**
 * The pixel data of all frames of a picture, as native Explicit VR Little Endian stores it (PS3.5 8.1.1).
 *
 * @param position where in the scene, 0 to 1
 */
export function pixelData(name: SceneName, position: number): Buffer {
  const scene = sceneOf(name);
  const frames = Array.from({ length: scene.frames }, (_, frame) =>
    frameBytes(scene, position, frame),
  );
  return Buffer.concat(frames);
}

/** The stored values of one frame, counted from 0. */
export function frameData(name: SceneName, position: number, frame: number): Buffer {
  return frameBytes(sceneOf(name), position, frame);
}

function frameBytes(scene: Scene, position: number, frame: number): Buffer {
  const values = scene.paint(position, frame);
  const bytes = Buffer.alloc(values.length * scene.bytesPerSample);
  values.forEach((value, index) => {
    const stored = min(scene.maximum, max(0, round(value - scene.intercept)));
    if (scene.bytesPerSample === 2) bytes.writeUInt16LE(stored, index * 2);
    else bytes.writeUInt8(stored, index);
  });
  return bytes;
}
