import { readFileSync } from 'node:fs';
import { Load } from 'config/lib/util';
import type { z } from 'zod';
import { isLoopback, SETTINGS, type SettingRow } from './settings';

type Table = typeof SETTINGS;
type Key = keyof Table;

/** All settings, by their place in `config/*`, checked. */
export type Settings = { readonly [K in Key]: z.output<Table[K]['schema']> };

/** Every problem of the settings in one message. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly string[]) {
    super(
      ['The settings cannot be used:', ...problems.map((problem) => `  - ${problem}`)].join('\n'),
    );
  }
}

/**
 * Reads the settings: defaults, then `config/*`, then the environment, then the files that `…_FILE` name.
 *
 * @param configDir folder of `default.json` and of what overrides it (files as the `config` package has them)
 * @param env the environment, of which only the table's variables are read
 * @throws SettingsError with all problems at once, each naming the setting, the form wanted and an example
 */
export function loadSettings(
  configDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const problems: string[] = [];
  const given = { ...readFiles(configDir, problems), ...readEnvironment(env, problems) };
  const settings = new Map<string, unknown>();
  for (const [key, row] of Object.entries<SettingRow>(SETTINGS)) {
    const parsed = row.schema.safeParse(given[key]);
    if (parsed.success) settings.set(key, parsed.data);
    else problems.push(`${row.env} (${key})${shown(row, given[key])} must be ${row.form}`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  const checked = Object.freeze(Object.fromEntries(settings)) as Settings;
  checkTogether(checked);
  return checked;
}

/** What single settings cannot tell. */
function checkTogether(settings: Settings): void {
  const problems = [...exposed(settings), ...lacking(settings)];
  if (problems.length > 0) throw new SettingsError(problems);
}

function exposed(settings: Settings): string[] {
  const guarded = settings['auth.mode'] !== 'none' || settings['auth.allowInsecure'];
  if (isLoopback(settings.host) || guarded) return [];
  return [
    `HOST ${settings.host} is reached from other machines, and AUTH_MODE none lets everybody see every study. ` +
      'Set AUTH_MODE=jwt or introspection, HOST=127.0.0.1, or ALLOW_INSECURE=true where something in front of ' +
      'the gateway authorises',
  ];
}

/** Settings that another one is of no use without. */
function lacking(settings: Settings): string[] {
  const needs: readonly (readonly [boolean, string, Key])[] = [
    [settings['auth.mode'] === 'jwt', 'AUTH_MODE=jwt', 'auth.issuer'],
    [settings['auth.mode'] === 'jwt', 'AUTH_MODE=jwt', 'auth.audience'],
    [settings['auth.mode'] === 'introspection', 'AUTH_MODE=introspection', 'auth.introspectionUrl'],
    [settings['auth.clientSecret'] !== undefined, 'AUTH_CLIENT_SECRET', 'auth.clientId'],
    [settings['auth.patientBinding'] === 'fhir', 'PATIENT_BINDING=fhir', 'ehr.fhirUrl'],
    [settings['capability.urls'], 'CAPABILITY_URLS=true', 'capability.keys'],
    [settings['pacs.oauthTokenUrl'] !== undefined, 'PACS_OAUTH_TOKEN_URL', 'pacs.oauthClientId'],
    [
      settings['pacs.oauthTokenUrl'] !== undefined,
      'PACS_OAUTH_TOKEN_URL',
      'pacs.oauthClientSecret',
    ],
    [settings['redis.url'] !== undefined, 'REDIS_URL', 'redis.keys'],
  ];
  return needs
    .filter(([wanted, , key]) => wanted && settings[key] === undefined)
    .map(([, by, key]) => `${SETTINGS[key].env} is missing: ${by} needs it, ${SETTINGS[key].form}`);
}

function readFiles(configDir: string, problems: string[]): Record<string, unknown> {
  const load = new Load({ configDir });
  load.scan();
  const flat = flatten(load.config, '');
  for (const key of Object.keys(flat).filter((each) => !(each in SETTINGS))) {
    problems.push(`${key} in ${configDir} is no setting; the README lists them`);
  }
  return flat;
}

function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, row] of Object.entries<SettingRow>(SETTINGS)) {
    const value = env[row.env];
    const file = row.secret ? env[`${row.env}_FILE`] : undefined;
    if (value !== undefined && value !== '') given[key] = value;
    else if (file !== undefined && file !== '') {
      try {
        given[key] = readFileSync(file, 'utf8').trim();
      } catch {
        problems.push(`${row.env}_FILE names a file that cannot be read`);
      }
    }
  }
  return given;
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

function shown(row: SettingRow, value: unknown): string {
  if (value === undefined) return ' is missing: it';
  return row.secret ? '' : ` is ${JSON.stringify(value)}: it`;
}
