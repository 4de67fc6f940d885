/*
 * Counting in the request path. prom-client builds a string of the labels at every count, and a closure at every
 * observation, which together cost more than a microsecond; here a count is a look into a few maps and an addition,
 * and prom-client gets the sums when somebody asks for them.
 */

/** One value for each combination of labels. */
export interface Tally<T> {
  /** The value of these labels; made when they are first seen. */
  of(...labels: readonly string[]): T;
  readonly all: readonly { readonly labels: readonly string[]; readonly value: T }[];
}

export interface Count {
  sum: number;
}

/** A histogram's sums: how many were at most each bound and above the one before. */
export interface Distribution {
  readonly counts: number[];
  count: number;
  sum: number;
}

export function tallyCounts(): Tally<Count> {
  return tally(() => ({ sum: 0 }));
}

/** @param bounds upper bounds of the buckets, ascending */
export function tallyDistributions(bounds: readonly number[]): Tally<Distribution> {
  return tally(() => ({ counts: bounds.map(() => 0), count: 0, sum: 0 }));
}

/** Counts a value in its bucket; above all bounds it counts in the sum only (`+Inf`). */
export function observe(into: Distribution, bounds: readonly number[], value: number): void {
  const at = bounds.findIndex((bound) => value <= bound);
  if (at >= 0) into.counts[at] = (into.counts[at] ?? 0) + 1;
  into.count += 1;
  into.sum += value;
}

/** A label of each level leads to the next. */
interface Branch<T> {
  value?: T;
  readonly next: Map<string, Branch<T>>;
}

function tally<T>(make: () => T): Tally<T> {
  const root: Branch<T> = { next: new Map() };
  const all: { labels: readonly string[]; value: T }[] = [];
  return {
    all,
    of(...labels) {
      let branch = root;
      for (const label of labels) branch = branch.next.get(label) ?? grow(branch, label);
      if (branch.value === undefined) {
        branch.value = make();
        all.push({ labels, value: branch.value });
      }
      return branch.value;
    },
  };
}

function grow<T>(branch: Branch<T>, label: string): Branch<T> {
  const grown: Branch<T> = { next: new Map() };
  branch.next.set(label, grown);
  return grown;
}
