import { string, type DataSet } from '../dicom/dataset';
import { Problem } from '../errors';
import type { Call } from '../study/source';
import type { Changed, Look } from './changeFeed';
import type { ArchiveClient } from './client';
import { changeState } from './updateTime';

/** Most rows that dcm4chee answers at once as it is installed (`dcmQidoMaxNumberOfResults`). */
const ROWS_A_CALL = 1000;
/** The longest that a sweep may take: with the pause after it, rows are then not believed for longer than unwatched. */
const SWEEP_MS = 1500;
/** A sweep is followed by a pause so many times as long, for the archive's sake. */
const PAUSE_SHARE = 9;
/** When a sweep that took too long, or told too little, is tried again, in milliseconds. */
const AGAIN_MS = 600_000;

/** The studies that an archive holds, by UID, each with a text that changes when it does. */
type Holdings = ReadonlyMap<string, string>;

/**
 * Looks at what changed in a dcm4chee by sweeping through all its studies.
 *
 * It keeps no log, and can neither sort nor match by the time at which a study changed. Study Receive Date Time, which
 * it does match, finds new studies only; asking anew for the studies that are remembered would find what became of
 * them, but not the one that a merge of patients or a corrected date moved into a remembered search, which would then
 * lack it for hours. What was deleted is in no answer at all. All of that shows in the list of all studies, and
 * nowhere else: so an archive whose list takes too long is not followed, and its rows live shortly. What is corrected
 * below a study without moving its time (7777,xx2D) shows when series and instances are read again.
 */
export function sweepStudies(client: ArchiveClient): Look {
  let known: Holdings | undefined;
  let nextAt = 0;
  return async (call) => {
    const started = performance.now();
    // Between two sweeps; after one that came to nothing nobody knows what changes.
    if (started < nextAt && known !== undefined) return undefined;
    if (started < nextAt) throw untold('is not followed for now');
    const before = known;
    known = undefined;
    try {
      known = await sweep(client, started + SWEEP_MS, call);
    } finally {
      const ended = performance.now();
      nextAt = ended + (ended - started) * PAUSE_SHARE;
    }
    if (known !== undefined) return before === undefined ? 'unknown' : differences(before, known);
    nextAt = started + AGAIN_MS;
    throw untold('takes too long to list its studies, or does not tell when they changed');
  };
}

/**
 * Lists all studies, in order of the UID: pages without an order that is asked for may overlap, and miss some.
 *
 * @param until when it has taken too long, as `performance.now()` tells time
 * @returns undefined where it takes longer, or where not all rows tell when the study changed
 */
async function sweep(
  client: ArchiveClient,
  until: number,
  call: Call,
): Promise<Holdings | undefined> {
  const states = new Map<string, string>();
  for (let offset = 0; ;) {
    const page = [
      ['includefield', 'all'],
      ['orderby', 'StudyInstanceUID'],
      ['limit', String(ROWS_A_CALL)],
      ['offset', String(offset)],
    ] as const;
    const { rows, received, warning } = await client.search({ level: 'studies' }, page, call);
    if (performance.now() > until || !note(states, rows) || rows.length < received)
      return undefined;
    offset += received;
    // A page that the archive's own limit cut is not the last one.
    if (received === 0 || (received < ROWS_A_CALL && warning === undefined)) return states;
  }
}

/** Two patients may share a UID. @returns false where a row tells too little */
function note(states: Map<string, string>, rows: readonly DataSet[]): boolean {
  return rows.every((row) => {
    const uid = string(row, 'StudyInstanceUID');
    const state = changeState(row);
    if (uid === undefined || state === undefined) return false;
    states.set(uid, `${states.get(uid) ?? ''}${state}`);
    return true;
  });
}

function untold(what: string): Problem {
  return new Problem('pacs-error', `The archive ${what}.`);
}

/** The studies that are new, gone or not as they were. */
function differences(before: Holdings, now: Holdings): Changed {
  const changed = Array.from(now).filter(([uid, state]) => before.get(uid) !== state);
  const gone = Array.from(before).filter(([uid]) => !now.has(uid));
  const uids = [...changed, ...gone].map(([uid]) => uid);
  return uids.length === 0 ? 'nothing' : uids;
}
