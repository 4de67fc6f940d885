import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until something is so.
 *
 * @param withinMs given where it has to be so soon; without it, only something that never happens is too late
 * @throws Error with the condition as it is written
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const latest = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > latest) throw new Error(`this never came true: ${holds.toString()}`);
    await pause(5);
  }
}
