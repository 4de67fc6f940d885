/** Things that are remembered at once. */
const MOST = 10_000;

/** A set whose members leave it after a while. */
export interface Remembered {
  has(what: string): boolean;
  add(what: string): void;
}

/**
 * @param milliseconds how long something is remembered
 * @param now a clock in milliseconds that never goes back
 */
export function rememberFor(
  milliseconds: number,
  now: () => number = () => performance.now(),
): Remembered {
  const until = new Map<string, number>();
  return {
    has: (what) => (until.get(what) ?? 0) > now(),
    add(what) {
      const [oldest] = until.keys();
      if (until.size >= MOST && oldest !== undefined) until.delete(oldest);
      // Deleted first, so that the map's order is that of age.
      until.delete(what);
      until.set(what, now() + milliseconds);
    },
  };
}
