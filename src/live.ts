import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './config';
import { SETTINGS, type SettingRow } from './settings';

type Key = keyof Settings;

/** What became of new settings; each by the name of its environment variable, never by its value. */
export interface Replaced {
  /** What holds from now on. */
  readonly taken: readonly string[];
  /** What has changed and waits for a restart. */
  readonly waiting: readonly string[];
}

/** Settings of a running gateway. */
export interface LiveSettings<S extends Settings> {
  /** The settings as they are at each reading: those of a `reload` row may be others the next time. */
  readonly settings: S;
  /** Takes what a running gateway may take, and tells what it may not. */
  replace(next: Settings): Replaced;
}

/**
 * Settings of which those that are safe to change can be replaced.
 *
 * One object serves all parts of the gateway. A part that is to follow reads it at each use; the others have read it
 * once, and nothing changes under them. Building the parts anew instead would drop what they remember, and let the
 * archive have the calls of both.
 */
export function liveSettings<S extends Settings>(first: S): LiveSettings<S> {
  let now: Settings = first;
  const settings = { ...first };
  const rows = Object.entries<SettingRow>(SETTINGS) as [Key, SettingRow][];
  for (const [key] of rows.filter(([, row]) => row.reload)) {
    Object.defineProperty(settings, key, { get: () => now[key], enumerable: true });
  }
  return {
    settings,
    replace(next) {
      const changed = rows.filter(([key]) => !isDeepStrictEqual(next[key], now[key]));
      const waits = ([key, row]: (typeof rows)[number]) =>
        !row.reload || (row.secret === true && changed.some((other) => goesWith(key, other)));
      const taken = changed.filter((row) => !waits(row));
      now = { ...now, ...Object.fromEntries(taken.map(([key]) => [key, next[key]])) };
      const names = (some: typeof changed) => some.map(([, { env }]) => env);
      return { taken: names(taken), waiting: names(changed.filter(waits)) };
    },
  };
}

/** A new credential waits with what it may be for: with a new URL of its group it must not go to the old one. */
function goesWith(key: Key, [other, { reload }]: readonly [Key, SettingRow]): boolean {
  const group = key.split('.')[0] ?? key;
  return !reload && other.startsWith(`${group}.`);
}
