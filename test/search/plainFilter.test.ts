import fc from 'fast-check';
import type { ReleaseName } from '../../src/fhir/releases';
import type { ParsedSearch } from '../../src/search/parse';
import { findStudies } from '../../src/study/findStudies';
import type { Study } from '../../src/study/model';
import type { FoundStudies, SearchLimits } from '../../src/study/search';
import type { StudySource } from '../../src/study/source';
import { archiveOf, CALL, isIndexable, manners } from './plainArchive';
import { questionsOf } from './plainQuestions';
import type { Asked } from './plainSpelling';
import { archives, nameOf, nameOfFound, type PlainStudy } from './plainStudies';
import { RELEASE_NAMES, search } from './support';

/*
 * THE PROPERTY that everything else serves: what a search finds, over all of its pages, is what a plain filter
 * over all studies finds, whatever the archive can, ignores and tells.
 */

const sorts: Readonly<Record<'old' | 'stu3' | 'r4', readonly string[]>> = {
  old: ['study', 'modality', 'accession'],
  stu3: ['study', '-modality', 'started,-patient'],
  r4: ['-started', 'modality', 'identifier,-subject'],
};

/** How a result is wanted: any page size, and an order or none, as the release spells it. */
function wishesOf(release: ReleaseName): fc.Arbitrary<(readonly [string, string])[]> {
  const signed = !['dstu1', 'dstu2'].includes(release);
  const names = sorts[!signed ? 'old' : release === 'stu3' ? 'stu3' : 'r4'];
  const order = fc
    .constantFrom(...names)
    .map((by) => [signed ? '_sort' : '_sort:desc', by] as const);
  return fc
    .record({
      count: fc.constantFrom('1', '2', '5', '100'),
      order: fc.option(order, { nil: undefined }),
      summary: fc.boolean(),
    })
    .map(({ count, order: by, summary }) => [
      ['_count', count],
      ...(by === undefined ? [] : [by]),
      ...(summary ? ([['_summary', 'true']] as const) : []),
    ]);
}

const limits: fc.Arbitrary<SearchLimits> = fc.record({
  windowRows: fc.constantFrom(2, 5, 50),
  scannedRows: fc.constant(200),
  belowRows: fc.constantFrom(1, 100),
  pageInstances: fc.constantFrom(1, 6, 500),
  pageSeries: fc.constantFrom(1, 500),
});

/** A release, a question of at most three parameters in its spelling, and how the result is wanted. */
const questions = fc.constantFrom(...RELEASE_NAMES).chain((release) =>
  fc.record({
    release: fc.constant(release),
    asked: fc.array(questionsOf(release), { maxLength: 3 }),
    wishes: wishesOf(release),
  }),
);

const parse = (
  release: ReleaseName,
  asked: readonly Asked[],
  wishes: (readonly [string, string])[],
) => search([...asked.map(({ name, value }) => [name, value] as const), ...wishes], { release });

/** Every page, following `next`; `between` is called before each but the first. */
async function pagesOf(
  { query }: ParsedSearch,
  source: StudySource,
  within: SearchLimits,
  between: () => void = () => undefined,
): Promise<FoundStudies[]> {
  const pages = [await findStudies(query, source, within, CALL)];
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
    between();
    pages.push(await findStudies({ ...query, cursor: next }, source, within, CALL));
    if (pages.length > 300) throw new Error('the pages do not end');
  }
  return pages;
}

const namesIn = (pages: readonly FoundStudies[]) =>
  pages.flatMap(({ studies }) => studies.map(nameOfFound));
/** The first sort of some wishes, with a sign for descending. */
const orderIn = (wishes: readonly (readonly [string, string])[]): string[] =>
  wishes.flatMap(([name, value]) => {
    const [first = ''] = value.split(',');
    if (name === '_sort:desc') return [`-${first}`];
    return name === '_sort' ? [first] : [];
  });

