import { touches, type Change, type Invalidation } from './invalidation';

/** What is being read, so that a change meanwhile is not overlooked. */
export interface Readings {
  /** Notes that a reading of the archive begins. */
  begin(): Reading;
}

/** A reading of the archive under way. */
export interface Reading {
  /**
   * Whether what is read may have changed since it began: then the answer is of before, and not to be kept.
   *
   * @param uid the study it is of; undefined for study rows, which any change may be in
   */
  outdated(uid?: string): boolean;
  end(): void;
}

/**
 * Watches readings. A change is told once; an answer that left the archive before it and arrives after it would
 * otherwise be kept as if it were of after, for as long as answers live.
 */
export function watchReadings(invalidation: Invalidation | undefined): Readings {
  const open = new Set<Change[]>();
  invalidation?.onInvalidated((change) => {
    for (const changes of open) changes.push(change);
  });
  return {
    begin() {
      const changes: Change[] = [];
      open.add(changes);
      return {
        outdated: (uid) =>
          uid === undefined ? changes.length > 0 : changes.some((change) => touches(change, uid)),
        end: () => void open.delete(changes),
      };
    },
  };
}
