import { LRUCache } from 'lru-cache';
import { Problem } from '../errors';

/** What one caller may take of the gateway at a time. */
export interface CallerLimits {
  /**
   * Counts a search.
   * @throws Problem `rate-limited`, with the seconds after which one more is allowed
   */
  readonly search: (callerKey: string) => void;
  /**
   * Counts a stream until it ends.
   * @returns what to call at its end; a second call does nothing
   * @throws Problem `rate-limited`
   */
  readonly openStream: (callerKey: string) => () => void;
  /** Counts what another process of this gateway has counted. */
  readonly countElsewhere: (counted: Counted, from: number) => void;
  /** Forgets the streams of another process, which has ended. */
  readonly forgetElsewhere: (from: number) => void;
  /** The streams that are open here, for another process that has begun. */
  readonly openHere: () => Counted[];
}

/** What a process has counted of a caller: searches since it last told, or the streams that are open there now. */
export interface Counted {
  readonly caller: string;
  readonly searches?: number | undefined;
  readonly streams?: number | undefined;
}

export interface CallerLimitSettings {
  /** Searches a minute, and at once after a minute's rest; 0 for no limit. Read at each search. */
  readonly searchesPerMinute: number;
  /** Streams under way at once; 0 for no limit. Read at each stream. */
  readonly streams: number;
  /** Hears of what is counted, where other processes count the same callers. */
  readonly onCounted?: ((counted: Counted) => void) | undefined;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

const MINUTE = 60_000;
/** Callers whose searches are counted; a bucket that is dropped is full again. */
const CALLERS = 50_000;
/** When to try a further stream: they end when they end. */
const STREAM_RETRY_S = 2;

/**
 * Limits of each caller: a token bucket for searches, a count of streams.
 *
 * Of several processes each decides by itself, at once, and hears from the others what they have counted: a caller
 * with a connection to each may be ahead of its limit by what they count until they have told it.
 */
export function createCallerLimits(settings: CallerLimitSettings): CallerLimits {
  const { now = () => performance.now(), onCounted } = settings;
  const buckets = new LRUCache<string, Bucket>({ max: CALLERS });
  const streams = countStreams();

  function fill(key: string): Bucket {
    const { searchesPerMinute } = settings;
    const perMs = searchesPerMinute / MINUTE;
    const time = now();
    const bucket = buckets.get(key) ?? { tokens: searchesPerMinute, filledAt: time };
    const gained = (time - bucket.filledAt) * perMs;
    bucket.tokens = Math.min(searchesPerMinute, bucket.tokens + gained);
    bucket.filledAt = time;
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    search(callerKey) {
      const { searchesPerMinute } = settings;
      if (searchesPerMinute === 0) return;
      const bucket = fill(callerKey);
      if (bucket.tokens < 1) {
        const seconds = ((1 - bucket.tokens) / searchesPerMinute) * (MINUTE / 1000);
        throw tooMany(`${searchesPerMinute} searches a minute`, Math.ceil(seconds));
      }
      bucket.tokens -= 1;
      onCounted?.({ caller: callerKey, searches: 1 });
    },
    openStream(callerKey) {
      const most = settings.streams;
      if (most > 0 && streams.of(callerKey) >= most) {
        throw tooMany(`${most} retrievals at once`, STREAM_RETRY_S);
      }
      const count = (by: number) => {
        const open = streams.add(HERE, callerKey, by);
        onCounted?.({ caller: callerKey, streams: open });
      };
      count(1);
      let ended = false;
      return () => {
        if (!ended) count(-1);
        ended = true;
      };
    },
    countElsewhere({ caller, searches = 0, streams: open }, from) {
      if (searches > 0) fill(caller).tokens -= searches;
      if (open !== undefined) streams.set(from, caller, open);
    },
    forgetElsewhere: (from) => streams.forget(from),
    openHere: () => streams.openAt(HERE).map(([caller, open]) => ({ caller, streams: open })),
  };
}

/** This process among those that count. */
const HERE = 0;

/** The open streams of each caller, by the process that has them. */
function countStreams() {
  const processes = new Map<number, Map<string, number>>([[HERE, new Map()]]);
  const set = (at: number, caller: string, open: number) => {
    const counts = processes.get(at) ?? new Map<string, number>();
    processes.set(at, counts);
    if (open === 0) counts.delete(caller);
    else counts.set(caller, open);
  };
  return {
    set,
    of: (caller: string) =>
      [...processes.values()].reduce((sum, counts) => sum + (counts.get(caller) ?? 0), 0),
    /** @returns how many are open there now */
    add(at: number, caller: string, by: number): number {
      const open = (processes.get(at)?.get(caller) ?? 0) + by;
      set(at, caller, open);
      return open;
    },
    forget: (at: number) => void processes.delete(at),
    openAt: (at: number) => [...(processes.get(at) ?? [])],
  };
}

function tooMany(limit: string, retryAfter: number): Problem {
  const text = `A client may have ${limit}. Try again in ${retryAfter} s.`;
  return new Problem('rate-limited', text, { retryAfter });
}
