import fc from 'fast-check';
import { findPatients } from '../../src/study/findPatients';
import { findStudies } from '../../src/study/findStudies';
import { gather } from '../../src/study/gather';
import { patientMark } from '../../src/study/identity';
import { instanceCount, type StudyHeader } from '../../src/study/model';
import { sortStudies } from '../../src/study/order';
import type { StudyQuery } from '../../src/study/query';
import type { FoundStudies, SearchLimits } from '../../src/study/search';
import type { Call, StudySource, StudyWindow } from '../../src/study/source';
import { instance, patient, series, study } from '../search/support';

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const LIMITS: SearchLimits = {
  windowRows: 10,
  scannedRows: 1000,
  belowRows: 100,
  pageInstances: 50,
  pageSeries: 20,
};

/** How an archive of the simulation pages. */
interface Manner {
  readonly ignoresOffset: boolean;
  readonly ignoresLimit: boolean;
  /** Rows of an earlier page that it sends again. */
  readonly overlap: number;
}
const HONEST: Manner = { ignoresOffset: false, ignoresLimit: false, overlap: 0 };

/** An archive that holds studies in a fixed order, with as many instances each as its row counts. */
function sourceOf(held: readonly StudyHeader[], manner = HONEST): StudySource & { calls: number } {
  const source = {
    calls: 0,
    abilities: () =>
      Promise.resolve({ studyKeys: new Set([]), valueLists: false, tellsUpdates: true }),
    studies: (_: unknown, { limit, offset }: { limit: number; offset: number }) => {
      source.calls += 1;
      const start = manner.ignoresOffset
        ? 0
        : Math.max(0, offset - (offset > 0 ? manner.overlap : 0));
      const studies = held.slice(start, manner.ignoresLimit ? undefined : start + limit);
      const advance = studies.length >= limit ? studies.length : 0;
      const window: StudyWindow = { studies, advance, cut: false, notices: [] };
      return Promise.resolve(window);
    },
    studiesWith: () => Promise.resolve(undefined),
    details: (studies: readonly StudyHeader[]) =>
      Promise.resolve(
        studies.map((header) => {
          const count = header.numberOfInstances ?? 1;
          const instances = Array.from({ length: count }, (_, at) => instance({ uid: `1.${at}` }));
          return { header, series: [series({ instances })], defects: [] };
        }),
      ),
  };
  return source;
}

const query = (members: Partial<StudyQuery> = {}): StudyQuery => ({
  clauses: [],
  sort: [],
  count: 5,
  detail: true,
  ...members,
});

/** Follows `next` to the end. */
async function pagesOf(
  source: StudySource,
  wanted: StudyQuery,
  limits = LIMITS,
): Promise<FoundStudies[]> {
  const pages: FoundStudies[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const at = cursor === '' ? {} : { cursor };
    const page: FoundStudies = await findStudies({ ...wanted, ...at }, source, limits, CALL);
    pages.push(page);
    cursor = page.next;
    if (pages.length > 300) throw new Error('the pages do not end');
  }
  return pages;
}

const uids = (pages: readonly FoundStudies[]) =>
  pages.flatMap((page) => page.studies.map(({ uid }) => uid));

const holdings = fc
  .array(
    fc.record({
      instances: fc.option(fc.integer({ min: 0, max: 80 }), { nil: undefined }),
      day: fc.integer({ min: 10, max: 28 }),
      modality: fc.constantFrom('CT', 'MR'),
    }),
    { maxLength: 60 },
  )
  .map((rows) =>
    rows.map(({ instances, day, modality }, index) =>
      study({
        uid: `1.${index + 1}`,
        modalities: [modality],
        started: { date: `2020-01-${day}` },
        ...(instances !== undefined && { numberOfInstances: instances, numberOfSeries: 1 }),
      }),
    ),
  );
const limits = fc.record({
  windowRows: fc.integer({ min: 2, max: 80 }),
  scannedRows: fc.integer({ min: 70, max: 100 }),
  belowRows: fc.constant(100),
  pageInstances: fc.integer({ min: 1, max: 200 }),
  pageSeries: fc.integer({ min: 1, max: 20 }),
});
const count = fc.integer({ min: 1, max: 20 });

