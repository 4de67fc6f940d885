import type { Meter } from '../study/source';

/** A meter that can be read. */
export interface ReadableMeter extends Meter {
  /** How many calls the archive was sent. */
  readonly calls: () => number;
  /** From now on the header tells the time only: what an answer cost tells of studies that its caller may not see. */
  readonly hush: () => void;
  /** The Server-Timing header (W3C Server Timing): upstream calls and time by operation, and the cache's part. */
  readonly header: () => string;
  /** Headers of an answer that is older than it should be (RFC 9111 5.1, RFC 7234 5.5.1); else none. */
  readonly ageHeaders: () => Readonly<Record<string, string>>;
}

/**
 * Counts what one answer cost from now on.
 *
 * @param tally hears of everything, too: what all answers cost together
 */
export function createMeter(tally?: Meter): ReadableMeter {
  const started = performance.now();
  const upstream = new Map<string, { calls: number; milliseconds: number }>();
  const cache = { hit: 0, miss: 0, joined: 0 };
  let oldest: number | undefined;
  let hushed = false;
  return {
    hush() {
      hushed = true;
    },
    upstream(operation, milliseconds, outcome) {
      tally?.upstream(operation, milliseconds, outcome);
      const sum = upstream.get(operation) ?? { calls: 0, milliseconds: 0 };
      upstream.set(operation, {
        calls: sum.calls + 1,
        milliseconds: sum.milliseconds + milliseconds,
      });
    },
    cache(outcome, level) {
      tally?.cache(outcome, level);
      // What one level does not have the next is asked for: told is the one that answered, or the last in the process.
      const last = level === 'studies' || level === 'details';
      if (last || (level === 'answers' && outcome !== 'miss')) cache[outcome] += 1;
    },
    waited: (lane, milliseconds) => tally?.waited?.(lane, milliseconds),
    dropped: (reason, rows) => tally?.dropped?.(reason, rows),
    ignored: (key, rows) => tally?.ignored?.(key, rows),
    stale(age) {
      tally?.stale?.(age);
      oldest = Math.max(oldest ?? 0, age);
    },
    ageHeaders() {
      if (oldest === undefined) return {};
      return { Age: String(Math.ceil(oldest / 1000)), Warning: '110 - "Response is Stale"' };
    },
    calls: () => [...upstream.values()].reduce((sum, each) => sum + each.calls, 0),
    header() {
      const total = `total;dur=${(performance.now() - started).toFixed(1)}`;
      if (hushed) return total;
      const operations = Array.from(
        upstream,
        ([name, { calls, milliseconds }]) =>
          `${name};dur=${milliseconds.toFixed(1)};desc="${calls} calls"`,
      );
      const kept = `cache;desc="${cache.hit} hits, ${cache.miss} misses, ${cache.joined} joined"`;
      return [...operations, kept, total].join(', ');
    },
  };
}
