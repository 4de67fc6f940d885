import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child';

/** Memory (RSS) of a process that does something, in bytes. */
export interface Growth {
  /** Before it began. */
  readonly idle: number;
  readonly peak: number;
}

/** A gateway holds what is under way and nothing else: more than this is held, whatever is sent. */
const MOST_GROWTH = 256 * 2 ** 20;
const SAMPLE_MS = 50;

/**
 * Watches the memory of a process while it works.
 *
 * @throws Error when it grew as if it kept what it sends
 */
export async function watchMemory<T>(
  child: Child,
  work: () => Promise<T>,
): Promise<{ growth: Growth; result: T }> {
  const { rss: idle } = await child.usage();
  let peak = idle;
  let working = true;
  const watch = async () => {
    while (working) {
      peak = Math.max(peak, (await child.usage()).rss);
      await pause(SAMPLE_MS);
    }
  };
  const watching = watch();
  const result = await work().finally(() => {
    working = false;
  });
  await watching;
  const growth = { idle, peak };
  if (peak - idle > MOST_GROWTH) {
    const [from, to] = [idle, peak].map((bytes) => (bytes / 2 ** 20).toFixed(0));
    throw new Error(`the gateway grew from ${from ?? ''} MB to ${to ?? ''} MB while it sent`);
  }
  return { growth, result };
}
