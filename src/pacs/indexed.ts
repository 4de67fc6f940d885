import { TAG, type Keyword } from '../dicom/tags';
import type { SearchPath } from './client';
import type { Dialect } from './dialects';

/*
 * Orthanc 1.12.7 takes `limit` rows out of its index and only then matches the keys that files alone tell, SOP Class UID
 * among them: a page holds those that are left, and an offset skips rows that were never told.
 */

const LEVELS = {
  studies: ['Patient', 'Study'],
  series: ['Patient', 'Study', 'Series'],
  instances: ['Patient', 'Study', 'Series', 'Instance'],
} as const;

/** Whether a `limit` of a search by these keys counts what matches, and nothing else. */
export function limitCountsMatches(
  level: SearchPath['level'],
  keys: readonly Keyword[],
  { indexed }: Dialect,
): boolean {
  if (indexed === undefined) return true;
  const tags = LEVELS[level].flatMap((each) => indexed[each]);
  // It is not filed, but computed by the index.
  return keys.every((key) => key === 'ModalitiesInStudy' || tags.includes(TAG[key]));
}
