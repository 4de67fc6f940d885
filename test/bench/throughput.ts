import autocannon from 'autocannon';
import type { Child } from './child';
import { median, ratioOf, takeTurns } from './rounds';

/** What one server does under load; medians of the rounds. */
export interface Served {
  readonly perSecond: number;
  /** CPU time of the server's process for one request, in milliseconds. */
  readonly cpuMs: number;
}

/** Servers under the same load: each one's figures, and one over another. */
export interface Compared<K extends string> {
  readonly served: Readonly<Record<K, Served>>;
  /** Requests a second of one server over those of another. */
  readonly rate: (one: K, other: K) => number;
  /** CPU time for a request of one server over that of another. */
  readonly cpu: (one: K, other: K) => number;
}

/** How long to measure. */
export interface Effort {
  /** Load on one server before anything is measured. */
  readonly warmUpSeconds: number;
  /** Load on one server in one round. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Requests under way at once. */
export const CONNECTIONS = 8;

/**
 * Loads servers with the same request, in turns.
 *
 * @param headers of every request
 */
export async function compareThroughput<K extends string>(
  servers: Readonly<Record<K, Child>>,
  path: string,
  { warmUpSeconds, seconds, rounds }: Effort,
  headers: Readonly<Record<string, string>>,
): Promise<Compared<K>> {
  const names = Object.keys(servers) as K[];
  const cpu = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[]>;
  const measures = {} as Record<K, () => Promise<number>>;
  for (const name of names) {
    const server = servers[name];
    const asked = { url: server.url + path, headers };
    // A number of requests, not a time: requests cut at the end would cost CPU and count for nothing.
    const perSecond = await load(asked, { duration: warmUpSeconds });
    const amount = Math.max(CONNECTIONS * 2, Math.round(perSecond * seconds));
    measures[name] = async () => {
      const before = await server.usage();
      const perSecond = await load(asked, { amount });
      const after = await server.usage();
      cpu[name].push((after.cpuMicros - before.cpuMicros) / 1000 / amount);
      return perSecond;
    };
  }
  const rates = await takeTurns(measures, rounds, Infinity);
  const served = names.map((name) => [
    name,
    { perSecond: median(rates[name]), cpuMs: median(cpu[name]) },
  ]);
  return {
    served: Object.fromEntries(served) as Record<K, Served>,
    rate: (one, other) => ratioOf(rates[one], rates[other]),
    cpu: (one, other) => ratioOf(cpu[one], cpu[other]),
  };
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @returns requests a second
 * @throws Error when a request was not answered with 200
 */
function load(
  asked: Target,
  extent: { readonly amount: number } | { readonly duration: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { ...asked, connections: CONNECTIONS, timeout: 30, sampleInt: 50, ...extent };
    const run = autocannon(options, (error: unknown, result) => {
      const failed = result.non2xx + result.errors + result.timeouts;
      if (error instanceof Error) reject(error);
      else if (failed > 0) reject(new Error(`${failed} requests to ${asked.url} failed`));
      else resolve((result['2xx'] * 1000) / (answered - started));
    });
    // Its own times are those of its next look at the clock, which comes too late for short runs.
    const started = performance.now();
    let answered = NaN;
    run.on('response', () => (answered = performance.now()));
  });
}
