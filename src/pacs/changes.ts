import { isRecord } from '../dicom/dataset';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import { readNative, type NativeStudy } from './orthanc';
import { readLastUpdate } from './updateTime';

/*
 * Which studies changed since some time, out of Orthanc's log of changes (`/changes`). Its searches know no such
 * key, so that the question would otherwise read the whole archive.
 *
 * Storing an instance moves LastUpdate of its study and writes the log in one transaction. So the studies of all
 * changes from a moment on are, but for the log's reading of the clock, those whose LastUpdate is not before it.
 * Deleting writes nothing and takes the changes of what is deleted out of the log: an instance that is deleted
 * before its study is stable (`StableAge`) is missed until then.
 */

/** Changes that one call reads. */
const CHANGES_A_CALL = 1000;
/** Calls for changes that one question may take; a question that reaches further back goes the long way. */
const CALLS_A_QUESTION = 20;
/** Studies that are remembered; with more of them the log is read anew. */
const REMEMBERED = 50_000;
/** How far the log's clock may be from that of LastUpdate, in milliseconds: it is read once for each. */
const CLOCK_SLACK = 10_000;

/** A stretch of the log up to its present end, widened as it is read. */
interface Stretch {
  /** Changes with a number above `after` and up to `until` were read. */
  after: number;
  until: number;
  /** Every change that was logged later than this is among them; milliseconds since 1970. */
  since: number;
  /** The studies that changed in it, by Orthanc's id, as they were when the change was read. */
  readonly studies: Map<string, NativeStudy>;
}

/** One entry of the log. */
export interface Change {
  readonly number: number;
  /** When it was logged, to the end of its second; milliseconds since 1970. */
  readonly time: number;
  /** Orthanc's id of the study, series or instance that changed; undefined for what is none of them. */
  readonly id: string | undefined;
}

/** What is remembered of the log of one Orthanc. */
export interface ChangeLog {
  /**
   * The studies whose LastUpdate is at or after a time.
   *
   * @param since milliseconds since 1970
   * @param most studies that may be listed
   * @returns their UIDs, those that are new at the end; undefined when the log does not reach back so far, or not
   *   within the calls that a question may take, or names too many
   */
  changedSince(since: number, most: number, call: Call): Promise<readonly string[] | undefined>;
}

/** Opens the log of an Orthanc; nothing is read before the first question. */
export function openChangeLog(client: ArchiveClient): ChangeLog {
  let known: Stretch | undefined;
  return {
    async changedSince(since, most, call) {
      const last = await lastNumber(client, call);
      if (last === undefined) return undefined;
      const stretch = await readOn(client, known, last, call);
      known = stretch;
      if (stretch === undefined) return undefined;
      const read = await readBack(client, stretch, since - CLOCK_SLACK, call);
      if (stretch.studies.size > REMEMBERED) known = undefined;
      return read ? listChanged(stretch, since, most) : undefined;
    },
  };
}

function emptyAt(last: number): Stretch {
  return { after: last, until: last, since: Number.POSITIVE_INFINITY, studies: new Map() };
}

/** Whether a stretch can be read on to the end: an archive that was set up anew counts from the start again. */
function reaches({ until }: Stretch, last: number): boolean {
  return until <= last && last - until <= CHANGES_A_CALL * CALLS_A_QUESTION;
}

/** The stretch read on to the end of the log, or a new one there; undefined where Orthanc does not answer. */
async function readOn(
  client: ArchiveClient,
  known: Stretch | undefined,
  last: number,
  call: Call,
): Promise<Stretch | undefined> {
  if (known === undefined || !reaches(known, last)) return emptyAt(last);
  while (known.until < last) {
    const changes = await readChanges(client, known.until, CHANGES_A_CALL, call);
    if (changes === undefined) return undefined;
    const gap = changes[0]?.number !== known.until + 1;
    if (gap && (await wasCleared(client, known, call))) return emptyAt(last);
    if (!(await remember(client, known, changes, call))) return undefined;
    const first = known.since === Number.POSITIVE_INFINITY ? changes : [];
    known.since = Math.min(known.since, ...first.map(({ time }) => time));
    known.until = Math.max(known.until, changes.at(-1)?.number ?? last);
  }
  return known;
}

