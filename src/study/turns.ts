/*
 * Long work in turns. A process answers everybody on one thread: whoever has thousands of things to do lets the others
 * go first now and then.
 */

/** How long one turn lasts, in milliseconds, about. */
const TURN_MS = 8;

/** A turn of some long work. */
export interface Turn {
  /** Lets others go first if the turn has lasted long enough; undefined where it has not, which costs nothing. */
  over(): Promise<void> | undefined;
}

export function beginTurn(): Turn {
  let began = performance.now();
  return {
    over() {
      if (performance.now() - began < TURN_MS) return undefined;
      return new Promise((resolve) => {
        setImmediate(() => {
          began = performance.now();
          resolve();
        });
      });
    },
  };
}

/** Things that are done between two looks at the clock. */
const AT_ONCE = 100;

/** What `work` makes of each item, in turns. */
export async function mapInTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => R,
  turn: Turn = beginTurn(),
): Promise<R[]> {
  const made: R[] = [];
  for (const [index, item] of items.entries()) {
    made.push(work(item, index));
    if (index % AT_ONCE === AT_ONCE - 1) await turn.over();
  }
  return made;
}