/** Whether studies are in the order of their first sort, as far as it is one of these; those without it last. */
function inOrder(studies: readonly Study[], by: string): boolean {
  const told: Readonly<Record<string, (study: Study) => string | undefined>> = {
    started: ({ started }) => started && `${started.date}T${started.time ?? ''}`,
    study: ({ uid }) => uid,
  };
  const values = studies.map((study) => told[by.replace('-', '')]?.(study));
  const known = values.filter((value) => value !== undefined);
  const sorted = known.toSorted((one, other) => (one < other ? -1 : 1));
  const wanted = by.startsWith('-') ? sorted.toReversed() : sorted;
  return JSON.stringify(values.slice(0, known.length)) === JSON.stringify(wanted);
}

const plainFilter = (held: readonly PlainStudy[], asked: readonly Asked[]) =>
  held.filter((study) => asked.every(({ finds }) => finds(study))).map(nameOf);

test('a search finds what a plain filter over all studies finds, each once, through any paging', async () => {
  const sizes: number[] = [];
  const property = fc.asyncProperty(
    archives,
    manners,
    questions,
    limits,
    async (held, manner, { release, asked, wishes }, within) => {
      const expected = plainFilter(held, asked);
      const pages = await pagesOf(parse(release, asked, wishes), archiveOf(held, manner), within);
      expect(namesIn(pages).sort()).toEqual(expected.sort());
      for (const { total } of pages) expect([undefined, expected.length]).toContain(total);
      const [by] = orderIn(wishes);
      if (by !== undefined)
        expect(
          inOrder(
            pages.flatMap(({ studies }) => studies),
            by,
          ),
        ).toBe(true);
      sizes.push(expected.length);
    },
  );
  await fc.assert(property, { numRuns: 5000, interruptAfterTimeLimit: 6000 });
  // The questions are worth asking: every third at least finds something, and not all there is.
  const some = sizes.filter((size) => size > 0).length;
  expect(some / sizes.length).toBeGreaterThan(1 / 3);
}, 60_000);

test('the number of matches, where it is asked for, is that of a plain filter', async () => {
  const property = fc.asyncProperty(
    archives,
    manners,
    questions.filter(({ release }) => !['dstu1', 'dstu2', 'stu3'].includes(release)),
    limits,
    fc.constantFrom(['_total', 'accurate'] as const, ['_summary', 'count'] as const),
    async (held, manner, { release, asked }, within, wish) => {
      const source = archiveOf(held, manner);
      const { query } = parse(release, asked, [wish]);
      const { total, notices } = await findStudies(query, source, within, CALL);
      const expected = plainFilter(held, asked).length;
      if (total === undefined)
        expect(notices.map(({ code }) => code)).toContain('too-many-to-count');
      else expect(total).toBe(expected);
    },
  );
  await fc.assert(property, { numRuns: 1000, interruptAfterTimeLimit: 3000 });
}, 60_000);

test('while studies arrive, a result that is read whole loses none and gives none twice', async () => {
  const property = fc.asyncProperty(
    archives,
    archives,
    manners,
    questions,
    limits,
    fc.infiniteStream(fc.nat()),
    async (first, later, manner, { release, asked, wishes }, within, places) => {
      const held = [...first];
      const known = new Set(first.map(nameOf));
      const arriving = later.filter((study) => !known.has(nameOf(study)));
      // An archive that has an index files none of two studies that it cannot tell apart.
      const files = (study: PlainStudy) => !isIndexable(first) || isIndexable([...held, study]);
      const source = archiveOf(held, manner);
      const large = { ...within, windowRows: 100 };
      const pages = await pagesOf(parse(release, asked, wishes), source, large, () => {
        const study = arriving.pop();
        const at = (places.next().value ?? 0) % (held.length + 1);
        if (study !== undefined && files(study)) held.splice(at, 0, study);
      });
      const names = namesIn(pages);
      expect(names).toHaveLength(new Set(names).size);
      expect(names).toEqual(expect.arrayContaining(plainFilter(first, asked)));
      expect(plainFilter(held, asked)).toEqual(expect.arrayContaining(names));
    },
  );
  await fc.assert(property, { numRuns: 1500, interruptAfterTimeLimit: 3000 });
}, 60_000);
