import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { METRICS, type MetricRow } from '../../src/observe/metrics/table';
import { ROOT } from '../programs';

/* docs/metrics.md says what the code's table says. `UPDATE_DOCS=1 npx jest test/observe/documents` writes it anew. */

const DOCUMENT = path.join(ROOT, 'docs', 'metrics.md');
const TABLE = /(<!-- table:metrics -->\n)(.*?)(<!-- \/table -->)/s;

const code = (text: string) => `\`${text}\``;
const written = [
  ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |'],
  Object.entries<MetricRow>(METRICS).map(
    ([name, { type, labels, help }]) =>
      `| ${code(name)} | ${type} | ${labels.map(code).join(' ')} | ${help} |`,
  ),
]
  .flat()
  .map((line) => line.replaceAll('|  |', '| |'));

beforeAll(() => {
  if (process.env.UPDATE_DOCS !== '1') return;
  const text = readFileSync(DOCUMENT, 'utf8').replace(
    TABLE,
    (_, start: string, _old, end: string) => [start.trimEnd(), ...written, end].join('\n'),
  );
  writeFileSync(DOCUMENT, text);
});

test('the table of metrics is the code’s', () => {
  const [, , lines = ''] = TABLE.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  expect(lines.trim().split('\n')).toEqual(written);
});

test('each alert is explained, and no other', () => {
  const rules = z
    .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string() })) })) })
    .parse(parse(readFileSync(path.join(ROOT, 'deploy', 'prometheus', 'alerts.yml'), 'utf8')));
  const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
  const explained = Array.from(
    readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `([A-Z]\w+)` \|/gm),
    ([, alert]) => alert,
  );
  expect(explained.sort()).toEqual(alerts.sort());
});

test('each metric that the text names is in the table', () => {
  const named = readFileSync(DOCUMENT, 'utf8').matchAll(/\bgateway_[a-z_]+/g);
  const unknown = Array.from(named, ([name]) => name).filter((name) => !(name in METRICS));
  expect(unknown).toEqual([]);
});
