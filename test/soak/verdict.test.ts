import { slopeOf, type Point } from './slope';
import { emptyTally, type Tally } from './tally';
import { checksOf } from './verdict';

/* What the soak's verdict finds, and what it does not take for a leak. */

const OPTIONS = { minutes: 60, rate: 20, faults: 0.01, warmup: 15, slope: 5, leak: 0 };

/** An hour of looks every ten seconds. */
function hour(value: (hours: number) => number): Point[] {
  return Array.from({ length: 360 }, (_, index): Point => [index / 360, value(index / 360)]);
}

/** Repeats itself, but not with any group of looks. */
const noise = (hours: number) => Math.sin(hours * 4001) * 3;
/** Caches fill within a quarter of an hour. */
const warming = (hours: number) => 60 - 30 * Math.exp(-hours * 20);

function outcomesOf(
  held: readonly Point[],
  {
    options = OPTIONS,
    tally = {},
    broken = 0,
    resident = hour(() => 150),
  }: {
    readonly options?: typeof OPTIONS;
    readonly tally?: Partial<Tally>;
    readonly broken?: number;
    readonly resident?: readonly Point[];
  } = {},
) {
  const samples = { held, resident, descriptors: hour(() => 40) };
  const checks = checksOf(samples, { ...emptyTally(), ...tally }, broken, options);
  return Object.fromEntries(
    checks.map(({ outcome, text }) => [text.replace(/\W.*$/s, ''), outcome]),
  );
}

describe('memory', () => {
  const memoryOf = (value: (hours: number) => number, options = OPTIONS) =>
    outcomesOf(hour(value), { options }).memory;

  test('that fills and stays, however it swings, is good', () => {
    expect(memoryOf((hours) => warming(hours) + noise(hours))).toBe('good');
  });

  test.each([8, 20, 100])('that grows by %i MB an hour is bad', (leak) => {
    expect(memoryOf((hours) => warming(hours) + noise(hours) + leak * hours)).toBe('BAD');
  });

  test('of which nobody can tell whether it grows is neither', () => {
    expect(memoryOf((hours) => 5 * hours + Math.sin(hours * 60) * 9)).toBe('open');
  });

  test('of a run that is over before it is warm is not judged', () => {
    expect(memoryOf(() => 50, { ...OPTIONS, minutes: 29 })).toBe('open');
  });

  test('that grows outside of what is counted as held is bad', () => {
    const resident = hour((hours) => 150 + 60 * hours + noise(hours));
    expect(outcomesOf(hour(warming), { resident })).toMatchObject({
      memory: 'good',
      physical: 'BAD',
    });
  });
});

test.each<[string, Partial<Tally>]>([
  ['answers', { wrongPatient: 1 }],
  ['answers', { unexpected: 1 }],
  ['transfers', { partAsWhole: 1 }],
  ['transfers', { broken: 3 }],
  ['requests', { unanswered: 1 }],
])('%s of which one is wrong are bad: %j', (_what, tally) => {
  const samples = { held: [], resident: [], descriptors: [] };
  const outcomes = checksOf(samples, { ...emptyTally(), ...tally }, 2, OPTIONS);
  expect(outcomes.filter(({ outcome }) => outcome === 'BAD')).toHaveLength(1);
});

test('a slope is told with how sure it is, and not at all of too few looks', () => {
  const sure = slopeOf(hour((hours) => 10 * hours));
  expect(sure?.perHour).toBeCloseTo(10);
  expect(sure?.within).toBeCloseTo(0);
  const unsure = slopeOf(hour((hours) => 10 * hours + Math.sin(hours * 60) * 9));
  expect(unsure?.within).toBeGreaterThan(1);
  expect(slopeOf(hour(() => 1).slice(0, 19))).toBeUndefined();
});
