import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROBLEMS } from '../../src/errors';
import { VARIABLES } from '../deploy/settings';
import { ROOT } from '../programs';
import { DOCUMENTS } from './blocks';

/* What pages speak of is there. Their tables are held to the code by test/house. */

const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const pages = DOCUMENTS.filter((file) => file !== 'README.md');

test.each(pages)('the links of %s lead to something', (file) => {
  const links = Array.from(text(file).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  const targets = links
    .filter((target) => !/^https?:/.test(target))
    .map((target) => path.join(path.dirname(file), target.split('#')[0] ?? ''));
  const dead = targets.filter((target) => !existsSync(path.join(ROOT, target)));
  expect(dead).toEqual([]);
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
