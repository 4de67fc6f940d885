import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../programs';

/* Programs that the files of `deploy/` are for, run by the tests. */

export const DEPLOY = path.join(ROOT, 'deploy');

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a program to its end. Those of `test/deploy/programs/tools` are found in the folder that DEPLOY_TOOLS names.
 *
 * @throws Error when there is no such program
 */
export function run(
  program: string,
  words: readonly string[],
  { cwd = ROOT, input = '', env = {} }: Partial<Given> = {},
): Ended {
  const options = { cwd, input, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const where = { PATH: toolsFirst() + (process.env.PATH ?? ''), ...env };
  const { status, stdout, stderr, error } = spawnSync(program, words, { ...options, env: where });
  if (error !== undefined) throw error;
  return { code: status, out: stdout, err: stderr };
}

/** Where the tools of `test/deploy/programs/tools` are, for the head of PATH. */
export function toolsFirst(): string {
  const tools = process.env.DEPLOY_TOOLS;
  if (tools === undefined) return '';
  return `${path.join(tools, 'bin')}:${path.join(tools, 'python', 'bin')}:`;
}

interface Given {
  readonly cwd: string;
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'deploy-'));
}
