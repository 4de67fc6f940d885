/** What changed in the archive: these studies (none of them: some study rows, nobody knows which), or anything. */
export type Change = { readonly studies: readonly string[] } | { readonly all: true };

/** Tells all who remember answers of the archive what to forget. */
export interface Invalidation {
  /** Has everybody of this process forget, before it returns. */
  drop(change: Change): void;
  /**
   * Hears of changes. Whoever remembers anything made of study rows forgets all of it on every change: a study
   * may have come into any search, or left it.
   *
   * @returns ends the hearing
   */
  onInvalidated(listener: (change: Change) => void): () => void;
}

export function createInvalidation(): Invalidation {
  const listeners = new Set<(change: Change) => void>();
  return {
    drop(change) {
      for (const listener of listeners) listener(change);
    },
    onInvalidated(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether a change may be one of this study. */
export function touches(change: Change, uid: string): boolean {
  return 'all' in change || change.studies.includes(uid);
}
