import type { Call } from '../study/source';
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

/** What changed since the last look: these studies, `unknown` ones, or with undefined nothing. */
export type Changed = readonly string[] | 'unknown' | undefined;

/** Looks at what changed. @throws where the archive does not tell all of it */
export type Look = (call: Call) => Promise<Changed>;

/** An archive that is being followed. */
export interface ChangeFeed {
  /** Whether everything that changed until a moment ago has been told. */
  isAlive(): boolean;
  /** Whether study rows tell when the study last changed. */
  tellsUpdates(): boolean;
  close(): void;
}

export interface ChangeFeedSettings {
  /** Pause between two looks, in milliseconds. */
  readonly pollMs: number;
  readonly onChange: OnChange;
  /** Hears that the archive can no longer be followed, or can again. */
  readonly onAlive: (alive: boolean) => void;
}

/** Looks at the archive again and again, one look at a time, in the way of its dialect. */
export function followChanges(
  client: ArchiveClient,
  facts: (call: Call) => Promise<ArchiveFacts>,
  { pollMs, onChange, onAlive }: ChangeFeedSettings,
): ChangeFeed {
  const controller = new AbortController();
  const meter = { upstream: () => undefined, cache: () => undefined };
  const call: Call = { signal: controller.signal, meter };
  const looks: Readonly<Record<Dialect['updateTime'], Look | undefined>> = {
    native: lookIntoLog(client),
    attribute: sweepStudies(client),
    untold: undefined,
  };
  let alive: boolean | undefined;
  let updates = false;
  let timer = setTimeout(() => void look(), 0).unref();

  function tellAlive(now: boolean): void {
    if (now === alive) return;
    alive = now;
    onAlive(now);
  }

  /** @returns whether it is worth while to look again */
  async function lookOnce(): Promise<boolean> {
    const { updateTime } = (await facts(call)).dialect;
    updates = updateTime !== 'untold';
    const changed = await looks[updateTime]?.(call);
    if (changed !== undefined) onChange(changed === 'unknown' ? undefined : changed);
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
    close() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
