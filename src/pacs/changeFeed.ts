import type { Call, Meter } from '../study/source';
import { lookIntoLog } from './changesLogged';
import { sweepStudies } from './changesSwept';
import type { ArchiveClient } from './client';
import type { Dialect } from './dialects';
import type { ArchiveFacts } from './probe';

/*
 * Follows what changes in an archive that tells of it, so that what was read of a study can be believed for long, and
 * is forgotten as soon as the study changes.
 */

/** Hears what changed: the UIDs of these studies, or undefined where it cannot be told which. */
export type OnChange = (uids: readonly string[] | undefined) => void;

/** What changed since the last look: these studies, nobody knows which, or nothing. */
export type Changed = readonly string[] | 'unknown' | 'nothing';

/**
 * Looks at what changed.
 *
 * @returns undefined where it was looked a moment ago, and once more would be too much for the archive
 * @throws where the archive does not tell all that changes
 */
export type Look = (call: Call) => Promise<Changed | undefined>;

/** An archive that is being followed. */
export interface ChangeFeed {
  /** Whether everything that changed until a moment ago has been told. */
  isAlive(): boolean;
  /** Whether study rows tell when the study last changed. */
  tellsUpdates(): boolean;
  /** Milliseconds since the archive was last looked at; undefined as long as it was not. */
  age(): number | undefined;
  close(): void;
}

export interface ChangeFeedSettings {
  /** Pause between two looks, in milliseconds. */
  readonly pollMs: number;
  readonly onChange: OnChange;
  /** Hears that the archive can no longer be followed, or can again. */
  readonly onAlive: (alive: boolean) => void;
  /** Counts what following costs the archive. */
  readonly meter: Meter;
}

/** Looks at the archive again and again, one look at a time, in the way of its dialect. */
export function followChanges(
  client: ArchiveClient,
  facts: (call: Call) => Promise<ArchiveFacts>,
  { pollMs, onChange, onAlive, meter }: ChangeFeedSettings,
): ChangeFeed {
  const controller = new AbortController();
  const call: Call = { signal: controller.signal, meter };
  const looks: Readonly<Record<Dialect['updateTime'], Look | undefined>> = {
    native: lookIntoLog(client),
    attribute: sweepStudies(client),
    untold: undefined,
  };
  let lookedAt: number | undefined;
  let alive: boolean | undefined;
  let updates = false;
  let timer = setTimeout(() => void look(), 0).unref();

  function tellAlive(now: boolean): void {
    if (now === alive) return;
    alive = now;
    onAlive(now);
  }

  /** @returns whether there is anything to look at again */
  async function lookOnce(): Promise<boolean> {
    const { updateTime } = (await facts(call)).dialect;
    updates = updateTime !== 'untold';
    const started = performance.now();
    const changed = await looks[updateTime]?.(call);
    if (changed !== undefined) lookedAt = started;
    if (changed !== undefined && changed !== 'nothing')
      onChange(changed === 'unknown' ? undefined : changed);
    tellAlive(updates);
    return updates;
  }

  async function look(): Promise<void> {
    let again = true;
    try {
      again = await lookOnce();
    } catch {
      // The archive's failures are told by the requests that it fails; here they end what is believed for long.
      tellAlive(false);
    }
    if (!again || controller.signal.aborted) return;
    timer = setTimeout(() => void look(), pollMs).unref();
  }

  return {
    isAlive: () => alive === true,
    tellsUpdates: () => updates,
    age: () => (lookedAt === undefined ? undefined : performance.now() - lookedAt),
    close() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
