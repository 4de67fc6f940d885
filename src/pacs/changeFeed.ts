import { isRecord } from '../dicom/dataset';
import type { Call, Meter } from '../study/source';
import { lastNumber, readChanges, type Change } from './changes';
import type { ArchiveClient } from './client';
import { readNative } from './orthanc';
import type { ArchiveFacts } from './probe';

/*
 * Follows what changes in an archive that keeps a log of it, Orthanc: so that what was read of a study can be
 * believed for long, and is forgotten as soon as the study changes.
 */

/** Hears what changed: the UIDs of these studies, or undefined where it cannot be told which. */
export type OnChange = (uids: readonly string[] | undefined) => void;

/** An archive that is being followed. */
export interface ChangeFeed {
  /** Whether everything that changed until a moment ago has been told. */
  isAlive(): boolean;
  /** Whether study rows tell when the study last changed. */
  tellsUpdates(): boolean;
  /** Milliseconds since the log was last read to its end; undefined as long as it was not. */
  age(): number | undefined;
  close(): void;
}

export interface ChangeFeedSettings {
  /** Pause between two looks at the log, in milliseconds. */
  readonly pollMs: number;
  readonly onChange: OnChange;
  /** Hears that the log can no longer be followed, or can again. */
  readonly onAlive: (alive: boolean) => void;
  /** Counts what following costs the archive. */
  readonly meter: Meter;
}

/** Changes that one call reads. */
const CHANGES_A_CALL = 1000;
/** Calls that one look takes at most; of more changes it is not told which studies they are. */
const CALLS_A_LOOK = 10;
/** Part of the time that the archive may spend on counting what it holds: 1 in this many. */
const COUNTING_SHARE = 100;

/**
 * Looks at the log again and again, one look at a time.
 *
 * Deleting leaves nothing in the log, but what Orthanc holds becomes less: so its own counts are looked at, too.
 * They may cost a large archive much, and are asked for the less often the longer they take.
 */
export function followChanges(
  client: ArchiveClient,
  facts: (call: Call) => Promise<ArchiveFacts>,
  { pollMs, onChange, onAlive, meter }: ChangeFeedSettings,
): ChangeFeed {
  const controller = new AbortController();
  const call: Call = { signal: controller.signal, meter };
  const counts = watchCounts(client);
  let until: number | undefined;
  let readAt: number | undefined;
  let alive: boolean | undefined;
  let updates = false;
  let timer = setTimeout(() => void look(), 0).unref();

  function tellAlive(now: boolean): void {
    if (now === alive) return;
    alive = now;
    onAlive(now);
  }

  async function readOn(): Promise<void> {
    const asked = performance.now();
    const last = await lastNumber(client, call);
    if (last === undefined) throw new Error('the archive does not tell its last change');
    const from = until;
    const changed =
      from === undefined || last < from ? [] : await changedStudies(client, from, last, call);
    const fewer = await counts.changed(call);
    until = last;
    readAt = asked;
    // Before the first look, and where the archive was set up anew, nobody knows what changed.
    const unknown = from === undefined || last < from;
    if (unknown || changed === undefined) onChange(undefined);
    // A log that was emptied, or whose studies are deleted, moves on and names nobody.
    else if (fewer || last > from) onChange(changed);
  }

  async function look(): Promise<void> {
    try {
      const { updateTime } = (await facts(call)).dialect;
      updates = updateTime !== 'untold';
      // Only Orthanc keeps a log. Of dcm4chee no query finds what was changed or deleted since a time.
      if (updateTime !== 'native') {
        tellAlive(false);
        return;
      }
      await readOn();
      tellAlive(true);
    } catch {
      // The archive's failures are told by the requests that it fails; here they end what is believed for long.
      tellAlive(false);
    }
    if (!controller.signal.aborted) timer = setTimeout(() => void look(), pollMs).unref();
  }

  return {
    isAlive: () => alive === true,
    tellsUpdates: () => updates,
    age: () => (readAt === undefined ? undefined : performance.now() - readAt),
    close() {
      clearTimeout(timer);
      controller.abort();
    },
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
