import { PROBLEMS } from '../../src/errors';
import { EXTENSIONS } from '../../src/fhir/extensions';
import { DIALECT_NAMES, DIALECTS, type Dialect } from '../../src/pacs/dialects';
import { modifiersOf, parametersOf, isAnswered, type Spelled } from '../../src/search/parameters';
import { SETTINGS, type SettingRow } from '../../src/settings';

/*
 * The README's tables, made from the tables that the code runs on.
 */

type Cells = readonly string[];

/** Settings by environment variable, with the defaults of `config/default.json`. */
export function settingsTable(defaults: object): string[] {
  const rows = Object.entries<SettingRow>(SETTINGS).map(([key, { env, meaning, secret }]) => [
    code(secret ? `${env}\`, \`${env}_FILE` : env),
    code(key),
    defaultOf(defaults, key),
    meaning,
  ]);
  return table(['variable', 'in `config/`', 'default', 'meaning'], rows);
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

/** The search parameters of a release, those that are refused last. */
export function searchTable(): string[] {
  const all = (['ImagingStudy', 'Patient'] as const).flatMap((type) => parametersOf('dstu1', type));
  const rows = [...all.filter(isAnswered), ...all.filter((row) => !isAnswered(row))];
  return table(
    ['resource', 'parameter', 'type', 'modifiers', 'meaning'],
    rows.map((row) => [
      row.resource,
      code(row.spelling.name),
      row.spelling.type,
      isAnswered(row)
        ? modifiersOf(row)
            .map((name) => code(`:${name}`))
            .join(' ')
        : '',
      meaningOf(row),
    ]),
  );
}

function meaningOf(row: Spelled): string {
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
