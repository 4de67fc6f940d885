import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { CallerGone, Problem } from '../errors';

/** Seconds after which a place may be free. */
const RETRY_AFTER = 2;

/** The lane of transfers: so many at once, so many waiting. */
export interface Lane {
  /**
   * Waits for a place.
   *
   * @returns gives the place back; whoever got it must, once
   * @throws Problem `pacs-busy` when too many wait already; CallerGone when the caller left meanwhile
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createLane(streams: number, queue: number): Lane {
  const places = bulkhead(streams, queue);
  return {
    enter(signal) {
      return new Promise((resolve, reject) => {
        places
          .execute(
            () =>
              new Promise<void>((leave) => {
                // Not the bulkhead's own affair: cockatiel 3.2.1 stops serving its queue at an aborted entry.
                if (signal.aborted) {
                  leave();
                  reject(new CallerGone());
                } else {
                  resolve(leave);
                }
              }),
          )
          .catch((error: unknown) => reject(refused(error)));
      });
    },
  };
}

function refused(error: unknown): Error {
  if (error instanceof BulkheadRejectedError) {
    const text = 'Too many transfers wait for the archive. Try again in a moment.';
    return new Problem('pacs-busy', text, { retryAfter: RETRY_AFTER, cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
