import { PARAMETERS } from '../../src/search/parameters';
import { sorted, uidsOf } from './finds';
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

  test('is tried here by each parameter that the release has', () => {
    const rows = PARAMETERS.flatMap(({ resource, releases }) =>
      resource === 'ImagingStudy' ? (releases[release]?.name ?? []) : [],
    );
    const tried = [...names.map((name) => name.split(/[:.]/)[0] ?? ''), ...NOT_SUPPORTED[release]];
    expect(sorted([...new Set(tried)])).toEqual(sorted(rows));
  });
});
