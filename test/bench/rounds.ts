/** One thing to measure. It gives its figure, of any unit. */
export type Measure = () => Promise<number>;

/**
 * Measures things in turns, round after round, so that what else the machine does falls on all of them alike.
 *
 * @param most rounds at most
 * @param budgetMs no further round is started after this time; the first is in any case
 * @returns each one's figures, round by round
 */
export async function takeTurns<K extends string>(
  measures: Readonly<Record<K, Measure>>,
  most: number,
  budgetMs: number,
): Promise<Record<K, number[]>> {
  const names = Object.keys(measures) as K[];
  const figures = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    K,
    number[]
  >;
  const until = performance.now() + budgetMs;
  for (let round = 0; round < most && (round === 0 || performance.now() < until); round += 1) {
    // Every other round the other way round: being first is an advantage or a burden.
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) figures[name].push(await measures[name]());
  }
  return figures;
}

/** The middle one, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** The median of the ratios round by round, which a slow stretch of the machine does not touch. */
export function ratioOf(figures: readonly number[], base: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (base[round] ?? NaN)));
}
