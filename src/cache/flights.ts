import { setMaxListeners } from 'node:events';
import type { Call } from '../study/source';

/**
 * One flight a key: callers who want the same at the same time wait for one upstream call.
 *
 * A caller who leaves stops waiting at once; the flight itself is aborted only when the last of them left,
 * because the first caller's leaving must not fail the others.
 */
export class Flights<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /**
   * Joins the flight of a key, or starts it.
   *
   * @param start makes the value; called with a signal that fires when nobody waits any more
   * @returns the value, and whether another caller's flight brought it
   */
  async join(
    key: string,
    call: Call,
    start: (shared: Call) => Promise<T>,
  ): Promise<{ value: T; joined: boolean }> {
    call.signal.throwIfAborted();
    const known = this.flights.get(key);
    const flight = known ?? this.launch(key, call, start);
    flight.waiting += 1;
    const leaving = watch(call.signal);
    try {
      const value = await Promise.race([flight.result, leaving.left]);
      return { value, joined: known !== undefined };
    } finally {
      leaving.forget();
      flight.waiting -= 1;
      if (flight.waiting === 0) flight.controller.abort();
    }
  }

  private launch(key: string, call: Call, start: (shared: Call) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const { meter, origin } = call;
    const result = start({ signal: controller.signal, meter, ...(origin && { origin }) });
    const flight: Flight<T> = { controller, result, waiting: 0 };
    const land = () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    controller.signal.addEventListener('abort', land);
    result.then(land, land);
    this.flights.set(key, flight);
    return flight;
  }
}

interface Flight<T> {
  readonly controller: AbortController;
  readonly result: Promise<T>;
  waiting: number;
}

/** A promise that is rejected when the caller leaves, until it is forgotten: a caller may join many flights. */
function watch(signal: AbortSignal): { readonly left: Promise<never>; forget(): void } {
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  return { left, forget: () => signal.removeEventListener('abort', leave) };
}
