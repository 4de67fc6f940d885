import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../errors';
import { readRetryAfter } from './failures';

/** What the archive asked for with Retry-After (RFC 9110 10.2.3): no calls for a while. */
export interface Pause {
  /** Takes note of an archive's Retry-After; without one nothing was asked for. */
  begin(retryAfter: string | undefined): void;
  /** Milliseconds that it lasts on. */
  left(): number;
  /**
   * Waits for its end, where that is soon.
   *
   * @param most the longest wait in milliseconds
   * @throws Problem `pacs-busy` with the seconds that are left, where it lasts longer
   */
  over(most: number): Promise<void>;
}

export function createPause(): Pause {
  // By the clock that nobody sets.
  let until = 0;
  const left = () => Math.max(0, until - performance.now());
  return {
    begin(retryAfter) {
      if (retryAfter === undefined) return;
      until = Math.max(until, performance.now() + readRetryAfter(retryAfter) * 1000);
    },
    left,
    async over(most) {
      const remaining = left();
      if (remaining > most) throw asked(remaining);
      if (remaining > 0) await sleep(remaining);
    },
  };
}

function asked(remainingMs: number): Problem {
  const text = 'The archive is too busy and asked for no more calls for a while.';
  return new Problem('pacs-busy', text, { retryAfter: Math.ceil(remainingMs / 1000) });
}
