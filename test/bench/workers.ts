import { readFileSync } from 'node:fs';
import os from 'node:os';
import autocannon from 'autocannon';
import type { Children } from './child';
import type { Section } from './report';
import { takeTurns } from './rounds';
import { SMALL_PATH } from './scenarios';

/*
 * What a second worker brings. The client, the workers and everybody else share the cores of this machine, so that
 * requests a second would measure their number. What is measured instead is what each worker's own CPU time allows,
 * if it had a core of its own: how much of it a request takes, while nobody waits for a core, and how large a part of
 * the requests the busiest worker gets. Under a load that nobody can carry, that part would only tell which worker the
 * others leave a core to.
 */

/** What so many workers do with a request. */
interface WorkersWay {
  /** CPU time of the workers for one request, in milliseconds: the least of the rounds, in which others were quietest. */
  readonly cpuMs: number;
  /** Part of the requests that the busiest worker has. */
  readonly largestPart: number;
  /** Requests a second that the busiest worker's CPU time allows, each worker with a core of its own. */
  readonly perSecond: number;
}

export interface WorkersMeasured {
  readonly one: WorkersWay;
  readonly two: WorkersWay;
}

export interface WorkersEffort {
  /** About how many seconds of load half a round is. */
  readonly seconds: number;
  readonly rounds: number;
}

/** More than one caller's connections: which worker has which is chance, and settles with their number. */
const CONNECTIONS = 32;
/** Few enough that nobody waits for a core: two who share one take more CPU time for the same work. */
const QUIET_RATE = 400;
/** Fewer a round would measure the clock. */
const FEWEST = 400;
/** So many times a round's requests, as fast as they go, before the first. */
const WARM_UP_ROUNDS = 8;
/** The kernel counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/**
 * Loads the gateway with one worker and with two in turns, with answers out of memory.
 *
 * @returns undefined where the system does not tell the CPU time of other processes (it is read from /proc)
 */
export async function measureWorkers(
  children: Children,
  pacsUrl: string,
  { seconds, rounds }: WorkersEffort,
): Promise<WorkersMeasured | undefined> {
  if (os.platform() !== 'linux') return undefined;
  const amount = Math.max(FEWEST, Math.ceil(seconds * 2 * QUIET_RATE));
  const one = await startWorkers(children, pacsUrl, 1, amount);
  const two = await startWorkers(children, pacsUrl, 2, amount);
  const ways = { one: () => one.cpuMs(amount), two: () => two.cpuMs(amount) };
  const times = await takeTurns(ways, rounds, Number.POSITIVE_INFINITY);
  const way = (figures: readonly number[], loaded: Loaded): WorkersWay => {
    const cpuMs = Math.min(...figures);
    const largestPart = loaded.largestPart();
    return { cpuMs, largestPart, perSecond: 1000 / (cpuMs * largestPart) };
  };
  const measured = { one: way(times.one, one), two: way(times.two, two) };
  await one.stop();
  await two.stop();
  return measured;
}

/** A warm gateway. */
interface Loaded {
  /** CPU time of its workers for one of so many requests, in milliseconds. */
  cpuMs(amount: number): Promise<number>;
  /** Part that the busiest worker had of all of them. */
  largestPart(): number;
  stop(): Promise<void>;
}

async function startWorkers(
  children: Children,
  pacsUrl: string,
  workers: number,
  amount: number,
): Promise<Loaded> {
  const env = { PACS_URL: pacsUrl, WORKERS: String(workers) };
  const gateway = await children.start('workers', env);
  const url = gateway.url + SMALL_PATH;
  const pids = childrenOf(gateway.pid);
  const used = pids.map(() => 0);
  // So that all of them have the answer in memory, and V8 has compiled what answers.
  await load(url, amount * WARM_UP_ROUNDS);
  return {
    async cpuMs(requests) {
      const before = pids.map(cpuOf);
      await load(url, requests, QUIET_RATE);
      const times = pids.map((pid, at) => cpuOf(pid) - (before[at] ?? NaN));
      times.forEach((time, at) => (used[at] = (used[at] ?? 0) + time));
      return sum(times) / requests;
    },
    largestPart: () => Math.max(...used) / sum(used),
    stop: () => gateway.stop(),
  };
}

const sum = (figures: readonly number[]) => figures.reduce((all, each) => all + each, 0);

/** The lines of the report, which say what is measured. */
export function workersSection({ one, two }: WorkersMeasured): Section {
  const ratio = two.perSecond / one.perSecond;
  const lines = [one, two].map(
    ({ cpuMs, largestPart, perSecond }, at) =>
      `  WORKERS=${at + 1}: ${cpuMs.toFixed(2)} ms CPU a request, the busiest worker has ${(largestPart * 100).toFixed(0)} % of them: ` +
      `${perSecond.toFixed(0)}/s`,
  );
  const text = [
    `Workers, warm search of one study, by CPU time: requests a second if each worker had a core of its own (${CONNECTIONS} connections)`,
    ...lines,
    `  WORKERS=2 over WORKERS=1: ${ratio.toFixed(2)}×`,
  ].join('\n');
  return { text, figures: { 'workers.2': ratio } };
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
