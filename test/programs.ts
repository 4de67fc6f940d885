import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/* Programs that run beside a test. */

/** The folder of the repository. */
export const ROOT = path.join(__dirname, '..');

/** Starts a program that runs on; of the environment it has PATH and what is given. */
export function startProgram(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(program, words, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Ends a program, and waits until it is gone. */
export async function endProgram(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** A script of Node's with which one speaks by lines. */
export interface Script {
  /** The next line of its standard output. */
  hear(): Promise<string>;
  /** A line for its standard input. */
  say(line: string): void;
  end(): Promise<void>;
}

/** @param words those after `node` on its command line */
export function startScript(...words: readonly string[]): Script {
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: 'pipe' });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async hear() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`node ${words.join(' ')} ended: ${complaints}`);
      return line.value;
    },
    say: (line) => void child.stdin.write(`${line}\n`),
    end: () => endProgram(child),
  };
}
