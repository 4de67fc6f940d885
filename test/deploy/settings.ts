import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { SETTINGS, type SettingRow } from '../../src/settings';
import { ROOT, startScript } from '../programs';

/* Settings as an operator gives them, checked by the gateway itself in a process of its own. */

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
  stop(): Promise<void>;
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
  const check = startScript('--import', 'tsx', '-e', code);
  return {
    async problemsOf(env) {
      check.say(JSON.stringify(env));
      return z.string().parse(JSON.parse(await check.hear()));
    },
    stop: () => check.end(),
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
