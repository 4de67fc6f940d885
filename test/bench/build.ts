import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The root of the repository. */
export const ROOT = path.resolve(__dirname, '../..');

const OUT = path.join(ROOT, 'node_modules/.cache/bench');

/** A built gateway and the bench's processes around it. */
export interface Built {
  /** The root of the source, where `config/` is. */
  readonly root: string;
  /** The folder of the compiled processes. */
  readonly processes: string;
}

/**
 * Compiles the gateway and the bench's processes by tsc, as `npm start` does: what tsx makes of the source
 * wraps each function to keep its name, which would be measured too. Types are not checked, for the time.
 */
export function buildProcesses(): Built {
  return build(ROOT, OUT);
}

/** The gateway of another commit. */
export interface Revision extends Built {
  remove(): void;
}

/**
 * Checks a commit out beside this one and compiles it, with the packages that its lock file names.
 *
 * @param revision as git takes one, for example `HEAD~1` or `v1.0.0`
 * @throws Error when git knows no such commit, or it does not compile
 */
export function buildRevision(revision: string): Revision {
  const root = path.join(mkdtempSync(path.join(tmpdir(), 'bench-')), 'revision');
  run('git', ['-C', ROOT, 'worktree', 'add', '--quiet', '--detach', root, revision]);
  const remove = () => {
    run('git', ['-C', ROOT, 'worktree', 'remove', '--force', root]);
    rmSync(path.dirname(root), { recursive: true });
  };
  try {
    const lock = (of: string) => readFileSync(path.join(of, 'package-lock.json'), 'utf8');
    if (lock(root) === lock(ROOT)) {
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
    } else {
      run('npm', ['ci', '--silent', '--no-audit', '--no-fund', '--prefix', root]);
    }
    return { ...build(root, path.join(root, 'built')), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function build(root: string, out: string): Built {
  const project = path.join(root, 'test/bench/tsconfig.json');
  const info = path.join(out, '.tsbuildinfo');
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const places = ['--outDir', out, '--tsBuildInfoFile', info];
  run(process.execPath, [tsc, '--noCheck', '-p', project, ...places]);
  return { root, processes: path.join(out, 'test/bench/processes') };
}

function run(command: string, parameters: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stdout}${stderr}`);
}
