import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SETTINGS, type SettingRow } from '../../src/settings';

/* Settings as an operator gives them, checked by the gateway itself in a process of its own. */

const ROOT = path.join(__dirname, '..', '..');
const ROWS: readonly SettingRow[] = Object.values(SETTINGS);

/** Environment variables that are settings, and with `…_FILE` those that are secrets. */
export const VARIABLES: ReadonlySet<string> = new Set(
  ROWS.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])),
);
/** Environment variables of settings that are secrets. */
export const SECRETS: ReadonlySet<string> = new Set(
  ROWS.flatMap(({ env, secret }) => (secret ? [env] : [])),
);

/** What the gateway says is wrong with an environment; empty where it would start. */
export function problemsOf(env: Readonly<Record<string, string>>): string {
  const code = `
    const { loadSettings } = require('./src/config.ts');
    try { loadSettings('config', process.env); } catch (error) { process.stdout.write(error.message); }
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', '-e', code], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** A folder with the secrets that `deploy/make-secrets.sh` makes. */
export function madeSecrets(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  const script = path.join(ROOT, 'deploy', 'make-secrets.sh');
  const { status, stderr } = spawnSync('bash', [script, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return folder;
}
