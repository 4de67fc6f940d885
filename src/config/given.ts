import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Load } from 'config/lib/util';
import { SETTINGS, type SettingRow } from '../settings';

/** What settings are set to before anybody has checked them. */
export interface Given {
  /** Values by the key of their setting. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each value comes from, in words: `default`, `file PATH`, `environment NAME`. */
  readonly sources: ReadonlyMap<string, string>;
  /** What could not be read. */
  readonly problems: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Reading {
  readonly values: Map<string, unknown>;
  readonly sources: Map<string, string>;
  readonly problems: string[];
}

/**
 * Reads defaults, then `config/*`, then the environment, then the files that `…_FILE` name.
 *
 * @param configDir folders of files as the `config` package has them, with the system's separator between them;
 *   the first is the one with the defaults
 */
export function readGiven(configDir: string, env: Environment): Given {
  const reading: Reading = { values: new Map(), sources: new Map(), problems: [] };
  readFiles(configDir, reading);
  readEnvironment(env, reading);
  return { ...reading, values: Object.fromEntries(reading.values) };
}

function readFiles(configDir: string, { values, sources, problems }: Reading): void {
  const folders = configDir.split(path.delimiter);
  const missing = folders.filter((folder) => !existsSync(folder));
  problems.push(...missing.map((folder) => `${folder}, the folder of settings, is not there`));
  const load = new Load({ configDir });
  load.scan();
  const defaults = path.join(folders[0] ?? '', 'default.json');
  for (const { name, parsed } of load.getSources()) {
    const content: unknown = parsed;
    for (const [key, value] of Object.entries(flatten(content ?? {}, ''))) {
      if (key in SETTINGS) sources.set(key, name === defaults ? 'default' : `file ${name}`);
      else problems.push(`${key} in ${name} is no setting; the README lists them`);
      values.set(key, value);
    }
  }
}

function readEnvironment(env: Environment, { values, sources, problems }: Reading): void {
  for (const [key, row] of Object.entries<SettingRow>(SETTINGS)) {
    const value = env[row.env];
    const file = row.secret ? env[`${row.env}_FILE`] : undefined;
    if (value !== undefined && value !== '') {
      values.set(key, value);
      sources.set(key, `environment ${row.env}`);
    } else if (file !== undefined && file !== '') {
      try {
        values.set(key, readFileSync(file, 'utf8').trim());
        sources.set(key, `environment ${row.env}_FILE`);
      } catch {
        problems.push(`${row.env}_FILE names a file that cannot be read`);
      }
    }
  }
}

/** `{pacs: {url}}` as `{'pacs.url'}`, down to the names of the table. */
function flatten(value: object, prefix: string): Record<string, unknown> {
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  return members.reduce<Record<string, unknown>>((flat, [name, member]) => {
    const key = `${prefix}${name}`;
    const nested = typeof member === 'object' && member !== null && !(key in SETTINGS);
    return { ...flat, ...(nested ? flatten(member, `${key}.`) : { [key]: member }) };
  }, {});
}
