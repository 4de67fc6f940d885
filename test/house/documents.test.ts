import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import defaults from '../../config/default.json';
import { DIALECTS } from '../../src/pacs/dialects';
import { SETTINGS, type SettingRow } from '../../src/settings';
import { dialectsTable, errorsTable, extensionsTable, searchTable, settingsTable } from './tables';

/*
 * The README says what the code's tables say. `UPDATE_DOCS=1 npx jest test/house` writes it anew. A table that the README
 * does not have is in `docs/reference` alone, which test/docs holds to the code.
 */

const ROOT = path.join(__dirname, '..', '..');
const README = path.join(ROOT, 'README.md');

const TABLES: Readonly<Record<string, readonly string[]>> = {
  settings: settingsTable(defaults),
  errors: errorsTable(),
  dialects: dialectsTable(readFileSync(path.join(ROOT, 'src', 'pacs', 'dialects.ts'), 'utf8')),
  search: searchTable(),
  extensions: extensionsTable(),
};

const markers = (name: string) =>
  new RegExp(`(<!-- table:${name} -->\n)(.*?)(<!-- /table -->)`, 's');

beforeAll(() => {
  if (process.env.UPDATE_DOCS !== '1' || !existsSync(README)) return;
  const written = Object.entries(TABLES).reduce(
    (text, [name, lines]) =>
      text.replace(markers(name), (_, start: string, _old, end: string) =>
        [start.trimEnd(), ...lines, end].join('\n'),
      ),
    readFileSync(README, 'utf8'),
  );
  writeFileSync(README, written);
});

/** A line of a table however its columns are aligned. */
const unaligned = (line: string) => line.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

const documentOf = (name: string) =>
  markers(name).test(readFileSync(README, 'utf8'))
    ? README
    : path.join(ROOT, 'docs', 'reference', `${name}.md`);

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
