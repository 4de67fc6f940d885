import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/*
 * What the bench's processes say to the bench, and how they end.
 */

/** What a process has used since it started. */
export interface Usage {
  /** User and system time of all threads, in microseconds. */
  readonly cpuMicros: number;
  /** Resident set size in bytes. */
  readonly rss: number;
  /** Bytes of bodies that an archive has handed to its connections. */
  readonly sentBytes?: number;
  /** Delay of the event loop since it is watched, in milliseconds. */
  readonly delay?: { readonly p99: number; readonly worst: number };
}

/** Messages of the bench to a process. */
export type Asked = 'usage' | 'watch loop';

/** Messages of a process to the bench. */
export type Told =
  | { readonly told: 'ready'; readonly url: string }
  | { readonly told: 'usage'; readonly usage: Usage };

/**
 * Tells the bench where this process serves, answers its questions for {@link Usage}, and ends when the
 * bench hangs up, so that none is left over even if the bench is killed.
 *
 * @param sentBytes what {@link Usage} tells of an archive that counts
 */
export function serve(url: string, sentBytes?: () => number): void {
  process.on('message', (asked: Asked) => {
    if (asked === 'watch loop') {
      delays ??= monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delays.enable();
      delays.reset();
    }
    const sent = sentBytes && { sentBytes: sentBytes() };
    tell({ told: 'usage', usage: { ...usage(), ...sent } });
  });
  process.on('disconnect', () => process.exit(0));
  tell({ told: 'ready', url });
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMicros: user + system,
    rss: process.memoryUsage.rss(),
    ...(delays && { delay: { p99: delayOf(delays.percentile(99)), worst: delayOf(delays.max) } }),
  };
}

/** How often the event loop is looked at; what is measured is the time between two looks. */
const RESOLUTION_MS = 10;
let delays: IntervalHistogram | undefined;

function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}

function tell(message: Told): void {
  process.send?.(message);
}
