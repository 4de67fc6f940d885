import { readFileSync } from 'node:fs';
import os from 'node:os';
import autocannon from 'autocannon';
import type { Child, Children } from './child';
import type { Section } from './report';
import { median } from './rounds';
import type { Scenario } from './scenarios';

/*
 * What a second worker brings. The client, the workers and everybody else share the cores of this machine, so that
 * requests a second would measure their number. What is measured instead is each worker's own CPU time for the same
 * requests: with a core for each, they are answered as fast as the worker with the largest part answers its part.
 */

/** What so many workers did with the same requests. */
export interface WorkersMeasured {
  readonly workers: number;
  /** CPU time of all processes of the gateway for one request, in milliseconds. */
  readonly cpuMs: number;
  /** Part of it that the busiest worker had. */
  readonly largestPart: number;
  /** Requests a second that the busiest worker's CPU time allows, each worker with a core of its own. */
  readonly perSecond: number;
}

export interface WorkersEffort {
  /** About how many seconds of load one round is. */
  readonly seconds: number;
  readonly rounds: number;
}

/** More than one caller's connections: which worker has which is chance, and settles with their number. */
const CONNECTIONS = 32;
/** Requests that are taken for a second of load: a number of them, as their CPU time is measured, not their rate. */
const REQUESTS_A_SECOND = 500;
/** The kernel counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/**
 * Loads the gateway with one worker and with two, with answers out of memory.
 *
 * @returns undefined where the system does not tell the CPU time of other processes (it is read from /proc)
 */
export async function measureWorkers(
  children: Children,
  pacsUrl: string,
  { path }: Scenario,
  effort: WorkersEffort,
): Promise<WorkersMeasured[] | undefined> {
  if (os.platform() !== 'linux') return undefined;
  const measured: WorkersMeasured[] = [];
  for (const workers of [1, 2]) {
    const gateway = await children.start('workers', {
      PACS_URL: pacsUrl,
      WORKERS: String(workers),
    });
    const url = gateway.url + path;
    const amount = Math.ceil(effort.seconds * REQUESTS_A_SECOND);
    // So that all of them have the answer in memory.
    await load(url, amount);
    const rounds: Omit<WorkersMeasured, 'workers'>[] = [];
    for (let round = 0; round < effort.rounds; round += 1) {
      rounds.push(await measureOnce(gateway, url, amount));
    }
    const of = (name: keyof (typeof rounds)[number]) => median(rounds.map((each) => each[name]));
    measured.push({
      workers,
      cpuMs: of('cpuMs'),
      largestPart: of('largestPart'),
      perSecond: of('perSecond'),
    });
    await gateway.stop();
  }
  return measured;
}

/** The lines of the report, which say what is measured. */
export function workersSection(measured: readonly WorkersMeasured[]): Section {
  const [one, two] = measured;
  const lines = measured.map(
    ({ workers, cpuMs, largestPart, perSecond }) =>
      `  WORKERS=${workers}: ${cpuMs.toFixed(2)} ms CPU a request over all processes, the busiest worker ` +
      `${(largestPart * 100).toFixed(0)} % of it: ${perSecond.toFixed(0)}/s`,
  );
  const ratio = (two?.perSecond ?? NaN) / (one?.perSecond ?? NaN);
  const text = [
    `Workers, warm search, by CPU time: requests a second if each worker had a core of its own (${CONNECTIONS} connections)`,
    ...lines,
    `  WORKERS=2 over WORKERS=1: ${ratio.toFixed(2)}×`,
  ].join('\n');
  return { text, figures: { 'workers.2': ratio } };
}

async function measureOnce(gateway: Child, url: string, requests: number) {
  const pids = childrenOf(gateway.pid);
  const before = [gateway.pid, ...pids].map(cpuOf);
  await load(url, requests);
  const [primary = NaN, ...workers] = [gateway.pid, ...pids].map(
    (pid, at) => cpuOf(pid) - (before[at] ?? NaN),
  );
  const all = primary + workers.reduce((sum, each) => sum + each, 0);
  const busiest = Math.max(...workers);
  return {
    cpuMs: all / requests,
    largestPart: busiest / all,
    perSecond: (requests * 1000) / busiest,
  };
}

/** @throws Error when a request was not answered with 200 */
async function load(url: string, amount: number): Promise<void> {
  const result = await autocannon({ url, connections: CONNECTIONS, amount, timeout: 60 });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} requests to ${url} failed`);
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** User and system time of a process, in milliseconds (proc(5): fields 14 and 15 of `stat`). */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
