import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import defaults from '../../config/default.json';
import { PROBLEMS } from '../../src/errors';
import { VARIABLES } from '../deploy/settings';
import {
  dialectsTable,
  errorsTable,
  extensionsTable,
  searchTable,
  settingsTable,
} from '../house/tables';
import { DOCUMENTS, ROOT } from './blocks';

/*
 * The pages of `docs/reference` say what the code's tables say (`UPDATE_DOCS=1 npx jest test/docs` writes them anew),
 * and what pages speak of is there.
 */

const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const TABLES: Readonly<Record<string, readonly string[]>> = {
  settings: settingsTable(defaults),
  errors: errorsTable(),
  dialects: dialectsTable(text('src/pacs/dialects.ts')),
  search: searchTable(),
  extensions: extensionsTable(),
};
/** Pages that are written by tests of their own, and so may be read before they are there. */
const GENERATED = ['docs/metrics.md', 'docs/doctor.md'];

const pageOf = (name: string) => `docs/reference/${name}.md`;
const markers = (name: string) =>
  new RegExp(`(<!-- table:${name} -->\n)(.*?)(<!-- /table -->)`, 's');
const tableIn = (file: string, name: string) => markers(name).exec(text(file))?.[2];

beforeAll(() => {
  if (process.env.UPDATE_DOCS !== '1') return;
  for (const [name, lines] of Object.entries(TABLES)) {
    const table = `${lines.join('\n')}\n`;
    const written = text(pageOf(name)).replace(
      markers(name),
      (_, start: string, _old, end: string) => [start, table, end].join(''),
    );
    writeFileSync(path.join(ROOT, pageOf(name)), written);
  }
});

test.each(Object.keys(TABLES))('the page of %s is the code’s table', (name) => {
  expect(tableIn(pageOf(name), name)?.trim().split('\n')).toEqual(TABLES[name]);
});

test('the page of the mapping is the table that the renderers are tested against', () => {
  const tested = tableIn('README.md', 'mapping');
  if (tested !== undefined) expect(tableIn(pageOf('mapping'), 'mapping')).toBe(tested);
  expect(tableIn(pageOf('mapping'), 'mapping')).toContain('| DICOM | DSTU1 |');
});

const pages = DOCUMENTS.filter((file) => file !== 'README.md');

test.each(pages)('the links of %s lead to something', (file) => {
  const links = Array.from(text(file).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  const targets = links
    .filter((target) => !/^https?:/.test(target))
    .map((target) => path.join(path.dirname(file), target.split('#')[0] ?? ''));
  const dead = targets.filter((target) => !existsSync(path.join(ROOT, target)));
  expect(dead.filter((target) => !GENERATED.includes(target))).toEqual([]);
});

const VARIABLE = /`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g;
/** Variables of the tests, not of the gateway. */
const OF_TESTS = ['UPDATE_DOCS', 'DEPLOY_TOOLS'];

test.each(pages)('the settings, errors and files that %s names are there', (file) => {
  const source = text(file);
  const variables = Array.from(source.matchAll(VARIABLE), ([, name = '']) => name);
  const known = (name: string) => VARIABLES.has(name) || OF_TESTS.includes(name);
  expect(variables.filter((name) => !known(name))).toEqual([]);
  const problems = Array.from(source.matchAll(/`(pacs-[a-z-]+)`/g), ([, name = '']) => name);
  expect(problems.filter((name) => !(name in PROBLEMS))).toEqual([]);
  const named = source.matchAll(/`((?:deploy|docs|src|test)\/[\w./-]+)`/g);
  const missing = Array.from(named, ([, name = '']) => name).filter(
    (name) => name !== 'deploy/secrets' && !name.startsWith('deploy/secrets/'),
  );
  expect(missing.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
});

test('each page is reached from the index', () => {
  const reached = new Set(
    ['docs/README.md', 'docs/decisions/README.md'].flatMap((file) =>
      Array.from(text(file).matchAll(/\]\(([^)\s#]+)\)/g), ([, target = '']) =>
        path.join(path.dirname(file), target),
      ),
    ),
  );
  const lost = pages.filter(
    (file) => !reached.has(file) && !['docs/README.md', 'docs/examples/README.md'].includes(file),
  );
  expect(lost).toEqual([]);
});
