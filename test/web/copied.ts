import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a line that was copied, in a shell, and gives what it printed. */
export async function runCopied(line: string, token = ''): Promise<string> {
  const { stdout } = await run('bash', ['-c', `${line} --silent --show-error --fail`], {
    env: { PATH: process.env.PATH, TOKEN: token },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
