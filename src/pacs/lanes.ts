import { setMaxListeners } from 'node:events';
import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import { CallerGone, Problem } from '../errors';
import type { Call } from '../study/source';
import { createTurns } from './turns';
import { waitAtMost, WaitedTooLong } from './waiting';

/** How much of the archive searches may use. */
export interface LaneSettings {
  /** Calls under way at once, over all callers. */
  readonly concurrency: number;
  /** Calls of each size that may wait for their turn; one more is refused. */
  readonly queue: number;
  /** The longest that a call may wait among those of other callers, in milliseconds. */
  readonly queueMs: number;
}

/** Lists of instances and of whole series are large; study rows, the probe and one instance are small. */
export type Size = 'small' | 'large';

/** Where calls wait for their turn at the archive. */
export interface Lanes {
  /**
   * Runs a call when its turn comes. A caller who leaves is let go at once, but the call runs to its end or its
   * deadline and keeps its place: an archive goes on with a question whose asker hung up, and closing the
   * connection would only let the next call in on top of it.
   *
   * @param send runs without the caller's signal
   * @throws Problem `pacs-busy` when too many wait, or for too long; CallerGone; what `send` throws
   */
  inTurn<T>(call: Call, size: Size, send: () => Promise<T>): Promise<T>;
  /** How many calls are under way, and how many wait, those in their caller's own lane included. */
  state(): LanesState;
}

export interface LanesState {
  readonly inFlight: number;
  readonly waiting: Readonly<Record<Size, number>>;
}

/** Seconds after which there may be room in the queue. */
const RETRY_AFTER = 2;

/**
 * A page may need hundreds of calls. They wait in the caller's own lane and enter the shared ones a few at a
 * time, so that the shared queue holds callers, not one caller's calls, and each gets its turn. Large calls share
 * all places but one, which is left to small ones.
 */
export function createLanes({ concurrency, queue, queueMs }: LaneSettings): Lanes {
  const shared = bulkhead(concurrency, queue);
  const large = bulkhead(Math.max(1, concurrency - 1), queue);
  const own = new WeakMap<Call, BulkheadPolicy>();
  const turns = createTurns();
  const ofCaller = (call: Call) => {
    const lane = own.get(call) ?? bulkhead(concurrency, Number.MAX_SAFE_INTEGER);
    own.set(call, lane);
    return lane;
  };
  return {
    inTurn<T>(call: Call, size: Size, send: () => Promise<T>): Promise<T> {
      const turn = turns.come(size, call.meter);
      const start = () => {
        // Not the bulkhead's own affair: cockatiel 3.2.1 stops serving its queue at an entry that was aborted.
        if (call.signal.aborted) throw new CallerGone();
        turn.begin();
        return send();
      };
      const queued = () =>
        waitAtMost<T>(queueMs, (begins) => {
          const enter = () => shared.execute(() => begins(start));
          return size === 'large' ? large.execute(enter) : enter();
        });
      const result = ofCaller(call)
        .execute(queued)
        .catch(refused)
        .finally(() => turn.end());
      return orGone(call.signal, result);
    },
    state: () => ({
      inFlight: turns.inFlight(),
      waiting: { small: turns.waiting('small'), large: turns.waiting('large') },
    }),
  };
}

/** Waits for a result as long as the caller does. */
async function orGone<T>(signal: AbortSignal, result: Promise<T>): Promise<T> {
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => reject(new CallerGone());
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  // A page has hundreds of calls on the signal of one caller, which Node would take for a leak.
  setMaxListeners(0, signal);
  try {
    return await Promise.race([result, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function refused(error: unknown): never {
  const busy = error instanceof BulkheadRejectedError || error instanceof WaitedTooLong;
  if (!busy) throw error;
  const text = 'Too many requests wait for the archive. Try again in a moment.';
  throw new Problem('pacs-busy', text, { retryAfter: RETRY_AFTER, cause: error });
}
