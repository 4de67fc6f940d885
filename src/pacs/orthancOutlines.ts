import type { StudyHeader } from '../study/model';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import { readFileOf } from './orthancFiles';
import { findOwn, firstOf, idsOf, readLevel, type Resource } from './orthancResources';
import type { SeriesOutline } from './outlines';
import type { Archive } from './studies';

/**
 * The first file of each series of studies, and how many instances the series has: two calls and one a series.
 *
 * @returns undefined for a study that must be asked for otherwise, as `nativeRows` has it
 */
export async function nativeOutlines(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (readonly SeriesOutline[] | undefined)[]> {
  const { client } = archive;
  const own = await findOwn(archive, studies, call);
  const ids = idsOf(own);
  const series = ids.length > 0 ? await readLevel(client, 'Series', ids, call) : undefined;
  return Promise.all(
    own.map(async ([study, ...others]) => {
      const id = study?.id;
      // One that Orthanc files twice has instances that are one, which only their rows tell.
      if (id === undefined || others.length > 0) return undefined;
      const outlines = await Promise.all(
        (series?.get(id) ?? []).map((each) => outlineOf(client, each, call)),
      );
      return outlines.every((each) => each !== undefined) ? outlines.sort(byFirst) : undefined;
    }),
  );
}

/** The series as its first instance tells of it: the first of Orthanc's ids, as among instance rows. */
async function outlineOf(
  client: ArchiveClient,
  { instances }: Resource,
  call: Call,
): Promise<(SeriesOutline & { readonly instance: string }) | undefined> {
  const instance = firstOf(instances);
  if (instance === undefined) return undefined;
  const first = await readFileOf(client, instance, call);
  return first && { first, count: instances.length, instance };
}

function byFirst(one: { readonly instance: string }, other: { readonly instance: string }): number {
  return one.instance < other.instance ? -1 : 1;
}
