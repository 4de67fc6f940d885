import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../observe/log';
import { closeUntaken } from './handedOver';
import { readFromWorker, type FromPrimary, type FromWorker } from './messages';

/** The workers of a primary process, by numbers from 1 that a replacement takes over. */
export interface Crew {
  send(worker: number, message: FromPrimary): void;
  /** Starts all of them. */
  start(): void;
  /** Has them stop, and resolves when they are gone; whoever is not within the time is killed. */
  stop(withinMs: number): Promise<void>;
}

/** How the crew is made up, and who hears of it. */
export interface CrewSettings {
  readonly count: number;
  /** Least time between two starts of one worker, in milliseconds. */
  readonly restartMs: number;
  readonly logger: Logger;
  readonly onMessage: (worker: number, message: FromWorker) => void;
  readonly onGone: (worker: number) => void;
}

/**
 * Keeps so many workers running. One that ends is replaced at once, but no sooner than `restartMs` after its own
 * start: what dies at its start must not take the machine with it.
 *
 * node:cluster, because it is Node's own; SO_REUSEPORT would do without a primary, but Node 20 cannot set it. The
 * primary accepts and hands connections out in turn (SCHED_RR): where workers accept by themselves, one of them takes
 * most of a burst, as of a load balancer that begins, and keeps it.
 */
export function createCrew(settings: CrewSettings): Crew {
  const { count, restartMs, logger, onMessage, onGone } = settings;
  const crew = new Map<number, Worker>();
  let stopping = false;
  cluster.schedulingPolicy = cluster.SCHED_RR;

  function launch(number: number): void {
    if (stopping) return;
    const started = performance.now();
    const worker = cluster.fork();
    closeUntaken(worker);
    crew.set(number, worker);
    worker.on('message', (raw: unknown) => {
      const message = readFromWorker(raw);
      if (message !== undefined) onMessage(number, message);
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      crew.delete(number);
      onGone(number);
      if (stopping) return;
      logger.error({ worker: number, code, signal }, 'a worker has ended and is replaced');
      const wait = Math.max(0, started + restartMs - performance.now());
      setTimeout(() => launch(number), wait);
    });
  }

  return {
    send(number, message) {
      const worker = crew.get(number);
      // A worker that dies is heard of soon; what was for it goes with it.
      if (worker?.isConnected()) worker.send(message, () => undefined);
    },
    start() {
      for (let number = 1; number <= count; number += 1) launch(number);
    },
    async stop(withinMs) {
      stopping = true;
      const left = [...crew.values()];
      const gone = left.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
      for (const number of crew.keys()) this.send(number, { kind: 'stop' });
      const timer = setTimeout(
        () => left.forEach((worker) => worker.process.kill('SIGKILL')),
        withinMs,
      );
      await Promise.all(gone);
      clearTimeout(timer);
    },
  };
}
