import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MAPPING } from '../../src/web/mapping';

/* The page's table of origins is the README's, which is tested against the renderers. */

const README = readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8');
const COLUMNS = ['dstu1', 'dstu2', 'stu3', 'r4', 'r5', 'r6'] as const;

test('the mapping is the README’s, row by row', () => {
  const [, table = ''] = /<!-- table:mapping -->\n(.*?)<!-- \/table -->/s.exec(README) ?? [];
  const rows = MAPPING.map(({ dicom, elements, askedBy }) => {
    const cells = COLUMNS.map((name) =>
      (elements[name] ?? []).map((each) => `\`${each}\``).join(' '),
    );
    return `| ${[dicom, ...cells, askedBy].join(' | ')} |`.replace(/ +/g, ' ');
  });
  expect(rows).toEqual(table.trim().split('\n').slice(2));
});

test('an attribute that is named for one element is among those of its row', () => {
  for (const { dicom, elements, each = {} } of MAPPING) {
    const known = Object.values(elements).flat();
    for (const [element, attribute] of Object.entries(each)) {
      const [tag = ''] = /\([0-9A-F]{4},[0-9A-F]{4}\)/.exec(attribute) ?? [];
      expect([element, known.includes(element), dicom.includes(tag)]).toEqual([
        element,
        true,
        true,
      ]);
    }
  }
});
