import type { CallerLimits, Counted } from '../auth/limits';
import type { Change } from '../cache/invalidation';

/** What one process of a gateway tells the others. */
export type Told =
  | { readonly kind: 'counted'; readonly counted: Counted }
  | { readonly kind: 'changed'; readonly change: Change }
  /** Asks for what it has counted, to be told for all of them together. */
  | { readonly kind: 'metrics' };

/** Hears of the other processes, each known by its number. */
export interface PeerListener {
  /** @returns what it answers to who has asked, as far as JSON can hold it */
  told(told: Told, from: number): unknown;
  /** Another process has begun, and knows nothing. */
  joined(): void;
  gone(from: number): void;
}

/** What came of it. */
export interface Heard {
  /** Whether all have acted. */
  readonly all: boolean;
  /** What those have answered that had something to answer. */
  readonly answers: readonly unknown[];
}

/** The other processes that answer as this gateway, on the same port. */
export interface Peers {
  /** Tells them soon. */
  tell(told: Told): void;
  /** Tells them, and waits until they have acted on it. */
  tellAll(told: Told): Promise<Heard>;
  listen(listener: PeerListener): void;
}

/** A gateway of one process. */
export const NO_PEERS: Peers = {
  tell: () => undefined,
  tellAll: () => Promise.resolve({ all: true, answers: [] }),
  listen: () => undefined,
};

/** Lets the parts of this process act on what the others tell. */
export function hearPeers(
  peers: Peers,
  limits: CallerLimits,
  archive: { forget(change: Change): void },
  countedHere: () => Promise<unknown>,
): void {
  peers.listen({
    told(told, from) {
      switch (told.kind) {
        case 'changed':
          archive.forget(told.change);
          return undefined;
        case 'counted':
          limits.countElsewhere(told.counted, from);
          return undefined;
        case 'metrics':
          return countedHere();
      }
    },
    joined() {
      for (const counted of limits.openHere()) peers.tell({ kind: 'counted', counted });
    },
    gone: (from) => limits.forgetElsewhere(from),
  });
}
