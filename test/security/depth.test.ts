import type { Vice } from './archive';
import { startAuthority, type Authority } from './authority';
import { A_ID, A_SHARED, A_SHARED_WITH_D, OF_A } from './people';
import { tracesOfOthers } from './traces';
import { COLD, each, startWorld, type World } from './world';

/*
 * Series without their instances (`_summary=true` from STU3 on) are told by other rows than whole studies are: to
 * A they show no series that the whole study does not, and hide no defect of it.
 */

jest.setTimeout(60_000);

let authority: Authority;
let ofA: string;
let world: World;
beforeAll(async () => {
  authority = await startAuthority();
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
});
afterEach(() => world.close());
afterAll(() => authority.close());

const UNTOLD = ['IssuerOfPatientID', 'PatientID'] as const;
const VICES: readonly (readonly [what: string, vice: Vice])[] = [
  ['is honest', {}],
  ['ignores every filter', { ignoresKeys: true }],
  ['answers with series of another study', { mixesInAnother: true }],
  ['tells no issuer below a study', { silentOn: ['IssuerOfPatientID'] }],
  [
    'tells no issuer there, and counts by UID',
    { silentOn: ['IssuerOfPatientID'], countsByUid: true },
  ],
  ['tells no patient there, and counts by UID', { silentOn: UNTOLD, countsByUid: true }],
  ['tells no study below a study', { silentOn: ['StudyInstanceUID'] }],
  ['counts by UID', { countsByUid: true }],
];
const TARGETS = [
  ...OF_A.map(({ uid }) => `/fhir/BASE/ImagingStudy/${uid}?`),
  ...[A_SHARED, A_SHARED_WITH_D].map(({ uid }) => `/fhir/BASE/ImagingStudy?_id=${uid}&`),
  '/fhir/BASE/ImagingStudy?',
  '/fhir/BASE/ImagingStudy?_count=100&',
];
/** Searches that bring A's row of a UID and not the other's; `accession` is a parameter of all releases up to STU3. */
const NARROWED = ['ACC-A-9', 'ACC-A-8', 'ACC-A-1'].flatMap((accession) => [
  ...['dstu1', 'dstu2', 'stu3'].map((at) => `/fhir/${at}/ImagingStudy?accession=${accession}`),
  `/fhir/stu3/ImagingStudy?accession=${accession}&_summary=true`,
  ...['studies', 'series', 'instances'].map(
    (level) => `/dicom-web/${level}?AccessionNumber=${accession}`,
  ),
]);

const seriesIn = (body: Buffer) =>
  [...new Set(body.toString().match(/1\.2\.826\.0\.1\.3680043\.77\.\d\.\d\.\d(?=[^\d.])/g))].sort();
const codesIn = (body: Buffer) => [
  ...new Set(body.toString().match(/incomplete|mixed-patients|illegal-uid|ambiguous-study/g)),
];

test.each(VICES)('from an archive that %s', async (_what, vice) => {
  for (const cached of [COLD, {}]) {
    world = await startWorld({ authority, vice, env: cached });
    for (const base of ['stu3', 'r4']) {
      const told = await each(
        TARGETS,
        async (template) => {
          const target = template.replace('BASE', base);
          const outline = await world.ask({ target: `${target}_summary=true` }, ofA);
          const whole = await world.ask({ target: target.slice(0, -1) }, ofA);
          const traces = [outline, whole].flatMap((each) => tracesOfOthers(each, { target }));
          const read = [outline, whole].map(({ status, body }) => [
            status,
            seriesIn(body),
            codesIn(body),
          ]);
          return { target, traces, outline: read[0], whole: read[1] };
        },
        1,
      );
      for (const { target, traces, outline, whole } of told) {
        expect({ target, traces, outline }).toEqual({ target, traces: [], outline: whole });
      }
    }
    await world.close();
  }
  world = await startWorld({ authority });
});

test.each(VICES)(
  'and a search that A’s row alone meets shows nobody else’s: it %s',
  async (_what, vice) => {
    world = await startWorld({ authority, vice, env: COLD });
    const told = await each(NARROWED, async (target) => {
      const answer = await world.ask({ target }, ofA);
      return { target, traces: tracesOfOthers(answer, { target }) };
    });
    expect(told.filter(({ traces }) => traces.length > 0)).toEqual([]);
  },
);

test('what is in doubt is said, and what is not is shown, though rows tell no issuer', async () => {
  world = await startWorld({ authority, vice: { silentOn: ['IssuerOfPatientID'] }, env: COLD });
  const ask = async (accession: string) => {
    const { body } = await world.ask(
      { target: `/fhir/stu3/ImagingStudy?accession=${accession}` },
      ofA,
    );
    return [seriesIn(body).length, codesIn(body)];
  };
  // B has the same number at another issuer, D another number; the rows of ACC-A-1 are of nobody else.
  expect(await ask('ACC-A-9')).toEqual([0, ['mixed-patients']]);
  expect(await ask('ACC-A-8')).toEqual([3, []]);
  expect(await ask('ACC-A-1')).toEqual([3, []]);
});

test('an honest archive is asked for series alone, so that all of this is of them', async () => {
  world = await startWorld({ authority, env: COLD });
  const answer = await world.ask({ target: '/fhir/r4/ImagingStudy?_summary=true' }, ofA);
  expect(seriesIn(answer.body).length).toBeGreaterThan(5);
  expect(world.archive.seen.some((each) => each.includes('/series?'))).toBe(true);
  const [one] = OF_A;
  const before = world.archive.seen.length;
  await world.ask({ target: `/fhir/r4/ImagingStudy/${one?.uid ?? ''}?_summary=true` }, ofA);
  expect(world.archive.seen.slice(before).join()).not.toMatch(/instances|metadata/);
});
