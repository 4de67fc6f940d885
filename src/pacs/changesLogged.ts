import { isRecord } from '../dicom/dataset';
import type { Call } from '../study/source';
import type { Look } from './changeFeed';
import { lastNumber, readChanges, type Change } from './changes';
import type { ArchiveClient } from './client';
import { readNative } from './orthanc';

/** Changes that one call reads. */
const CHANGES_A_CALL = 1000;
/** Calls that one look takes at most; of more changes it is not told which studies they are. */
const CALLS_A_LOOK = 10;
/** Part of the time that the archive may spend on counting what it holds: 1 in this many. */
const COUNTING_SHARE = 100;

/**
 * Looks into Orthanc's log of changes.
 *
 * Deleting leaves nothing in the log, but what Orthanc holds becomes less: so its own counts are looked at, too.
 * They may cost a large archive much, and are asked for the less often the longer they take.
 */
export function lookIntoLog(client: ArchiveClient): Look {
  const counts = watchCounts(client);
  let until: number | undefined;
  return async (call) => {
    const last = await lastNumber(client, call);
    if (last === undefined) throw new Error('the archive does not tell its last change');
    const from = until;
    const known = from !== undefined && last >= from;
    const changed = known ? await changedStudies(client, from, last, call) : undefined;
    const fewer = await counts.changed(call);
    until = last;
    // Before the first look, and where the archive was set up anew, nobody knows what changed.
    if (changed === undefined) return 'unknown';
    // A log that was emptied, or whose studies are deleted, moves on and names nobody.
    return fewer || last > (from ?? last) ? changed : 'nothing';
  };
}

/** The studies of the changes after a number; undefined when they are too many, or the log has lost some. */
async function changedStudies(
  client: ArchiveClient,
  from: number,
  last: number,
  call: Call,
): Promise<readonly string[] | undefined> {
  if (last - from > CHANGES_A_CALL * CALLS_A_LOOK) return undefined;
  const changes: Change[] = [];
  for (let at = from; at < last;) {
    const read = await readChanges(client, at, CHANGES_A_CALL, call);
    if (read === undefined) return undefined;
    changes.push(...read);
    at = read.at(-1)?.number ?? last;
  }
  const ids = [...new Set(changes.flatMap(({ id }) => id ?? []))];
  return ids.length === 0 ? [] : studiesOf(client, ids, call);
}

/** The UIDs of the studies that Orthanc's ids are of; what has been deleted meanwhile is of none. */
async function studiesOf(
  client: ArchiveClient,
  ids: readonly string[],
  call: Call,
): Promise<readonly string[] | undefined> {
  const found = await client.native('tools/bulk-content', { Resources: ids, Level: 'Study' }, call);
  if (!Array.isArray(found)) return undefined;
  const studies = found.filter(isRecord).map(readNative);
  return [...new Set(studies.flatMap(({ tags }) => tags.StudyInstanceUID ?? []))];
}

function watchCounts(client: ArchiveClient) {
  let known: string | undefined;
  let nextAt = 0;
  return {
    /** Whether what the archive holds is another number than when it was last counted. */
    async changed(call: Call): Promise<boolean> {
      const started = performance.now();
      if (started < nextAt) return false;
      const answer = await client.native('statistics', undefined, call);
      const ended = performance.now();
      nextAt = ended + (ended - started) * COUNTING_SHARE;
      const before = known;
      known = isRecord(answer) ? countsIn(answer) : undefined;
      return before !== undefined && known !== before;
    },
  };
}

function countsIn({ CountStudies, CountSeries, CountInstances }: Record<string, unknown>): string {
  return JSON.stringify([CountStudies, CountSeries, CountInstances]);
}
