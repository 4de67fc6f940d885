import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The root of the repository. */
export const ROOT = path.resolve(__dirname, '../..');

const OUT = path.join(ROOT, 'node_modules/.cache/bench');

/**
 * Compiles the gateway and the bench's processes by tsc, as `npm start` does: what tsx makes of the source
 * wraps each function to keep its name, which would be measured too. Types are not checked, for the time.
 *
 * @returns the folder of the compiled processes
 */
export function buildProcesses(): string {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const parameters = [tsc, '--noCheck', '-p', path.join(__dirname, 'tsconfig.json')];
  const { status, stdout } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  const built = path.join(OUT, 'test/bench/processes');
  if (status !== 0 || !existsSync(built)) throw new Error(`tsc failed: ${stdout}`);
  return built;
}
