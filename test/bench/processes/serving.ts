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
}

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
  process.on('message', () => {
    const sent = sentBytes && { sentBytes: sentBytes() };
    tell({ told: 'usage', usage: { ...usage(), ...sent } });
  });
  process.on('disconnect', () => process.exit(0));
  tell({ told: 'ready', url });
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system, rss: process.memoryUsage.rss() };
}

function tell(message: Told): void {
  process.send?.(message);
}
