/*
 * Preloaded into the process of the gateway (`--require`, with `--expose-gc` and a channel to its parent): tells what
 * is in memory after garbage was collected, and loses memory when it is told to.
 */

const HOUR_S = 3600;
const NUMBER_BYTES = 8;
const lost: number[][] = [];

process.on('message', (message: unknown) => {
  if (message === 'usage') tell();
  else if (typeof message === 'number') lose(message);
});
process.channel?.unref();

function tell(): void {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ held: heapUsed + external });
}

/** Numbers that are no small integers take so many bytes each, and nobody forgets them. */
function lose(bytesAnHour: number): void {
  const length = Math.round(bytesAnHour / HOUR_S / NUMBER_BYTES);
  setInterval(() => lost.push(Array.from({ length }, Math.random)), 1000).unref();
}
