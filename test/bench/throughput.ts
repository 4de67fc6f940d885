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

/** Servers under the same load, and the gateway over the others. */
export interface Throughput {
  readonly gateway: Served;
  readonly express: Served;
  readonly bare: Served;
  /** Requests a second of the gateway over those of Express. */
  readonly rate: number;
  /** CPU time of the gateway over that of `node:http`. */
  readonly cpu: number;
}

/** The gateway, Express with one route, and bare `node:http`. */
export interface Servers {
  readonly gateway: Child;
  readonly express: Child;
  readonly bare: Child;
}

/** How long to measure. */
export interface Effort {
  /** Load on one server in one round. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Requests under way at once. */
export const CONNECTIONS = 8;

/**
 * Loads servers that send the same bytes, in turns.
 *
 * @param headers of every request
 */
export async function compareThroughput(
  { gateway, express, bare }: Servers,
  { path }: Scenario,
  { seconds, rounds }: Effort,
  headers: Readonly<Record<string, string>>,
): Promise<Throughput> {
  const cpu = { gateway: [] as number[], express: [] as number[], bare: [] as number[] };
  const measure = async (server: Child, used: number[]) => {
    const asked = { url: server.url + path, headers };
    // A number of requests, not a time: requests cut at the end would cost CPU and count for nothing.
    const amount = await amountIn(asked, seconds);
    return async () => {
      const before = await server.usage();
      const perSecond = await load(asked, { amount });
      const after = await server.usage();
      used.push((after.cpuMicros - before.cpuMicros) / 1000 / amount);
      return perSecond;
    };
  };
  const measures = {
    gateway: await measure(gateway, cpu.gateway),
    express: await measure(express, cpu.express),
    bare: await measure(bare, cpu.bare),
  };
  const rates = await takeTurns(measures, rounds, Infinity);
  const served = (name: keyof Servers) => ({
    perSecond: median(rates[name]),
    cpuMs: median(cpu[name]),
  });
  return {
    gateway: served('gateway'),
    express: served('express'),
    bare: served('bare'),
    rate: ratioOf(rates.gateway, rates.express),
    cpu: ratioOf(cpu.gateway, cpu.bare),
  };
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How many requests a server answers in so many seconds, about; this warms it up, too. */
async function amountIn(asked: Target, seconds: number): Promise<number> {
  const perSecond = await load(asked, { duration: Math.max(0.5, seconds) });
  return Math.max(CONNECTIONS * 2, Math.round(perSecond * seconds));
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
