import cluster, { type Worker } from 'node:cluster';
import { checkSettings } from '../config';
import { Problem } from '../errors';
import type { GatewaySettings } from '../gateway/limits';
import type { Software } from '../http/conformance';
import { createLogger } from '../observe/log';
import { serveHere, type Serving } from '../serving';
import { readFromPrimary, type FromPrimary, type FromWorker } from './messages';
import { createPeers, type PeerChannel } from './peers';

/** What a worker is told by its own process. */
export interface WorkerOptions {
  readonly software: Software;
  readonly exit: (code: number) => void;
  readonly onSignal: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void) => void;
}

/** Whether this process is a worker of a primary one. */
export function isWorker(): boolean {
  return cluster.isWorker;
}

/**
 * Serves as one of several processes. Its settings are the primary's: read anew, they could be others than those of
 * the workers that began before.
 */
export function runWorker({ software, exit, onSignal }: WorkerOptions): void {
  const { worker } = cluster;
  if (worker === undefined) throw new Error('this process has no primary');
  const send = (message: FromWorker) => sendUp(worker, message);
  const peers = createPeers(send);
  let serving: Serving | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (serving?.stop() ?? Promise.resolve()).then(() => exit(0));
  };
  worker.on('message', (raw: unknown) => {
    const message = readFromPrimary(raw);
    if (message?.kind === 'begin') {
      begin(message, { software, peers, send }).then(
        (begun) => (serving = begun),
        (error: unknown) => fail(worker, error, exit),
      );
    } else if (message?.kind === 'settings') serving?.reload(checkSettings(message.settings));
    else if (message?.kind === 'stop') stop();
    else if (message !== undefined) peers.hear(message);
  });
  // A terminal signals all processes: the primary says what SIGHUP means.
  onSignal('SIGHUP', () => undefined);
  onSignal('SIGINT', stop);
  onSignal('SIGTERM', stop);
  send({ kind: 'ready' });
}

async function begin(
  { settings: given, worker, first }: Extract<FromPrimary, { kind: 'begin' }>,
  parts: { software: Software; peers: PeerChannel; send: (message: FromWorker) => void },
): Promise<Serving> {
  const { software, peers, send } = parts;
  const settings = withArchive(given);
  const logger = createLogger(settings['log.level'], worker);
  const serving = await serveHere({ settings, software, logger, peers });
  send({ kind: 'listening', url: serving.url });
  if (first && worker === 1) void serving.tellArchive();
  return serving;
}

/** The primary has checked that there is an archive; a message of another kind is a fault of the program. */
function withArchive(given: Readonly<Record<string, unknown>>): GatewaySettings {
  const settings = checkSettings(given);
  const { 'pacs.url': url } = settings;
  if (url === undefined) throw new Error('a worker was given no archive');
  return { ...settings, 'pacs.url': url };
}

function sendUp(worker: Worker, message: FromWorker): void {
  // Without the primary the channel is closed, and node:cluster ends this process.
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** Lets the primary say why, which knows whether anybody has to be told. */
function fail(worker: Worker, error: unknown, exit: (code: number) => void): void {
  const known = error instanceof Problem || (error instanceof Error && 'code' in error);
  const message = known
    ? error.message
    : error instanceof Error
      ? String(error.stack)
      : String(error);
  worker.send({ kind: 'failed', message } satisfies FromWorker, () => exit(1));
}
