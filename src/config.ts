import type { z } from 'zod';
import { readGiven } from './config/given';
import { problemsTogether } from './config/together';
import { SETTINGS, type SettingRow } from './settings';

type Table = typeof SETTINGS;
type Key = keyof Table;

/** All settings, by their place in `config/*`, checked. */
export type Settings = { readonly [K in Key]: z.output<Table[K]['schema']> };

/** The settings, and where each that is set comes from, in words. */
export interface Configuration {
  readonly settings: Settings;
  readonly sources: ReadonlyMap<string, string>;
}

/** Every problem of the settings in one message. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly string[]) {
    super(
      ['The settings cannot be used:', ...problems.map((problem) => `  - ${problem}`)].join('\n'),
    );
  }
}

/** Keys of settings that must be there, and what is said where one is not. */
export type Needed = Readonly<Partial<Record<Key, string>>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings: defaults, then `config/*`, then the environment, then the files that `…_FILE` name.
 *
 * @param configDir folders of `default.json` and of what overrides it (files as the `config` package has them)
 * @param env the environment, of which only the table's variables are read
 * @param needed what must be set here although others can do without it
 * @throws SettingsError with all problems at once, each naming the setting, the form wanted and an example
 */
export function loadSettings(configDir: string, env: Environment, needed: Needed = {}): Settings {
  return loadConfiguration(configDir, env, needed).settings;
}

/** As {@link loadSettings}, and tells where they come from. */
export function loadConfiguration(
  configDir: string,
  env: Environment,
  needed: Needed = {},
): Configuration {
  const { values, sources, problems } = readGiven(configDir, env);
  const missing = Object.entries(needed).filter(([key]) => values[key] === undefined);
  const all = [...problems, ...missing.map(([, text]) => text)];
  return { settings: checkSettings(values, all), sources };
}

/**
 * Checks settings that were read, or that another process of the gateway has sent: what has been checked once
 * comes out as it is.
 *
 * @param problems of the reading
 * @throws SettingsError with all problems at once
 */
export function checkSettings(
  given: Readonly<Record<string, unknown>>,
  problems: readonly string[] = [],
): Settings {
  const found = [...problems];
  const settings = new Map<string, unknown>();
  for (const [key, row] of Object.entries<SettingRow>(SETTINGS)) {
    const parsed = row.schema.safeParse(given[key]);
    if (parsed.success) settings.set(key, parsed.data);
    else found.push(`${row.env} (${key})${shown(row, given[key])} must be ${row.form}`);
  }
  const checked = Object.freeze(Object.fromEntries(settings)) as Settings;
  const wrong = Object.keys(SETTINGS).filter((key) => !settings.has(key));
  found.push(...problemsTogether(checked, new Set(wrong)));
  if (found.length > 0) throw new SettingsError(found);
  return checked;
}

function shown(row: SettingRow, value: unknown): string {
  if (value === undefined) return ' is missing: it';
  return row.secret ? '' : ` is ${JSON.stringify(value)}: it`;
}
