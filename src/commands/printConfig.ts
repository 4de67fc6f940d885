import { loadConfiguration, type Settings } from '../config';
import { SETTINGS, type SettingRow } from '../settings';
import type { Shell } from './shell';

/** One setting as it is shown. */
interface Shown {
  readonly env: string;
  readonly key: string;
  /** As it would be set; undefined for one that is not set. */
  readonly value: unknown;
  readonly source: string;
}

/** In place of a secret: that there is one may be known. */
const HIDDEN = '(set, not shown)';
const UNSET = '(not set)';

/** Prints what each setting is and where that comes from; secrets never. */
export function printConfig(shell: Shell, { json = false }: { json?: boolean }): Promise<number> {
  const { settings, sources } = loadConfiguration(shell.configDir, shell.env);
  const rows = Object.entries<SettingRow>(SETTINGS).map(([key, row]) =>
    show(key as keyof Settings, row, settings, sources),
  );
  shell.print(json ? `${JSON.stringify(asObject(rows), null, 2)}\n` : lines(rows));
  return Promise.resolve(0);
}

function show(
  key: keyof Settings,
  { env, secret }: SettingRow,
  settings: Settings,
  sources: ReadonlyMap<string, string>,
): Shown {
  const value = settings[key];
  const set = value !== undefined;
  return {
    env,
    key,
    value: set && secret ? HIDDEN : value,
    source: set ? (sources.get(key) ?? 'default') : '',
  };
}

function asObject(rows: readonly Shown[]) {
  return Object.fromEntries(
    rows.map(({ key, value = null, ...shown }) => [key, { value, ...shown }]),
  );
}

function lines(rows: readonly Shown[]): string {
  const cells = rows.map(({ env, value, source }) => [env, inWords(value), source] as const);
  const widths = [0, 1].map((at) => Math.max(...cells.map((row) => row[at as 0 | 1].length)));
  return cells
    .map(([env, value, source]) =>
      `${env.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${source}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function inWords(value: unknown): string {
  if (value === undefined) return UNSET;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
