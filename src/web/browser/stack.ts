import { askJson } from './client';
import { at, items, number, text } from './json';
import type { ShownInstance } from './study';

/** One picture of a series: an instance, or one frame of it. */
export interface Picture {
  readonly instance: ShownInstance;
  /** From 1. */
  readonly frame: number;
  /** Frames that the instance has. */
  readonly frames: number;
  /** Path of the instance below the page. */
  readonly path: string;
}

/** Numbers of frames by SOP Instance UID. */
export type FrameCounts = ReadonlyMap<string, number>;

const NUMBER_OF_FRAMES = '00280008';
const SOP_INSTANCE_UID = '00080018';

/** Asks how many frames the instances of a series have (QIDO-RS); FHIR has no element for it. */
export async function askFrameCounts(
  seriesPath: string,
  signal: AbortSignal,
): Promise<FrameCounts> {
  const path = `${seriesPath}/instances?includefield=NumberOfFrames`;
  const rows = await askJson(path, 'application/dicom+json', signal);
  return new Map(
    items(rows).flatMap((row): [string, number][] => {
      const uid = text(items(at(row, SOP_INSTANCE_UID, 'Value'))[0]);
      const [count] = items(at(row, NUMBER_OF_FRAMES, 'Value'));
      return uid === undefined ? [] : [[uid, Number(number(count) ?? text(count) ?? 1)]];
    }),
  );
}

/** The pictures of a series in order; with no counts each instance is one picture. */
export function stackOf(
  seriesPath: string,
  instances: readonly ShownInstance[],
  counts: FrameCounts,
): Picture[] {
  return instances.flatMap((instance) => {
    const { uid } = instance;
    if (uid === undefined) return [];
    const frames = Math.max(1, counts.get(uid) ?? 1);
    const path = `${seriesPath}/instances/${uid}`;
    return Array.from({ length: frames }, (_, index) => ({
      instance,
      frame: index + 1,
      frames,
      path,
    }));
  });
}

/** Path of a picture as it is rendered. */
export function renderedPath({ path, frame, frames }: Picture, window: string | undefined): string {
  const view = frames > 1 ? `${path}/frames/${frame}/rendered` : `${path}/rendered`;
  return window === undefined ? view : `${view}?window=${window},linear`;
}
