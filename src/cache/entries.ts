import { randomBytes } from 'node:crypto';
import type { Change } from './invalidation';
import type { Entry, Redis } from './redis';
import type { Sealer } from './seal';

/** Something that may be in Redis. */
export interface Place {
  readonly kind: 'window' | 'detail';
  /** Names of it under each key; the first is the one that is written. */
  readonly names: readonly string[];
  /** Keys of the stamps that a value must bear, by the same order as the names. */
  readonly stamps: readonly (readonly string[])[];
  /** What else must be the same, for example the study row that a detail was read under. */
  readonly state: string;
}

/** What Redis told of a place. */
export interface Look<T> {
  readonly found?: { readonly value: T; readonly ageMs: number };
  /** What a value that is read from now on is to bear; undefined: Redis did not answer, nothing can be kept. */
  readonly stamp?: string;
}

export interface Life {
  readonly ttlMs: number;
  readonly ageMs: number;
}

/** Values in Redis that are no longer good once their stamp has changed. */
export interface Entries {
  windowPlace(question: string): Place;
  detailPlace(uid: string, state: string): Place;
  look<T>(places: readonly Place[]): Promise<readonly Look<T>[]>;
  /**
   * @param life how long the value is good, in milliseconds, and how long ago the archive was asked for it: by when
   *   it answers, what it says may have changed
   */
  keep(place: Place, stamp: string, value: object, life: Life): Promise<void>;
  /** Makes void what was kept of what changed, and what is being read; undefined where Redis did not answer. */
  drop(change: Change): Promise<true | undefined>;
}

export interface EntriesSettings {
  /** Begins all keys: values of another archive or another form of the model have another. */
  readonly prefix: string;
  /** Bytes of a value, sealed, at most; larger ones are not kept. */
  readonly maxValueBytes: number;
}

/** How long a stamp outlives its last change: longer than any value, and any reading that began before. */
const STAMP_MS = 30 * 86_400_000;
/** Studies that one change may name; of more, everything is dropped. */
const STUDIES_A_CHANGE = 1000;

/**
 * Every value bears the stamp that was there before the archive was asked for it. Whoever drops something changes
 * the stamp: so a value that a slow replica writes after the drop is void, which deleting alone could not do.
 */
export function createEntries(
  redis: Redis,
  sealer: Sealer,
  { prefix, maxValueBytes }: EntriesSettings,
): Entries {
  const windows = `${prefix}windows`;
  const everything = `${prefix}all`;
  const named = (kind: string, text: string) =>
    sealer.names(kind, text).map((name) => prefix + name);

  /** Common stamps are made where they are missing: what was kept under one that was evicted is void. */
  async function readAll(places: readonly Place[], again = true): Promise<Found | undefined> {
    const keys = [...new Set(places.flatMap(keysOf))];
    const found = await redis.read(
      keys,
      places.flatMap(({ names }) => names),
    );
    if (found === undefined) return undefined;
    const entries = new Map(keys.map((key, at) => [key, found[at]]));
    const missing = [windows, everything].filter(
      (key) => entries.has(key) && entries.get(key) === undefined,
    );
    if (missing.length === 0) return entries;
    await Promise.all(missing.map((key) => redis.claim(key, newStamp(), STAMP_MS)));
    return again ? readAll(places, false) : undefined;
  }

  async function readOne<T>(place: Place, entries: Found | undefined): Promise<Look<T>> {
    if (entries === undefined) return {};
    const stampAt = (at: number) =>
      (place.stamps[at] ?? []).map((key) => entries.get(key)?.bytes.toString() ?? '').join(' ');
    const stamp = stampAt(0);
    for (const [at, name] of place.names.entries()) {
      const entry = entries.get(name);
      const text = entry && (await sealer.open(name, entry.bytes));
      const kept = text === undefined ? undefined : readKept<T>(text);
      if (entry === undefined || kept === undefined) continue;
      if (kept.stamp !== stampAt(at) || kept.state !== place.state) continue;
      const ageMs = Math.max(0, kept.ttlMs - entry.leftMs);
      return { stamp, found: { value: kept.value, ageMs } };
    }
    return { stamp };
  }

  return {
    windowPlace(question) {
      const names = named('w', question);
      return { kind: 'window', names, stamps: names.map(() => [windows]), state: '' };
    },
    detailPlace(uid, state) {
      const stamps = named('s', uid).map((own) => [everything, own]);
      return { kind: 'detail', names: named('d', uid), stamps, state };
    },
    async look<T>(places: readonly Place[]) {
      const entries = await readAll(places);
      return Promise.all(places.map((place) => readOne<T>(place, entries)));
    },
    async keep({ names: [name], state }, stamp, value, { ttlMs, ageMs }) {
      if (name === undefined || ageMs >= ttlMs) return;
      const content = JSON.stringify([stamp, ttlMs, state, value]);
      const bytes = await sealer.seal(name, content);
      if (bytes.length <= maxValueBytes) await redis.write(name, bytes, ttlMs - ageMs);
    },
    async drop(change) {
      const all = 'all' in change || change.studies.length > STUDIES_A_CHANGE;
      const uids = 'all' in change || all ? [] : change.studies;
      const stamps = [
        windows,
        ...(all ? [everything] : []),
        ...uids.flatMap((uid) => named('s', uid)),
      ];
      const values = uids.flatMap((uid) => named('d', uid));
      const done = await Promise.all([
        ...stamps.map((key) => redis.write(key, newStamp(), STAMP_MS)),
        ...(values.length > 0 ? [redis.drop(values)] : []),
      ]);
      return done.every((each) => each === true) ? true : undefined;
    },
  };
}

/** What is there of the keys that were asked for. */
type Found = ReadonlyMap<string, Entry | undefined>;

function keysOf({ names, stamps }: Place): string[] {
  return [...names, ...stamps.flat()];
}

/** Random, not counted: a counter that was evicted would come back to the stamp of what is long void. */
function newStamp(): string {
  return randomBytes(9).toString('base64url');
}

interface Kept<T> {
  readonly stamp: string;
  readonly ttlMs: number;
  readonly state: string;
  readonly value: T;
}

/**
 * Reads what only {@link Entries.keep} of the same model can have written: the seal proves who wrote it, and the
 * prefix in its name which model.
 */
function readKept<T>(text: string): Kept<T> | undefined {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [stamp, ttlMs, state, value] = parts as [unknown, unknown, unknown, T];
  if (typeof stamp !== 'string' || typeof ttlMs !== 'number' || typeof state !== 'string') {
    return undefined;
  }
  return { stamp, ttlMs, state, value };
}
