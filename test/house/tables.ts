import { PROBLEMS } from '../../src/errors';
import { EXTENSIONS } from '../../src/fhir/extensions';
import { DIALECT_NAMES, DIALECTS, type Dialect } from '../../src/pacs/dialects';
import { RELEASES, type ReleaseName } from '../../src/fhir/releases';
import { PARAMETERS } from '../../src/search/parameters';
import type { Parameter } from '../../src/search/rows';
import { SETTINGS, type SettingRow } from '../../src/settings';
import { MAPPING, type MappedRelease } from '../../src/web/mapping';

/*
 * The tables of the README and of docs/reference, made from the tables that the code runs on.
 */

type Cells = readonly string[];

/** Settings by environment variable, with the defaults of `config/default.json`. */
export function settingsTable(defaults: object): string[] {
  const rows = Object.entries<SettingRow>(SETTINGS).map(
    ([key, { env, meaning, secret, reload }]) => [
      code(secret ? `${env}\`, \`${env}_FILE` : env),
      code(key),
      defaultOf(defaults, key),
      reload ? 'yes' : '',
      meaning,
    ],
  );
  return table(['variable', 'in `config/`', 'default', 'SIGHUP', 'meaning'], rows);
}

/** The catalogue of failures. */
export function errorsTable(): string[] {
  const rows = Object.entries(PROBLEMS).map(([name, { status, issue }]) => [
    code(name),
    String(status),
    code(issue),
  ]);
  return table(['code', 'HTTP status', 'FHIR issue type'], rows);
}

/**
 * The flags of the archives.
 *
 * @param source the text of `pacs/dialects.ts`, whose comments say what each flag means
 */
export function dialectsTable(source: string): string[] {
  const meanings = flagMeanings(source);
  const rows = [...meanings].map(([flag, meaning]) => [
    code(flag),
    ...DIALECT_NAMES.map((name) => flagValue(DIALECTS[name], flag)),
    meaning,
  ]);
  return table(['flag', ...DIALECT_NAMES.map(code), 'meaning'], rows);
}

/** Which attribute is in which element of which release; releases that name all elements alike share a column. */
export function mappingTable(): string[] {
  const rows = MAPPING.map(({ dicom, elements, askedBy }) => [
    dicom,
    ...MAPPED.map(([name]) => (elements[name] ?? []).map(code).join(' ')),
    askedBy,
  ]);
  return table(['DICOM', ...MAPPED.map(([, title]) => title), 'asked by'], rows);
}

const MAPPED: readonly (readonly [MappedRelease, string])[] = [
  ['dstu1', 'DSTU1'],
  ['dstu2', 'DSTU2'],
  ['stu3', 'STU3'],
  ['r4', 'R4, R4B'],
  ['r5', 'R5'],
  ['r6', 'R6 ballot'],
];

/** The search parameters and what each release calls them, those that are refused last. */
export function searchTable(): string[] {
  const rows = [
    ...PARAMETERS.filter((row) => 'read' in row),
    ...PARAMETERS.filter((row) => !('read' in row)),
  ];
  return table(
    ['resource', 'parameter', 'releases', 'meaning'],
    rows.flatMap((row) =>
      spellings(row).map(([name, type, releases]) => [
        row.resource,
        `${code(name)} ${type}`,
        releases,
        meaningOf(row),
      ]),
    ),
  );
}

/** Names and types of a parameter, each with the first and last release that has it so. */
function spellings(row: Parameter): (readonly [name: string, type: string, releases: string])[] {
  const order = Object.keys(RELEASES) as ReleaseName[];
  const known = order.flatMap((release) => {
    const spelling = row.releases[release];
    return spelling ? [{ release, ...spelling }] : [];
  });
  const keys = [...new Set(known.map(({ name, type }) => `${name} ${type}`))];
  return keys.map((key) => {
    const same = known.filter(({ name, type }) => `${name} ${type}` === key);
    const [first, last] = [same[0], same.at(-1)];
    const span =
      first === last ? first?.release : `${first?.release ?? ''} to ${last?.release ?? ''}`;
    return [first?.name ?? '', first?.type ?? '', (span ?? '').toUpperCase().replace('TO', 'to')];
  });
}

function meaningOf(row: Parameter): string {
  return 'refusal' in row ? `refused: ${row.refusal}` : row.documentation;
}

/** The extensions that this gateway defines. */
export function extensionsTable(): string[] {
  const rows = Object.entries(EXTENSIONS).map(([name, { on, type, meaning }]) => [
    code(name),
    on,
    type,
    meaning,
  ]);
  return table(['extension', 'on', 'type', 'meaning'], rows);
}

function table(heads: Cells, rows: readonly Cells[]): string[] {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => {
    const escaped = cells.map((cell) => cell.replaceAll('|', '\\|'));
    return `| ${escaped.join(' | ')} |`.replaceAll('|  |', '| |');
  });
}

function code(text: string): string {
  return `\`${text}\``;
}

function defaultOf(defaults: object, key: string): string {
  const value = key
    .split('.')
    .reduce<unknown>((inner, name) => new Map(Object.entries(inner ?? {})).get(name), defaults);
  if (value === undefined) return '';
  return code(Array.isArray(value) ? value.join(',') : plain(value));
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function flagValue(dialect: Dialect, flag: string): string {
  const value: unknown = new Map<string, unknown>(Object.entries(dialect)).get(flag);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : plain(value ?? '');
}

/** Each flag of the interface Dialect with its comment, in order. */
function flagMeanings(source: string): Map<string, string> {
  const [, body = ''] = /export interface Dialect \{(.*?)\n\}/s.exec(source) ?? [];
  const flags = body.matchAll(/\/\*\*(.*?)\*\/\s*readonly (\w+)/gs);
  return new Map(
    Array.from(flags, ([, comment = '', flag = '']) => [
      flag,
      comment.replace(/\s*\n\s*\*\s*/g, ' ').trim(),
    ]),
  );
}