describe('pages of any archive, any budget and any count', () => {
  test('give every study once, none lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        holdings,
        limits,
        count,
        fc.boolean(),
        async (held, within, many, detail) => {
          const pages = await pagesOf(sourceOf(held), query({ count: many, detail }), within);
          expect(new Set(uids(pages))).toEqual(new Set(held.map(({ uid }) => uid)));
          expect(uids(pages)).toHaveLength(held.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('give what matches when the archive cannot match it, and the total only when it is known', async () => {
    await fc.assert(
      fc.asyncProperty(holdings, limits, count, async (held, within, many) => {
        const wanted = query({ count: many, clauses: [[{ on: 'modality', code: 'MR' }]] });
        const pages = await pagesOf(sourceOf(held), wanted, within);
        const right = held.filter(({ modalities }) => modalities?.includes('MR'));
        expect(new Set(uids(pages))).toEqual(new Set(right.map(({ uid }) => uid)));
        expect(uids(pages)).toHaveLength(right.length);
        for (const { total } of pages) expect([undefined, right.length]).toContain(total);
      }),
      { numRuns: 200 },
    );
  });

  test('are never larger than their budget, but for a single study', async () => {
    await fc.assert(
      fc.asyncProperty(holdings, limits, count, async (held, within, many) => {
        for (const { studies } of await pagesOf(sourceOf(held), query({ count: many }), within)) {
          const counted = studies.filter((each) => each.numberOfInstances !== undefined);
          const sum = counted.reduce((all, each) => all + (instanceCount(each) ?? 0), 0);
          if (studies.length > 1) expect(sum).toBeLessThanOrEqual(within.pageInstances);
          expect(studies.length).toBeLessThanOrEqual(many);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of a sorted result are in that order, back as well as forth', async () => {
    const sort = [{ by: 'started' as const, descending: true }];
    await fc.assert(
      fc.asyncProperty(holdings, count, async (held, many) => {
        const source = sourceOf(held);
        const wanted = query({ count: many, sort, detail: false });
        const small = { ...LIMITS, pageInstances: 1_000_000, pageSeries: 1_000_000 };
        const pages = await pagesOf(source, wanted, small);
        expect(uids(pages)).toEqual(sortStudies(held, sort).map(({ uid }) => uid));
        for (const [index, page] of pages.entries()) {
          if (page.previous === undefined) continue;
          const back = await findStudies({ ...wanted, cursor: page.previous }, source, small, CALL);
          expect(uids([back])).toEqual(uids([pages[index - 1] ?? back]));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('end, whatever the archive makes of limit and offset, and repeat nothing within a page', async () => {
    const manner = fc.record({
      ignoresOffset: fc.boolean(),
      ignoresLimit: fc.boolean(),
      overlap: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(holdings, manner, limits, count, async (held, how, within, many) => {
        const pages = await pagesOf(
          sourceOf(held, how),
          query({ count: many, detail: false }),
          within,
        );
        for (const page of pages) expect(new Set(uids([page])).size).toBe(page.studies.length);
        const all = new Set(uids(pages));
        for (const uid of all) expect(held.some((each) => each.uid === uid)).toBe(true);
        const told = pages.flatMap((page) => page.notices).length > 0;
        if (all.size < held.length) expect(told).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('gathering', () => {
  test('marks the studies whose UID stands under two patients, and only those', async () => {
    const held = [
      study({ uid: '1', patient: patient({ id: 'A' }) }),
      study({ uid: '1', patient: patient({ id: 'B' }) }),
      study({ uid: '2', patient: patient({ id: 'A' }) }),
    ];
    const reach = { windowRows: 10, most: 10, from: 0 };
    const { studies } = await gather(sourceOf(held), new Map(), reach, CALL);
    expect(studies.map(({ shared }) => shared)).toEqual([true, true, false]);
  });

  test('asks no more often than it must', async () => {
    const source = sourceOf(Array.from({ length: 95 }, (_, at) => study({ uid: `1.${at}` })));
    await gather(source, new Map(), { windowRows: 10, most: 1000, from: 0 }, CALL);
    expect(source.calls).toBe(10);
  });
});

test('a sort over more studies than may be read is refused, and says how to narrow it', async () => {
  const held = Array.from({ length: 30 }, (_, at) => study({ uid: `1.${at}` }));
  const within = { ...LIMITS, scannedRows: 20 };
  const sorted = query({ sort: [{ by: 'started', descending: false }] });
  await expect(findStudies(sorted, sourceOf(held), within, CALL)).rejects.toMatchObject({
    code: 'too-costly',
  });
  await expect(findPatients(query(), sourceOf(held), within, CALL)).rejects.toMatchObject({
    code: 'too-costly',
  });
});

test('patients of any archive are paged once each', async () => {
  const whose = fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(whose, count, async (ids, many) => {
      const held = ids.map((id, at) => study({ uid: `1.${at}`, patient: patient({ id }) }));
      const seen: string[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const wanted = query({ count: many, ...(cursor !== '' && { cursor }) });
        const page = await findPatients(wanted, sourceOf(held), LIMITS, CALL);
        seen.push(...page.patients.map(patientMark));
        expect(page.total).toBe(new Set(ids).size);
        cursor = page.next;
      }
      expect(seen).toHaveLength(new Set(ids).size);
      expect(new Set(seen).size).toBe(seen.length);
    }),
  );
});

test('links to other pages hold nothing of a patient', async () => {
  const whose = patient({ id: 'SECRET', name: 'Geheim^Gerda', birthDate: '1951-02-03' });
  const held = Array.from({ length: 30 }, (_, at) => study({ uid: `1.${at}`, patient: whose }));
  for (const page of await pagesOf(sourceOf(held), query())) {
    const links = [page.next, page.previous].map((link) =>
      Buffer.from(link ?? '', 'base64url').toString(),
    );
    expect(links.join()).not.toMatch(/SECRET|Geheim|1951/);
  }
});
