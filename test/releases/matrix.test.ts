import { DIALECTS } from '../../src/search/dialects';
import { answeredParameters, modifiersOf, PARAMETERS } from '../../src/search/parameters';
import { sorted, uidsOf } from './finds';
import { refusedModifiers } from './modifiers';
import { allPages, codesOf, idsOf, pageOf, RELEASE_NAMES, start, type Running } from './support';
import { casesOf, NOT_SUPPORTED } from './table';

/* Release × parameter × legal spelling, over real sockets, with the whole set that each should find. */

let running: Running;
beforeAll(async () => {
  running = await start({ PACS_CONCURRENCY: '16' });
});
afterAll(() => running.close());

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe.each(RELEASE_NAMES)('a search of ImagingStudy in %s', (release) => {
  const base = () => `${running.url}/fhir/${release}`;
  const names = [...new Set(casesOf(release, '').map(([name]) => name))];

  test.each(names)('by %s finds what it should on any page, got or posted', async (name) => {
    const cases = casesOf(release, base()).filter(([each]) => each === name);
    const found = cases.map(async ([, value], index) => {
      const query = `${new URLSearchParams([[name, value]]).toString()}&_count=3&_summary=true`;
      const pages = await allPages(running, `${base()}/ImagingStudy?${query}`);
      if (index % 3 === 0) {
        const init = { method: 'POST', headers: FORM, body: query };
        const posted = pageOf(await running.ask(`${base()}/ImagingStudy/_search`, init));
        expect([idsOf(posted), posted.links]).toEqual([idsOf(pages[0] ?? posted), pages[0]?.links]);
      }
      const ids = pages.flatMap((page) => idsOf(page));
      const totals = pages.flatMap(({ total }) => total ?? []);
      expect(totals.filter((total) => total !== ids.length)).toEqual([]);
      return [value, sorted(ids)];
    });
    expect(await Promise.all(found)).toEqual(
      cases.map(([, value, finds]) => [value, uidsOf(finds)]),
    );
  });

  test.each(NOT_SUPPORTED[release])('by %s is refused with the reason', async (name) => {
    const got = await running.ask(`${base()}/ImagingStudy?${name}=x`);
    expect([got.status, codesOf(got)]).toEqual([400, ['unsupported-parameter']]);
    expect(got.text).toContain(`${name}: `);
    expect(got.text).not.toContain('no search parameter of');
  });

  test.each(refusedModifiers(release))(
    'by %s is refused, and not answered without the modifier even if lenient',
    async (name) => {
      for (const headers of [{}, { Prefer: 'handling=lenient' }]) {
        const got = await running.ask(`${base()}/ImagingStudy?${name}=CT`, { headers });
        expect([got.status, codesOf(got)]).toEqual([400, ['unsupported-modifier']]);
      }
    },
  );

  test('is tried here by each parameter that the release has', () => {
    const rows = PARAMETERS.flatMap(({ resource, releases }) =>
      resource === 'ImagingStudy' ? (releases[release]?.name ?? []) : [],
    );
    const tried = [...names.map((name) => name.split(/[:.]/)[0] ?? ''), ...NOT_SUPPORTED[release]];
    expect(sorted([...new Set(tried)])).toEqual(sorted(rows));
  });

  test('is tried here with each modifier, each chain and each modifier of what is chained', () => {
    const rows = answeredParameters(release, 'ImagingStudy');
    const spelled = (base: string, modifiers: readonly string[]) =>
      modifiers.map((modifier) => `${base}:${modifier}`);
    const works = rows.flatMap((row) => {
      const { name } = row.spelling;
      const chain = row.target === undefined ? [] : answeredParameters(release, row.target);
      return [
        ...spelled(name, modifiersOf(row)),
        ...chain.flatMap((end) => {
          const whole = `${name}.${end.spelling.name}`;
          return [whole, ...spelled(whole, modifiersOf(end))];
        }),
      ];
    });
    expect(works.filter((name) => !names.includes(name))).toEqual([]);
    expect(works.length).toBeGreaterThan(15);
  });

  test('is tried here with each comparator, and with both values of :missing', () => {
    const asked = casesOf(release, '').map(([name, value]) => `${name}=${value}`);
    const dates = answeredParameters(release, 'ImagingStudy').filter(
      ({ spelling }) => spelling.type === 'date',
    );
    const comparators = dates.flatMap(({ spelling: { name } }) =>
      DIALECTS[release].comparators.map(([sign]) => new RegExp(`^${name}=${sign}\\d`)),
    );
    expect(comparators.filter((each) => !asked.some((one) => each.test(one)))).toEqual([]);
    const absent = names.filter((name) => name.endsWith(':missing'));
    const both = absent.flatMap((name) => [`${name}=true`, `${name}=false`]);
    expect(both.filter((one) => !asked.includes(one))).toEqual([]);
  });
});
