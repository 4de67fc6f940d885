import { createOwnership } from '../../src/auth/ownership';
import { Problem } from '../../src/errors';
import { series } from '../search/support';
import { accessOf, boundTo, call, problemOf, rowOf, scripted } from './support';

/* Whose a study is, when its images are asked for. */

const OWN = accessOf([boundTo('P1', 'LAB')]);
const ALL = accessOf([]);
const MINE = rowOf('1.2.3', 'P1', 'LAB');

function open(rows = [MINE]) {
  const source = scripted(rows);
  const clock = { now: 1000 };
  const ownership = createOwnership(source, { ownershipMs: 30_000, now: () => clock.now });
  return { source, clock, ownership };
}

test('the own study is opened, and remembered for so long and no longer', async () => {
  const { source, clock, ownership } = open();
  expect(await ownership.openStudy(OWN, '1.2.3', call())).toEqual([MINE]);
  clock.now += 29_999;
  await ownership.openStudy(OWN, '1.2.3', call());
  expect(source.asked).toBe(1);
  clock.now += 30_001;
  await ownership.openStudy(OWN, '1.2.3', call());
  expect(source.asked).toBe(2);
});

test('the age of an answer counts from when it was asked for', async () => {
  const { source, clock, ownership } = open();
  const studies = source.studies.bind(source);
  source.studies = (...asked) => {
    clock.now += 20_000;
    return studies(...asked);
  };
  await ownership.openStudy(OWN, '1.2.3', call());
  clock.now += 10_001;
  await ownership.openStudy(OWN, '1.2.3', call());
  expect(source.asked).toBe(2);
});

test('a study that moved to another patient is closed when the answer is too old', async () => {
  const { source, clock, ownership } = open();
  await ownership.openStudy(OWN, '1.2.3', call());
  source.rows = [rowOf('1.2.3', 'P2', 'LAB')];
  clock.now += 30_001;
  expect((await problemOf(ownership.openStudy(OWN, '1.2.3', call()))).code).toBe('not-found');
});

test('the decision is not remembered: the same answer opens to one and not to another', async () => {
  const { ownership } = open();
  await ownership.openStudy(OWN, '1.2.3', call());
  const other = accessOf([boundTo('P2', 'LAB')]);
  expect((await problemOf(ownership.openStudy(other, '1.2.3', call()))).code).toBe('not-found');
});

test.each([
  ['of another patient', [rowOf('1.2.3', 'P2', 'LAB')]],
  ['of the same number at another issuer', [rowOf('1.2.3', 'P1', 'HOSP')]],
  ['that two patients share', [MINE, rowOf('1.2.3', 'P2', 'LAB')]],
  ['that is not there', []],
  ['that the archive answers with another one', [rowOf('9.9', 'P1', 'LAB')]],
])('a study %s is not found, in the same words and with as many calls', async (_, rows) => {
  const { source, ownership } = open(rows);
  const { code, message, options } = await problemOf(ownership.openStudy(OWN, '1.2.3', call()));
  expect({ code, message, options, asked: source.asked }).toEqual({
    code: 'not-found',
    message: 'There is no such study, series or instance here.',
    options: {},
    asked: 1,
  });
});

test('a no is asked anew each time, also where somebody else has just opened the study', async () => {
  const { source, ownership } = open();
  await ownership.openStudy(ALL, '1.2.3', call());
  const other = accessOf([boundTo('P2', 'LAB')]);
  await problemOf(ownership.openStudy(other, '1.2.3', call()));
  await problemOf(ownership.openStudy(other, '1.2.3', call()));
  expect(source.asked).toBe(3);
});

test('rows of a shared UID are marked, for whoever may see them all', async () => {
  const { ownership } = open([MINE, rowOf('1.2.3', 'P2', 'LAB')]);
  const rows = await ownership.openStudy(ALL, '1.2.3', call());
  expect(rows.map(({ shared }) => shared)).toEqual([true, true]);
});

