import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
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

/** Checks environments as the gateway does when it starts. */
export interface SettingsCheck {
  /** What the gateway says is wrong with an environment; empty where it would start. */
  problemsOf(env: Readonly<Record<string, string>>): Promise<string>;
  stop(): void;
}

/** One process for many environments: each line of its input is one, each line of its output the answer. */
export function startSettingsCheck(): SettingsCheck {
  const code = `
    const { loadSettings } = require('./src/config.ts');
    const answer = (env) => {
      try { loadSettings('config', env); return ''; } catch (error) { return error.message; }
    };
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\\n');
    });
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', code], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async problemsOf(env) {
      child.stdin.write(`${JSON.stringify(env)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('the check of settings ended');
      return z.string().parse(JSON.parse(line.value));
    },
    stop: () => child.kill(),
  };
}

/** A folder with the secrets that `deploy/make-secrets.sh` makes. */
export function madeSecrets(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  const script = path.join(ROOT, 'deploy', 'make-secrets.sh');
  const { status, stderr } = spawnSync('bash', [script, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return folder;
}
