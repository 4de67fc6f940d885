import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RELEASES, type FhirRelease, type ReleaseName } from '../../src/fhir/releases';
import { samplesOf } from '../fhir/r4Samples';

/* The mapping table names the elements that the renderers write, all of them and no others. */

const PAGE = path.join(__dirname, '..', '..', 'docs', 'reference', 'mapping.md');
const MAPPING = readFileSync(PAGE, 'utf8');
const COLUMNS: readonly (readonly ReleaseName[])[] = [
  ['dstu1'],
  ['dstu2'],
  ['stu3'],
  ['r4', 'r4b'],
  ['r5'],
  ['r6'],
];
/** What every resource has, whatever DICOM tells. */
const OF_ANY_RESOURCE = ['resourceType', 'id', 'text', 'contained', 'series', 'series.instance'];

/** The elements that the table names for a release, from R4 on series and instances by `uid`. */
function told(column: number): Set<string> {
  const [, table = ''] = /<!-- table:mapping -->\n(.*?)<!-- \/table -->/s.exec(MAPPING) ?? [];
  const cells = table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[column + 2] ?? '');
  return new Set(cells.flatMap((cell) => cell.match(/[\w.]+/g) ?? []));
}

function written(release: FhirRelease): Set<string> {
  const studies = samplesOf(release).filter(([name]) => name.startsWith('study-'));
  return new Set(
    studies
      .flatMap(([, study]) => namesOf(study, ''))
      .filter((name) => !OF_ANY_RESOURCE.includes(name)),
  );
}

/** Names of elements, those of series and instances with their path; the `_name` of a primitive is its name. */
function namesOf(element: object, prefix: string): string[] {
  return Object.entries(element).flatMap(([name, value]: [string, unknown]) => {
    const own = prefix + name.replace(/^_/, '');
    const below = own === 'series' || own === 'series.instance';
    const items = below && Array.isArray(value) ? (value as object[]) : [];
    return [own, ...items.flatMap((item) => namesOf(item, `${own}.`))];
  });
}

const cases = COLUMNS.flatMap((names, column) => names.map((name) => [name, column] as const));

test.each(cases)('the mapping of %s is what its renderer writes', (name, column) => {
  expect([...told(column)].sort()).toEqual([...written(RELEASES[name])].sort());
});
