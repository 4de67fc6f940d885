import type { LaneName, Meter } from '../study/source';

/** Who waits for a place at the archive, and who has one. */
export interface Turns {
  /** Whoever came waits from now on. */
  come(lane: LaneName, meter: Meter): Turn;
  waiting(lane: LaneName): number;
  inFlight(): number;
}

/** The turn of one call: it begins, or is given up, and what has begun ends. */
export interface Turn {
  begin(): void;
  end(): void;
}

/** Counts turns; the meter of each hears how long it waited. */
export function createTurns(): Turns {
  const waiting = new Map<LaneName, number>();
  let inFlight = 0;
  const add = (lane: LaneName, more: number) =>
    void waiting.set(lane, (waiting.get(lane) ?? 0) + more);
  return {
    come(lane, meter) {
      const came = performance.now();
      let state: 'waiting' | 'begun' | 'ended' = 'waiting';
      add(lane, 1);
      return {
        begin() {
          if (state !== 'waiting') return;
          state = 'begun';
          add(lane, -1);
          inFlight += 1;
          meter.waited?.(lane, performance.now() - came);
        },
        end() {
          if (state === 'waiting') add(lane, -1);
          if (state === 'begun') inFlight -= 1;
          state = 'ended';
        },
      };
    },
    waiting: (lane) => waiting.get(lane) ?? 0,
    inFlight: () => inFlight,
  };
}