test.each(['*', '1.2.*', '1.2,1.3', '1.2\\1.3', '..', '', '1/2', 'x'.repeat(65)])(
  'what is no UID (%s) is not found, and nobody asked',
  async (uid) => {
    const { source, ownership } = open();
    expect((await problemOf(ownership.openStudy(ALL, uid, call()))).code).toBe('not-found');
    expect(source.asked).toBe(0);
  },
);

test('without a scope for reading studies it is 403, whatever the study', async () => {
  const { source, ownership } = open();
  const unscoped = accessOf([], { may: () => false });
  const problem = await problemOf(ownership.openStudy(unscoped, '1.2.3', call()));
  expect([problem.code, source.asked]).toEqual(['forbidden', 0]);
});

test('a failing archive is its failure, and forgotten', async () => {
  const { source, ownership } = open();
  source.failing = new Problem('pacs-timeout', 'late');
  expect((await problemOf(ownership.openStudy(OWN, '1.2.3', call()))).code).toBe('pacs-timeout');
  source.failing = undefined;
  await ownership.openStudy(OWN, '1.2.3', call());
});

test('an archive that holds back rows opens nothing: another patient may be among them', async () => {
  const { source, ownership } = open();
  source.studies = () => Promise.resolve({ studies: [MINE], advance: 0, cut: true, notices: [] });
  expect((await problemOf(ownership.openStudy(OWN, '1.2.3', call()))).code).toBe('pacs-incomplete');
});

test('callers at once share one call, and one that leaves fails nobody else', async () => {
  const { source, ownership } = open();
  const leaving = new AbortController();
  const first = ownership.openStudy(OWN, '1.2.3', call(leaving.signal));
  const second = ownership.openStudy(OWN, '1.2.3', call());
  leaving.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  expect(await second).toEqual([MINE]);
  expect(source.asked).toBe(1);
});

describe('a part of a study', () => {
  const part = (series: string, instance?: string) => ({
    study: '1.2.3',
    series,
    ...(instance !== undefined && { instance }),
  });

  test.each([[part('1.2.3.1')], [part('1.2.3.1', '1.2.3.1.1')]])(
    '%j that is in it is opened',
    async (one) => {
      const { ownership } = open();
      expect(await ownership.openPart(OWN, one, call())).toEqual([MINE]);
    },
  );

  test.each([[part('9.9')], [part('1.2.3.1', '9.9')], [part('9.9', '1.2.3.1.1')]])(
    '%j that is not in it is not found, in the words of a study',
    async (one) => {
      const { ownership } = open();
      const problem = await problemOf(ownership.openPart(OWN, one, call()));
      expect([problem.code, problem.message]).toEqual([
        'not-found',
        'There is no such study, series or instance here.',
      ]);
    },
  );

  test('is unknown where the archive did not tell all of the study', async () => {
    const { source, ownership } = open();
    const defects = [{ kind: 'incomplete' as const, expected: 2, received: 1 }];
    source.detail = () => ({ series: [series({ uid: '1.2.3.1' })], defects });
    const problem = await problemOf(ownership.openPart(OWN, part('1.2.3.2'), call()));
    expect(problem.code).toBe('pacs-incomplete');
    await ownership.openPart(OWN, part('1.2.3.1'), call());
  });

  test('of another’s study is not found, and its series are not read', async () => {
    const { source, ownership } = open([rowOf('1.2.3', 'P2', 'LAB')]);
    const problem = await problemOf(ownership.openPart(OWN, part('1.2.3.1'), call()));
    expect([problem.code, source.read]).toEqual(['not-found', 0]);
  });

  test('costs no series where the caller sees everything, or the study is meant', async () => {
    const { source, ownership } = open();
    await ownership.openPart(ALL, part('1.2.3.1'), call());
    await ownership.openPart(OWN, { study: '1.2.3' }, call());
    expect(source.read).toBe(0);
  });
});
