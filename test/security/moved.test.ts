import { setTimeout as pause } from 'node:timers/promises';
import { startAuthority, type Authority } from './authority';
import { NAMES_OF_B } from './names';
import { A, A_ID, A1, B1, B_ID, studyOf, type HeldStudy } from './people';
import { plainly, requestsOfR4 } from './routes';
import { tracesOfOthers } from './traces';
import { each, startWorld, type World } from './world';

/*
 * A study that moves from one patient to another, as after a mix-up at the modality: the one who has lost it sees
 * nothing of it once AUTH_OWNERSHIP_MS and CACHE_STUDY_ROWS_MS have gone by.
 */

const BELIEVED_MS = 300;
const PASSED_MS = BELIEVED_MS + 100;

jest.setTimeout(60_000);

let authority: Authority;
let world: World;
let ofA: string;
let ofB: string;

beforeAll(async () => {
  authority = await startAuthority();
  const token = (patient: string) =>
    authority.sign({ scope: 'patient/*.rs', patient, client_id: patient });
  [ofA, ofB] = [await token(A_ID), await token(B_ID)];
});
beforeEach(async () => {
  world = await startWorld({
    authority,
    holds: [A1, B1],
    env: {
      AUTH_OWNERSHIP_MS: String(BELIEVED_MS),
      CACHE_STUDY_ROWS_MS: String(BELIEVED_MS),
    },
  });
});
afterEach(() => world.close());
afterAll(() => authority.close());

/** B's study, its parts and bytes as they were, under A. */
const B1_AS_A: HeldStudy = { ...studyOf(A, 1, {}, 'B', B1.uid), letter: 'B' };

const [image] = B1.instances;
const AT = `/dicom-web/studies/${B1.uid}`;
const PART = `${AT}/series/${image?.series ?? ''}/instances/${image?.uid ?? ''}`;
const TARGETS = [
  AT,
  PART,
  `${PART}/rendered`,
  `${PART}/metadata`,
  `${PART}/frames/1`,
  `${AT}/series`,
  `/fhir/r4/ImagingStudy/${B1.uid}`,
  `/fhir/r4/Binary/${image?.uid ?? ''}`,
];

const pass = () => pause(PASSED_MS);
const statuses = (token: string) =>
  each(TARGETS, async (target) => (await world.ask({ target }, token)).status);
const all = (status: number) => TARGETS.map(() => status);

test('one who gets a study sees it at once, although it was not theirs a moment ago', async () => {
  expect(await statuses(ofA)).toEqual(all(404));
  world.archive.holds = [A1, B1_AS_A];
  const retrievals = TARGETS.filter((target) => target.startsWith('/dicom-web'));
  const got = await each(retrievals, async (target) => (await world.ask({ target }, ofA)).status);
  expect(got).toEqual(retrievals.map(() => 200));
  await pass();
  expect(await statuses(ofA)).toEqual(all(200));
});

test('one who has lost a study sees nothing of it when the time has passed', async () => {
  world.archive.holds = [A1, B1_AS_A];
  expect(await statuses(ofA)).toEqual(all(200));
  expect(await statuses(ofB)).toEqual(all(404));
  world.archive.holds = [A1, B1];
  await pass();
  expect(await statuses(ofA)).toEqual(all(404));
  const requests = plainly(requestsOfR4(NAMES_OF_B, []));
  const traces = await each(requests, async (sent) =>
    tracesOfOthers(await world.ask(sent, ofA), sent),
  );
  expect(traces.flat()).toEqual([]);
  expect(await statuses(ofB)).toEqual(all(200));
});

test('there and back again, while both ask all the time, leaves it with whom the archive says', async () => {
  for (const [holder, owner, loser] of [
    [B1_AS_A, () => ofA, () => ofB],
    [B1, () => ofB, () => ofA],
    [B1_AS_A, () => ofA, () => ofB],
    [B1, () => ofB, () => ofA],
  ] as const) {
    world.archive.holds = [A1, holder];
    await each([...TARGETS, ...TARGETS], async (target) => {
      await Promise.all([world.ask({ target }, ofA), world.ask({ target }, ofB)]);
    });
    await pass();
    expect(await statuses(owner())).toEqual(all(200));
    expect(await statuses(loser())).toEqual(all(404));
  }
});

test('a study that comes to be shared is nobody’s to retrieve, each’s own part in FHIR', async () => {
  expect((await world.ask({ target: AT }, ofB)).status).toBe(200);
  world.archive.holds = [A1, B1, { ...studyOf(A, 6, {}, 'A', B1.uid) }];
  await pass();
  const retrieved = await Promise.all([
    world.ask({ target: AT }, ofA),
    world.ask({ target: AT }, ofB),
  ]);
  expect(retrieved.map(({ status }) => status)).toEqual([404, 404]);
  const sent = { target: `/fhir/r4/ImagingStudy/${B1.uid}` };
  const own = await world.ask(sent, ofA);
  expect(own.status).toBe(200);
  expect(own.body.toString()).toContain('ACC-A-6');
  expect(tracesOfOthers(own, sent)).toEqual([]);
});
