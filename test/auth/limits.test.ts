import fc from 'fast-check';
import { createCallerLimits } from '../../src/auth/limits';
import { Problem } from '../../src/errors';
import { thrownBy } from './support';

/* What one caller may take of the gateway. */

function limits(searchesPerMinute: number, streams = 2) {
  const clock = { now: 0 };
  const now = () => clock.now;
  return { clock, ...createCallerLimits({ searchesPerMinute, streams, now }) };
}

function passes(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'rate-limited') return false;
    throw error;
  }
}

test('searches beyond those of a minute are 429, with the time until the next', async () => {
  const { clock, search } = limits(6);
  for (let count = 0; count < 6; count++) search('a');
  const { status, options } = await thrownBy(() => search('a'));
  expect([status, options.retryAfter]).toEqual([429, 10]);
  clock.now = 9_999;
  expect(passes(() => search('a'))).toBe(false);
  clock.now = 10_000;
  expect(passes(() => search('a'))).toBe(true);
  expect(passes(() => search('a'))).toBe(false);
});

test('one caller does not use up what is another’s', () => {
  const { search } = limits(1);
  search('a');
  expect(passes(() => search('b'))).toBe(true);
});

test('in no stretch of time are more let through than the limit says, and Retry-After is kept to', () => {
  const pauses = fc.array(fc.nat(20_000), { maxLength: 100 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), pauses, (limit, all) => {
      const { clock, search } = limits(limit);
      let passed = 0;
      for (const pause of all) {
        clock.now += pause;
        if (passes(() => search('a'))) passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(limit + (clock.now * limit) / 60_000 + 1e-6);
      try {
        for (;;) search('a');
      } catch (error) {
        const wait = error instanceof Problem ? (error.options.retryAfter ?? 0) : 0;
        clock.now += wait * 1000;
        expect(passes(() => search('a'))).toBe(true);
      }
    }),
  );
});

test('0 is no limit', () => {
  const { search, openStream } = limits(0, 0);
  for (let count = 0; count < 5000; count++) {
    search('a');
    openStream('a');
  }
});

test('streams beyond those at once are 429 until one has ended', async () => {
  const { openStream } = limits(0, 2);
  const first = openStream('a');
  openStream('a');
  const { status, options } = await thrownBy(() => openStream('a'));
  expect([status, options.retryAfter]).toEqual([429, 2]);
  expect(passes(() => openStream('b'))).toBe(true);
  first();
  expect(passes(() => openStream('a'))).toBe(true);
});

test('a stream that ends twice makes room for one', () => {
  const { openStream } = limits(0, 2);
  const first = openStream('a');
  openStream('a');
  first();
  first();
  openStream('a');
  expect(passes(() => openStream('a'))).toBe(false);
});
