import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import defaults from '../../config/default.json';
import { DIALECTS } from '../../src/pacs/dialects';
import { SETTINGS, type SettingRow } from '../../src/settings';
import { ROOT } from '../programs';
import {
  dialectsTable,
  errorsTable,
  extensionsTable,
  mappingTable,
  searchTable,
  settingsTable,
} from './tables';

/*
 * The README and the pages of docs/reference say what the code's tables say. `UPDATE_DOCS=1 npx jest test/house` writes
 * them anew.
 */

const REFERENCE = path.join(ROOT, 'docs', 'reference');

const TABLES: Readonly<Record<string, readonly string[]>> = {
  settings: settingsTable(defaults),
  errors: errorsTable(),
  dialects: dialectsTable(readFileSync(path.join(ROOT, 'src', 'pacs', 'dialects.ts'), 'utf8')),
  search: searchTable(),
  mapping: mappingTable(),
  extensions: extensionsTable(),
};

/** What has no page of its own is in the README. */
function documentOf(name: string): string {
  const page = path.join(REFERENCE, `${name}.md`);
  return existsSync(page) ? page : path.join(ROOT, 'README.md');
}

const markers = (name: string) =>
  new RegExp(`(<!-- table:${name} -->\n)(.*?)(<!-- /table -->)`, 's');

beforeAll(() => {
  if (process.env.UPDATE_DOCS !== '1') return;
  for (const [name, lines] of Object.entries(TABLES)) {
    const document = documentOf(name);
    const written = readFileSync(document, 'utf8').replace(
      markers(name),
      (_, start: string, _old, end: string) => [start.trimEnd(), ...lines, end].join('\n'),
    );
    writeFileSync(document, written);
  }
});

/** A line of a table however its columns are aligned. */
const unaligned = (line: string) => line.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

test.each(Object.keys(TABLES))('the documents’ table of %s is the code’s', (name) => {
  const [, , lines = ''] = markers(name).exec(readFileSync(documentOf(name), 'utf8')) ?? [];
  expect(lines.trim().split('\n').map(unaligned)).toEqual(TABLES[name]?.map(unaligned));
});

test('each flag of an archive has a comment, and so a row', () => {
  const flags = Object.values(DIALECTS).flatMap((dialect) => Object.keys(dialect));
  for (const flag of flags) expect(TABLES.dialects?.join()).toContain(`\`${flag}\``);
});

test('each default of config/default.json is a setting, and one that its form allows', () => {
  const rows = Object.entries<SettingRow>(SETTINGS);
  const flat = (value: object, prefix: string): [string, unknown][] =>
    Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
      const key = prefix + name;
      const nested = typeof member === 'object' && member !== null && !(key in SETTINGS);
      return nested ? flat(member, `${key}.`) : [[key, member]];
    });
  for (const [key, value] of flat(defaults, '')) {
    const row = rows.find(([name]) => name === key)?.[1];
    expect([key, row?.schema.safeParse(value).success]).toEqual([key, true]);
  }
});
