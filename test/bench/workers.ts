import { readFileSync } from 'node:fs';
import os from 'node:os';
import autocannon from 'autocannon';
import type { Child, Children } from './child';
import type { Section } from './report';
import { SMALL_PATH } from './scenarios';

/*
 * What a second worker brings. The client, the workers and everybody else share the cores of this machine, so that
 * requests a second would measure their number. What is measured instead is what each worker's own CPU time allows,
 * if it had a core of its own: how much of it a request takes, while nobody waits for a core, and how large a part of
 * the requests the busiest worker gets, while all have more to do than they can.
 */

/** What so many workers did with the same requests. */
export interface WorkersMeasured {
  readonly workers: number;
  /** CPU time of the workers for one request, in milliseconds. */
  readonly cpuMs: number;
  /** Part of it that the busiest worker has. */
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
/** Few enough that nobody waits for a core: two who share one take more CPU time for the same work. */
const QUIET_RATE = 400;
/** Fewer would measure V8's compiler. */
const FEWEST = 1000;
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
  effort: WorkersEffort,
): Promise<WorkersMeasured[] | undefined> {
  if (os.platform() !== 'linux') return undefined;
  const wanted = Math.ceil(effort.seconds * effort.rounds * QUIET_RATE);
  const amount = Math.max(FEWEST, wanted);
  const measured: WorkersMeasured[] = [];
  for (const workers of [1, 2]) {
    const env = { PACS_URL: pacsUrl, WORKERS: String(workers) };
    const gateway = await children.start('workers', env);
    const url = gateway.url + SMALL_PATH;
    // So that all of them have the answer in memory, and V8 has compiled what answers.
    await load(url, amount);
    const busy = await cpuTimes(gateway, () => load(url, amount * 5));
    const quiet = await cpuTimes(gateway, () => load(url, amount, QUIET_RATE));
    await gateway.stop();
    const cpuMs = sum(quiet) / amount;
    const largestPart = Math.max(...busy) / sum(busy);
    measured.push({ workers, cpuMs, largestPart, perSecond: 1000 / (cpuMs * largestPart) });
  }
  return measured;
}

const sum = (figures: readonly number[]) => figures.reduce((all, each) => all + each, 0);

/** The lines of the report, which say what is measured. */
export function workersSection(measured: readonly WorkersMeasured[]): Section {
  const [one, two] = measured;
  const lines = measured.map(
    ({ workers, cpuMs, largestPart, perSecond }) =>
      `  WORKERS=${workers}: ${cpuMs.toFixed(2)} ms CPU a request, the busiest worker has ${(largestPart * 100).toFixed(0)} % of them: ` +
      `${perSecond.toFixed(0)}/s`,
  );
  const ratio = (two?.perSecond ?? NaN) / (one?.perSecond ?? NaN);
  const text = [
    `Workers, warm search of one study, by CPU time: requests a second if each worker had a core of its own (${CONNECTIONS} connections)`,
    ...lines,
    `  WORKERS=2 over WORKERS=1: ${ratio.toFixed(2)}×`,
  ].join('\n');
  return { text, figures: { 'workers.2': ratio } };
}

/** CPU time of each worker for some work, in milliseconds; the primary process answers nothing. */
async function cpuTimes(gateway: Child, work: () => Promise<void>): Promise<number[]> {
  const workers = childrenOf(gateway.pid);
  const before = workers.map(cpuOf);
  await work();
  return workers.map((pid, at) => cpuOf(pid) - (before[at] ?? NaN));
}

/**
 * @param rate requests a second at most
 * @throws Error when a request was not answered with 200
 */
async function load(url: string, amount: number, rate?: number): Promise<void> {
  const options = { url, connections: CONNECTIONS, amount, timeout: 60 };
  const result = await autocannon({ ...options, ...(rate !== undefined && { overallRate: rate }) });
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
