import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Built } from './build';
import type { Asked, Told, Usage } from './processes/serving';

/** A server in a process of its own, so that its CPU time is its own. */
export interface Child {
  /** Where it serves. */
  readonly url: string;
  readonly pid: number;
  usage(): Promise<Usage>;
  /** Has it measure the delay of its event loop from now on, as part of its usage. */
  watchLoop(): Promise<Usage>;
  /** Ends it, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts the bench's processes, and ends those that are left. */
export interface Children {
  start(
    name: 'archive' | 'images' | 'manyStudies' | 'gateway' | 'workers' | 'express' | 'bare',
    env?: Readonly<Record<string, string>>,
  ): Promise<Child>;
  stopAll(): Promise<void>;
}

/** @param built the processes to start */
export function createChildren({ root, processes }: Built): Children {
  const running = new Set<Child>();
  return {
    async start(name, env = {}) {
      const child = fork(path.join(processes, `${name}.js`), {
        execArgv: [],
        env: { ...process.env, BENCH_ROOT: root, HOST: '127.0.0.1', PORT: '0', ...env },
        // The log is written as in production, but nobody reads it.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const ready = await heard(child, 'ready');
      const usage = async (asked: Asked) => {
        child.send(asked);
        return (await heard(child, 'usage')).usage;
      };
      const started: Child = {
        url: ready.url,
        pid: child.pid ?? NaN,
        usage: () => usage('usage'),
        watchLoop: () => usage('watch loop'),
        async stop() {
          running.delete(started);
          const gone = once(child, 'exit');
          child.disconnect();
          await gone;
        },
      };
      running.add(started);
      return started;
    },
    async stopAll() {
      await Promise.all([...running].map((child) => child.stop()));
    },
  };
}

/** The next message of a kind; a child that ends before it has failed. */
function heard<K extends Told['told']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Told, { told: K }>> {
  return new Promise((resolve, reject) => {
    const failed = () => reject(new Error(`a process of the bench ended before it was ${kind}`));
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message as Extract<Told, { told: K }>);
    });
  });
}
