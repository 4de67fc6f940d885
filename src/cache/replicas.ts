import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../study/source';
import type { Entries, Look, Place } from './entries';
import { createLeases, leaseKey, type Lease } from './leases';
import type { Redis } from './redis';

/*
 * One flight over all replicas: of those who miss the same value one asks the archive, and the others wait for
 * what it keeps.
 */

/** How often it is looked whether another replica has read what is wanted, in milliseconds: first, and at most. */
const LOOK_MS = { first: 10, most: 100 };
/** Values on their way to Redis at once; more are not kept. */
const KEEPING = 64;

/** What is wanted: where it may be in Redis, and how long it is good. */
export interface Wanted {
  readonly place: Place;
  readonly ttlMs: number;
}

/** A value and, where it came from Redis, its age. */
export interface Had<T> {
  readonly value: T;
  readonly ageMs: number;
}

/** How a kind of answers is read and kept. */
export interface Reading<T> {
  /** Asks the archive, for the values at these places in the list of what is wanted. */
  read(at: readonly number[]): Promise<readonly T[]>;
  /** Whether a value may be kept. */
  isWhole(value: T): boolean;
}

/** A value of the archive for the other replicas. */
interface Given {
  readonly wanted: Wanted | undefined;
  readonly stamp: string | undefined;
  /** When the archive was asked, as `performance.now()` tells time. */
  readonly asked: number;
  readonly value: object | undefined;
}

/** Gets values out of Redis or from the archive, for all replicas. */
export interface SharedFlights {
  /** The values, in the order wanted; undefined for what the archive did not give. */
  obtain<T extends object>(
    wanted: readonly Wanted[],
    call: Call,
    reading: Reading<T>,
  ): Promise<readonly (Had<T> | undefined)[]>;
  /** The value that the archive gives now, which replaces what was kept. */
  renew<T extends object>(wanted: Wanted, read: () => Promise<T>): Promise<T>;
}

/** @param waitMs how long another replica's reading is waited for at most: as long as the archive may take */
export function shareFlights(redis: Redis, entries: Entries, waitMs: number): SharedFlights {
  const leases = createLeases(redis);
  let keeping = 0;

  async function obtain<T extends object>(
    wanted: readonly Wanted[],
    call: Call,
    reading: Reading<T>,
  ): Promise<readonly (Had<T> | undefined)[]> {
    const looks = await entries.look<T>(wanted.map(({ place }) => place));
    const had = new Map<number, Had<T>>();
    wanted.forEach((each, at) => {
      const found = goodOf(looks[at], each);
      call.meter.cache(found === undefined ? 'miss' : 'hit', 'redis');
      if (found !== undefined) had.set(at, found);
    });
    const missing = wanted.map((_, at) => at).filter((at) => !had.has(at));
    if (missing.length === 0) return wanted.map((_, at) => had.get(at));
    const taken = await takeAll(missing, wanted, looks);
    const own = missing.filter((at) => taken.get(at) !== 'another');
    const others = missing.filter((at) => taken.get(at) === 'another');
    await Promise.all([
      readOwn(own, wanted, looks, taken, reading, had),
      ...others.map(async (at) => {
        const found = await awaitOther<T>(wanted[at], call);
        if (found !== undefined) had.set(at, found);
      }),
    ]);
    const left = others.filter((at) => !had.has(at));
    await readOwn(left, wanted, looks, taken, reading, had);
    return wanted.map((_, at) => had.get(at));
  }

  async function takeAll(
    missing: readonly number[],
    wanted: readonly Wanted[],
    looks: readonly Look<object>[],
  ): Promise<ReadonlyMap<number, Lease | 'another' | undefined>> {
    const takeOne = async (at: number) => {
      const name = wanted[at]?.place.names[0];
      const told = looks[at]?.stamp !== undefined;
      return [at, name !== undefined && told ? await leases.take(name) : undefined] as const;
    };
    return new Map(await Promise.all(missing.map(takeOne)));
  }

  /** Asks the archive, and gives the answers to the others behind the caller's back. */
  async function readOwn<T extends object>(
    own: readonly number[],
    wanted: readonly Wanted[],
    looks: readonly Look<T>[],
    taken: ReadonlyMap<number, Lease | 'another' | undefined>,
    reading: Reading<T>,
    had: Map<number, Had<T>>,
  ): Promise<void> {
    if (own.length === 0) return;
    let values: readonly T[] = [];
    const asked = performance.now();
    try {
      values = await reading.read(own);
    } finally {
      for (const [nth, at] of own.entries()) {
        const value = values[nth];
        const whole = value !== undefined && reading.isWhole(value) ? value : undefined;
        void giveOn(
          { wanted: wanted[at], stamp: looks[at]?.stamp, asked, value: whole },
          taken.get(at),
        );
      }
    }
    for (const [nth, at] of own.entries()) {
      const value = values[nth];
      if (value !== undefined) had.set(at, { value, ageMs: 0 });
    }
  }

  async function giveOn(
    { wanted, stamp, asked, value }: Given,
    lease?: Lease | 'another',
  ): Promise<void> {
    if (value !== undefined && wanted !== undefined && stamp !== undefined && keeping < KEEPING) {
      keeping += 1;
      const life = { ttlMs: wanted.ttlMs, ageMs: performance.now() - asked };
      // What cannot be kept is asked for again.
      await entries.keep(wanted.place, stamp, value, life).catch(() => undefined);
      keeping -= 1;
    }
    if (lease !== undefined && lease !== 'another') await lease.end();
  }

  /** Waits while another replica reads. */
  async function awaitOther<T>(
    wanted: Wanted | undefined,
    call: Call,
  ): Promise<Had<T> | undefined> {
    const [name] = wanted?.place.names ?? [];
    if (wanted === undefined || name === undefined) return undefined;
    const until = performance.now() + waitMs;
    for (let pause = LOOK_MS.first; performance.now() < until; pause *= 1.5) {
      await sleepWhileAwaited(Math.min(pause, LOOK_MS.most), call.signal);
      // Before the value: a reader gives up its lease after it has written.
      const lease = await redis.read([leaseKey(name)], []);
      const [look] = await entries.look<T>([wanted.place]);
      const found = goodOf(look, wanted);
      if (found !== undefined) return found;
      if (lease?.[0] === undefined) return undefined;
    }
    return undefined;
  }

  return {
    obtain,
    async renew<T extends object>(wanted: Wanted, read: () => Promise<T>) {
      const [look] = await entries.look<T>([wanted.place]);
      const asked = performance.now();
      const value = await read();
      void giveOn({ wanted, stamp: look?.stamp, asked, value });
      return value;
    },
  };
}

/** What Redis had, unless lifetimes have become shorter since it was kept. */
function goodOf<T>(look: Look<T> | undefined, { ttlMs }: Wanted): Had<T> | undefined {
  return look?.found !== undefined && look.found.ageMs < ttlMs ? look.found : undefined;
}

/** @throws the signal's reason as soon as nobody waits any more */
async function sleepWhileAwaited(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}
