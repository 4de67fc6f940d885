import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Job, Rendered } from './job';

/** What rendering may take. */
export interface RendererSettings {
  /** Bytes of a file; 0 renders none. */
  readonly maxBytes: number;
  /** Deadline of one rendering, from its turn on. */
  readonly timeoutMs: number;
}

/** Renders DICOM files in a thread of their own, one at a time. */
export interface FileRenderer {
  readonly maxBytes: number;
  /** @returns undefined for a file that cannot be rendered, or not in time */
  render(file: Buffer, wish: Omit<Job, 'file'>): Promise<Buffer | undefined>;
  close(): void;
}

/** How long a thread without work stays: it holds a decoder and what the decoder grew to. */
const IDLE_MS = 60_000;
/** Renderings that may wait for their turn; one more is not made. */
const QUEUE = 32;
/** Bytes of heap that a thread may grow to, in megabytes. */
const MOST_HEAP_MB = 1024;

/**
 * A renderer for what the archive cannot render. Decoders are large, slow and fed with whatever a file holds: in a
 * thread they neither hold up other requests nor outlive their deadline, and what they print goes nowhere.
 */
export function createRenderer({ maxBytes, timeoutMs }: RendererSettings): FileRenderer {
  let worker: Worker | undefined;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;

  const stop = () => {
    void worker?.terminate();
    worker = undefined;
  };

  async function renderNow(job: Job): Promise<Buffer | undefined> {
    clearTimeout(idle);
    worker ??= startWorker();
    const rendered = await ask(worker, job, timeoutMs);
    if (rendered === 'failed') stop();
    idle = setTimeout(stop, IDLE_MS).unref();
    return rendered === 'failed' || rendered === 'unable' ? undefined : rendered;
  }

  return {
    maxBytes,
    async render(file, wish) {
      if (waiting >= QUEUE || file.length > maxBytes) return undefined;
      waiting += 1;
      const mine = turn.then(() => renderNow({ ...wish, file }));
      turn = mine.catch(() => undefined);
      return mine.finally(() => (waiting -= 1));
    },
    close() {
      clearTimeout(idle);
      stop();
    },
  };
}

/** `failed`: the thread is of no more use; `unable`: it answered that it cannot. */
function ask(worker: Worker, job: Job, timeoutMs: number): Promise<Buffer | 'failed' | 'unable'> {
  return new Promise((resolve) => {
    const settle = (result: Buffer | 'failed' | 'unable') => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', failed).off('exit', failed);
      resolve(result);
    };
    const answered = (rendered: Rendered) => settle(rendered ? Buffer.from(rendered) : 'unable');
    const failed = () => settle('failed');
    const timer = setTimeout(failed, timeoutMs);
    worker.on('message', answered).on('error', failed).on('exit', failed);
    worker.postMessage(job);
  });
}

function startWorker(): Worker {
  const extension = path.extname(__filename);
  const worker = new Worker(path.join(__dirname, `worker${extension}`), {
    // Run from source, by tests and tools, the thread needs the loader that they have.
    execArgv: extension === '.ts' ? ['--require', 'tsx/cjs'] : [],
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  // Read and dropped: a decoder prints values of files, and an unread stream would fill up.
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}
