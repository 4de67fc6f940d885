import type { CallerLimits, Counted } from '../auth/limits';
import type { Change } from '../cache/invalidation';

/** What one process of a gateway tells the others. */
export type Told =
  | { readonly kind: 'counted'; readonly counted: Counted }
  | { readonly kind: 'changed'; readonly change: Change };

/** Hears of the other processes, each known by its number. */
export interface PeerListener {
  told(told: Told, from: number): void;
  /** Another process has begun, and knows nothing. */
  joined(): void;
  gone(from: number): void;
}

/** The other processes that answer as this gateway, on the same port. */
export interface Peers {
  /** Tells them soon. */
  tell(told: Told): void;
  /**
   * Tells them, and waits until they have acted on it.
   * @returns whether all have
   */
  tellAll(told: Told): Promise<boolean>;
  listen(listener: PeerListener): void;
}

/** A gateway of one process. */
export const NO_PEERS: Peers = {
  tell: () => undefined,
  tellAll: () => Promise.resolve(true),
  listen: () => undefined,
};

/** Lets the parts of this process act on what the others tell. */
export function hearPeers(
  peers: Peers,
  limits: CallerLimits,
  archive: { forget(change: Change): void },
): void {
  peers.listen({
    told(told, from) {
      if (told.kind === 'changed') archive.forget(told.change);
      else limits.countElsewhere(told.counted, from);
    },
    joined() {
      for (const counted of limits.openHere()) peers.tell({ kind: 'counted', counted });
    },
    gone: (from) => limits.forgetElsewhere(from),
  });
}
