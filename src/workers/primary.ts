import { randomBytes } from 'node:crypto';
import cluster from 'node:cluster';
import type { GatewaySettings } from '../gateway/limits';
import { freePort } from '../listen';
import { liveSettings } from '../live';
import type { Logger } from '../observe/log';
import type { Serving } from '../serving';
import { createCrew } from './crew';
import type { FromWorker } from './messages';
import { createRelay } from './relay';
import { shareOf } from './share';

/** A worker that could not begin, in its own words. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
  readonly code = 'worker-failed';
}

/** What the primary process is told. */
export interface PrimaryOptions {
  readonly settings: GatewaySettings;
  readonly logger: Logger;
  /** Path of the program that workers run. */
  readonly entry: string;
}

/** Beyond the time that requests have to end: for the audit to be brought to the disk. */
const CLOSING_MS = 5000;

/**
 * Serves by several processes on one port. This one answers nothing: it starts the workers, replaces them, and tells
 * them what must be the same in all of them.
 *
 * @throws WorkerFailed when one cannot begin; then none is left
 */
export async function serveByWorkers(options: PrimaryOptions): Promise<Serving> {
  const { logger, entry } = options;
  const live = liveSettings(options.settings);
  const { settings } = live;
  const fixed = await drawOnce(settings);
  const share = (worker: number) => shareOf({ ...settings, ...fixed }, worker);
  const begun = createBeginning(settings['workers.count']);
  const relay = createRelay((worker, message) => crew.send(worker, message));

  function take(worker: number, message: FromWorker): void {
    if (message.kind === 'ready') {
      const first = !begun.over();
      crew.send(worker, { kind: 'begin', worker, first, settings: share(worker) });
    } else if (message.kind === 'listening') {
      relay.join(worker);
      begun.count(worker, message.url);
    } else if (message.kind === 'failed') {
      if (begun.over()) logger.error({ worker }, message.message);
      else begun.fail(message.message);
    } else relay.take(worker, message);
  }

  const crew = createCrew({
    count: settings['workers.count'],
    restartMs: settings['workers.restartMs'],
    logger,
    onMessage: take,
    onGone(worker) {
      relay.leave(worker);
      begun.fail(`worker ${worker} ended before it listened`);
    },
  });
  const stop = () => crew.stop(settings['server.shutdownMs'] + CLOSING_MS);
  cluster.setupPrimary({ exec: entry, args: [] });
  crew.start();
  try {
    return { url: await begun.url, stop, reload };
  } catch (error) {
    await stop();
    throw error;
  }

  function reload(next: Parameters<Serving['reload']>[0]) {
    const replaced = live.replace(next);
    logger.level = settings['log.level'];
    for (let worker = 1; worker <= settings['workers.count']; worker += 1) {
      crew.send(worker, { kind: 'settings', settings: share(worker) });
    }
    return replaced;
  }
}

/**
 * What each process would choose by itself, and all must have the same. A port of the system's choice is looked for
 * before: it must be the same after all workers have died at once.
 */
async function drawOnce({ pagingKey, port, host }: GatewaySettings) {
  return {
    pagingKey: pagingKey ?? randomBytes(32).toString('hex'),
    port: port === 0 ? await freePort(host) : port,
  };
}

/** Waits until all workers listen for the first time. */
function createBeginning(workers: number) {
  const listening = new Set<number>();
  let resolve: (url: string) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const url = new Promise<string>((...settle) => {
    [resolve, reject] = settle;
  });
  return {
    url,
    over: () => listening.size === workers,
    count(worker: number, at: string) {
      listening.add(worker);
      if (listening.size === workers) resolve(at);
    },
    /** Without effect once all have listened. */
    fail: (message: string) => reject(new WorkerFailed(message)),
  };
}
