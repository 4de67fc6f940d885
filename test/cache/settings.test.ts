import { installChecks } from '../config/checks';

/* The settings of the shared cache, as the program takes them. */

const check = installChecks();

const KEY = 'k'.repeat(32);

test.each([
  [{ REDIS_URL: 'redis://127.0.0.1:6379', REDIS_KEY: KEY }],
  [{ REDIS_URL: 'rediss://me:secret@redis.test:6380/2', REDIS_KEY: `${KEY},${KEY}x` }],
  [{ ADMIN_TOKEN: KEY, CHANGES_POLL_MS: '0' }],
])('%j is good', async (env) => {
  expect(await check(env)).toEqual({ code: 0, err: '' });
});

test('Redis needs a key: what is of patients is never there unencrypted', async () => {
  const { code, err } = await check({ REDIS_URL: 'redis://127.0.0.1:6379' });
  expect(code).toBe(1);
  expect(err).toContain('REDIS_KEY is missing: REDIS_URL needs it');
});

test('secrets that are wrong are named, and not shown', async () => {
  const { code, err } = await check({
    REDIS_URL: 'http://me:hunter2@redis.test',
    REDIS_KEY: 'hunter2-short',
    ADMIN_TOKEN: 'hunter2',
  });
  expect(code).toBe(1);
  for (const name of ['REDIS_URL', 'REDIS_KEY', 'ADMIN_TOKEN']) expect(err).toContain(name);
  expect(err).not.toContain('hunter2');
});
