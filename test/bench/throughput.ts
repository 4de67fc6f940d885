import autocannon from 'autocannon';
import type { Child } from './child';
import { median, ratioOf, takeTurns } from './rounds';
import type { Scenario } from './scenarios';

/** What one server does under load; medians of the rounds. */
export interface Served {
  readonly perSecond: number;
  /** CPU time of the server's process for one request, in milliseconds. */
  readonly cpuMs: number;
}

/** Two servers under the same load, and the first over the second. */
export interface Throughput {
  readonly gateway: Served;
  readonly bare: Served;
  readonly rate: number;
  readonly cpu: number;
}

/** How long to measure. */
export interface Effort {
  /** Load on one server in one round. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Requests under way at once. */
export const CONNECTIONS = 8;

/** Loads the gateway and a bare server that sends the same bytes, in turns. */
export async function compareThroughput(
  gateway: Child,
  bare: Child,
  { path }: Scenario,
  { seconds, rounds }: Effort,
): Promise<Throughput> {
  const cpu = { gateway: [] as number[], bare: [] as number[] };
  const measure = async (server: Child, used: number[]) => {
    // A number of requests, not a time: requests cut at the end would cost CPU and count for nothing.
    const amount = await amountIn(server.url + path, seconds);
    return async () => {
      const before = await server.usage();
      const perSecond = await load(server.url + path, { amount });
      const after = await server.usage();
      used.push((after.cpuMicros - before.cpuMicros) / 1000 / amount);
      return perSecond;
    };
  };
  const measures = {
    gateway: await measure(gateway, cpu.gateway),
    bare: await measure(bare, cpu.bare),
  };
  const rates = await takeTurns(measures, rounds, Infinity);
  return {
    gateway: { perSecond: median(rates.gateway), cpuMs: median(cpu.gateway) },
    bare: { perSecond: median(rates.bare), cpuMs: median(cpu.bare) },
    rate: ratioOf(rates.gateway, rates.bare),
    cpu: ratioOf(cpu.gateway, cpu.bare),
  };
}

/** How many requests a server answers in so many seconds, about; this warms it up, too. */
async function amountIn(url: string, seconds: number): Promise<number> {
  const perSecond = await load(url, { duration: Math.max(0.5, seconds) });
  return Math.max(CONNECTIONS * 2, Math.round(perSecond * seconds));
}

/**
 * @returns requests a second
 * @throws Error when a request was not answered with 200
 */
function load(
  url: string,
  extent: { readonly amount: number } | { readonly duration: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { url, connections: CONNECTIONS, timeout: 30, sampleInt: 50, ...extent };
    const run = autocannon(options, (error: unknown, result) => {
      const failed = result.non2xx + result.errors + result.timeouts;
      if (error instanceof Error) reject(error);
      else if (failed > 0) reject(new Error(`${failed} requests to ${url} failed`));
      else resolve((result['2xx'] * 1000) / (answered - started));
    });
    // Its own times are those of its next look at the clock, which comes too late for short runs.
    const started = performance.now();
    let answered = NaN;
    run.on('response', () => (answered = performance.now()));
  });
}
