import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { urlOf } from '../listen';
import type { Given, Told } from './messages';

/** Where to answer, and when the process counts as stalled. */
export interface HealthPortSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long the event loop may stand still, in milliseconds, before the process is not live. */
  readonly stalledMs: number;
}

/** A port that tells whether the process lives. */
export interface HealthPort {
  readonly url: string;
  close(): Promise<void>;
}

/** How often the event loop shows that it turns, in milliseconds. */
const BEAT_MS = 100;

/**
 * Answers `/health/live` on a port and in a thread of its own.
 *
 * On the common port an event loop that is busy for two seconds answers nobody, and an orchestrator that waits one
 * second counts a process as dead that is only slow; restarted, all its transfers break. The thread answers at once,
 * and yet not for ever: of a loop that stands still for longer than `stalledMs` it says so, with status 503.
 *
 * @throws the error of the socket, for example EADDRINUSE
 */
export async function openHealthPort(settings: HealthPortSettings): Promise<HealthPort> {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const given: Given = { ...settings, beats, beatMs: BEAT_MS };
  const extension = path.extname(__filename);
  const thread = new Worker(path.join(__dirname, `thread${extension}`), {
    workerData: given,
    // Run from source, by tests and tools, the thread needs the loader that they have.
    execArgv: extension === '.ts' ? ['--require', 'tsx/cjs'] : [],
    env: {},
  });
  const { port } = await firstWord(thread);
  const beating = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  thread.unref();
  return {
    url: urlOf(settings.host, port),
    async close() {
      clearInterval(beating);
      await thread.terminate();
    },
  };
}

function firstWord(thread: Worker): Promise<Told> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve).once('error', reject);
  });
}