/**
 * Whether the log was emptied (DELETE of `/changes`) after a stretch was read, and with it perhaps changes that
 * nobody saw. Then nothing is left of what the stretch holds; deletions of studies leave gaps only.
 */
async function wasCleared(client: ArchiveClient, { until }: Stretch, call: Call): Promise<boolean> {
  const oldest = (await readChanges(client, 0, 1, call))?.[0];
  return oldest === undefined || oldest.number > until;
}

/** Widens a stretch backwards until it holds all that was logged from a time on; false: it does not get there. */
async function readBack(
  client: ArchiveClient,
  stretch: Stretch,
  from: number,
  call: Call,
): Promise<boolean> {
  for (let calls = 0; stretch.since >= from; calls++) {
    const { after } = stretch;
    // What was before the first change of the log may have been cleared out of it.
    if (after <= 0 || calls >= CALLS_A_QUESTION) return false;
    const start = Math.max(0, after - CHANGES_A_CALL);
    const changes = await readChanges(client, start, CHANGES_A_CALL, call);
    const older = changes?.filter(({ number }) => number <= after);
    if (older === undefined || !(await remember(client, stretch, older, call))) return false;
    stretch.after = Math.min(stretch.after, start);
    const whole = older[0]?.number === 1;
    const earliest = whole ? Number.NEGATIVE_INFINITY : Math.min(...older.map(({ time }) => time));
    stretch.since = Math.min(stretch.since, earliest);
  }
  return true;
}

/** Finds the studies of changes, which name instances mostly, in one call, and remembers them. */
async function remember(
  client: ArchiveClient,
  { studies }: Stretch,
  changes: readonly Change[],
  call: Call,
): Promise<boolean> {
  const ids = [...new Set(changes.flatMap(({ id }) => id ?? []))];
  if (ids.length === 0) return true;
  const body = { Resources: ids, Level: 'Study' };
  const found = await client.native('tools/bulk-content', body, call);
  if (!Array.isArray(found)) return false;
  for (const study of found.filter(isRecord)) studies.set(String(study.ID), readNative(study));
  return true;
}

function listChanged(
  { studies }: Stretch,
  since: number,
  most: number,
): readonly string[] | undefined {
  const changed = Array.from(studies.values()).filter(
    ({ lastUpdate }) => lastUpdate === undefined || Date.parse(lastUpdate) >= since,
  );
  const uids = [...new Set(changed.flatMap(({ tags }) => tags.StudyInstanceUID ?? []))];
  return uids.length > most ? undefined : uids;
}

/** The number of the latest change that was ever logged. */
export async function lastNumber(client: ArchiveClient, call: Call): Promise<number | undefined> {
  const answer = await client.native('changes?last', undefined, call);
  return isRecord(answer) && typeof answer.Last === 'number' ? answer.Last : undefined;
}

/** The changes after a number, in order. */
export async function readChanges(
  client: ArchiveClient,
  after: number,
  limit: number,
  call: Call,
): Promise<Change[] | undefined> {
  const path = `changes?since=${after}&limit=${limit}`;
  const answer = await client.native(path, undefined, call);
  if (!isRecord(answer) || !Array.isArray(answer.Changes)) return undefined;
  const changes = answer.Changes.map(readChange);
  return changes.every((change) => change !== undefined) ? changes : undefined;
}

/** One entry of the log; undefined when it cannot be read, so that nobody takes the log for whole. */
function readChange(entry: unknown): Change | undefined {
  if (!isRecord(entry) || typeof entry.Seq !== 'number') return undefined;
  const time = readLastUpdate(entry.Date);
  if (time === undefined || typeof entry.ID !== 'string') return undefined;
  const below = ['Study', 'Series', 'Instance'].includes(String(entry.ResourceType));
  return { number: entry.Seq, time: Date.parse(time), id: below ? entry.ID : undefined };
}
