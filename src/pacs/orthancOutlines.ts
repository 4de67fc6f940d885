import type { StudyHeader } from '../study/model';
import type { Call } from '../study/source';
import { readFirst, studyIds } from './orthancIndex';
import { findFiled, firstOf } from './orthancResources';
import type { SeriesOutline } from './outlines';
import type { Archive } from './studies';

/**
 * The first file of each series of studies, and how many instances the series has: two calls, and one a series at most.
 *
 * @returns undefined for a study that must be asked for otherwise, as `nativeRows` has it
 */
export async function nativeOutlines(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (readonly SeriesOutline[] | undefined)[]> {
  const filed = await findFiled(archive, studies, call);
  return Promise.all(
    filed.map(async ({ series }) => {
      // One that Orthanc files twice has instances that are one, which only their rows tell.
      if (studyIds(series).length !== 1) return undefined;
      const files = await readFirst(archive.client, series, call);
      const outlines = series.flatMap(({ instances }) => {
        const instance = firstOf(instances) ?? '';
        const first = files?.get(instance);
        return first === undefined ? [] : [{ first, count: instances.length, instance }];
      });
      return outlines.length === series.length ? outlines.sort(byFirst) : undefined;
    }),
  );
}

/** In the order of Orthanc's ids of first instances, as among instance rows. */
function byFirst(one: { readonly instance: string }, other: { readonly instance: string }): number {
  return one.instance < other.instance ? -1 : 1;
}
