import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startDemoArchive } from '../../src/demo/archive';
import { startGateway, type Running } from '../gateway/running';

/** The gateway in front of the demo archive. */
export interface Demo {
  readonly url: string;
  readonly running: Running;
  close(): Promise<void>;
}

export async function startDemo(env: Readonly<Record<string, string>> = {}): Promise<Demo> {
  const archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  const running = await startGateway(archive.url, env);
  return {
    url: `${running.url}/`,
    running,
    async close() {
      await running.close();
      await archive.close();
    },
  };
}

const run = promisify(execFile);

/** Runs a line that was copied, in a shell, and gives what it printed. */
export async function runCopied(line: string, token = ''): Promise<string> {
  const { stdout } = await run('bash', ['-c', `${line} --silent --show-error --fail`], {
    env: { PATH: process.env.PATH, TOKEN: token },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
