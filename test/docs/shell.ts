import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../programs';

/** A folder that looks like a clone, in which commands of the documents may leave files. */
export interface Clone {
  readonly folder: string;
  /**
   * Runs the commands of a block one after another.
   * @returns what went wrong; empty where nothing did
   */
  run(commands: string, search?: string): Promise<string>;
  remove(): void;
}

const SHARED = ['config', 'deploy', 'docs', 'node_modules', 'package.json', 'src'];

/*
 * An error ends the block, and curl fails where HTTP does: also at the head of a pipe, whose reader may leave early (23).
 */
const PREAMBLE = `
set -eu
curl() {
  local status=0
  command curl -sSf "$@" || status=$?
  [ "$status" -eq 0 ] || [ "$status" -eq 23 ] || echo "curl $*: $status" >> failures
  return "$status"
}
`;

/** @param gateway base URL of the gateway that stands where the documents say http://127.0.0.1:8080 */
export function makeClone(gateway: string): Clone {
  const folder = mkdtempSync(path.join(tmpdir(), 'clone-'));
  for (const name of SHARED) symlinkSync(path.join(ROOT, name), path.join(folder, name));
  mkdirSync(path.join(folder, 'empty'));
  return {
    folder,
    async run(commands, search = '') {
      const text = PREAMBLE + commands.replaceAll('http://127.0.0.1:8080', gateway);
      rmSync(path.join(folder, 'failures'), { force: true });
      // Programs of the documents that take the address from their environment.
      const env = { PATH: search + (process.env.PATH ?? ''), BASE: `${gateway}/fhir/r4` };
      const child = spawn('bash', ['-c', text], {
        cwd: folder,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
      const code = await new Promise((resolve) => child.once('close', resolve));
      const failures = readText(path.join(folder, 'failures'));
      return code === 0 ? failures : `${String(code)}: ${err}${failures}`;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** What bash says of the syntax of commands; empty where it is good. */
export function syntaxOf(commands: string): string {
  return spawnSync('bash', ['-n'], { input: commands, encoding: 'utf8' }).stderr;
}

/** Assignments before a program, `NAME=value`, line ends with a backslash joined. */
export function assignments(commands: string): Record<string, string> {
  const joined = commands.replaceAll('\\\n', ' ');
  const found = joined.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]+)=('[^']*'|\S+)/g);
  return Object.fromEntries(
    Array.from(found, ([, name = '', value = '']) => [name, value.replace(/^'(.*)'$/, '$1')]),
  );
}
