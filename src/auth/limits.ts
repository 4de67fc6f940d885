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
}

export interface CallerLimitSettings {
  /** Searches a minute, and at once after a minute's rest; 0 for no limit. */
  readonly searchesPerMinute: number;
  /** Streams under way at once; 0 for no limit. */
  readonly streams: number;
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

/** Limits of each caller: a token bucket for searches, a count of streams. */
export function createCallerLimits({
  searchesPerMinute,
  streams,
  now = () => performance.now(),
}: CallerLimitSettings): CallerLimits {
  const buckets = new LRUCache<string, Bucket>({ max: CALLERS });
  const open = new Map<string, number>();
  const perMs = searchesPerMinute / MINUTE;

  function fill(key: string): Bucket {
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
      if (searchesPerMinute === 0) return;
      const bucket = fill(callerKey);
      if (bucket.tokens < 1) {
        const retryAfter = Math.ceil((1 - bucket.tokens) / perMs / 1000);
        throw tooMany(`${searchesPerMinute} searches a minute`, retryAfter);
      }
      bucket.tokens -= 1;
    },
    openStream(callerKey) {
      const running = open.get(callerKey) ?? 0;
      if (streams > 0 && running >= streams) {
        throw tooMany(`${streams} retrievals at once`, STREAM_RETRY_S);
      }
      open.set(callerKey, running + 1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (open.get(callerKey) ?? 1) - 1;
        if (left === 0) open.delete(callerKey);
        else open.set(callerKey, left);
      };
    },
  };
}

function tooMany(limit: string, retryAfter: number): Problem {
  const text = `A client may have ${limit}. Try again in ${retryAfter} s.`;
  return new Problem('rate-limited', text, { retryAfter });
}
