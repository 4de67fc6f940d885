/** Runs few things at once; the newest wish is served first, because it is what somebody looks at. */
export interface Lane {
  run<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Gives up what waits and what runs. */
  clear(): void;
}

/** @param width how many run at once */
export function createLane(width: number): Lane {
  let waiting: (() => void)[] = [];
  let running = 0;
  let controller = new AbortController();

  function next(): void {
    while (running < width) {
      const start = waiting.pop();
      if (start === undefined) return;
      running += 1;
      start();
    }
  }

  return {
    run(task) {
      const { signal } = controller;
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')));
        waiting.push(() => {
          task(signal)
            .then(resolve, reject)
            .finally(() => {
              running -= 1;
              next();
            });
        });
        next();
      });
    },
    clear() {
      controller.abort();
      controller = new AbortController();
      waiting = [];
    },
  };
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
