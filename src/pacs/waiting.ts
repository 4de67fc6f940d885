/** The turn did not come in time. */
export class WaitedTooLong extends Error {}

/**
 * Waits in a queue, but not for ever: an archive that answers slowly, but well, opens no breaker, and a full queue
 * before it would hold a client for minutes.
 *
 * @param wait enters the queue; it is given what to run when the turn comes, which runs nothing when that is too late
 * @throws WaitedTooLong; what `wait` throws
 */
export async function waitAtMost<T>(
  milliseconds: number,
  wait: (begins: (run: () => Promise<T>) => Promise<T>) => Promise<T>,
): Promise<T> {
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      over = true;
      reject(new WaitedTooLong());
    }, milliseconds);
  });
  const begins = (run: () => Promise<T>): Promise<T> => {
    if (over) return Promise.reject(new WaitedTooLong());
    clearTimeout(timer);
    return run();
  };
  try {
    return await Promise.race([wait(begins), late]);
  } finally {
    clearTimeout(timer);
  }
}
