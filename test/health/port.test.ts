import { openHealthPort, type HealthPort } from '../../src/health/port';
import { until } from '../until';

/* The port that tells whether the process lives; test/faults has it answer for a process that is busy. */

const SETTINGS = { host: '127.0.0.1', port: 0, stalledMs: 60_000 };

const open: HealthPort[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(settings: Partial<typeof SETTINGS> = {}): Promise<HealthPort> {
  const port = await openHealthPort({ ...SETTINGS, ...settings });
  open.push(port);
  return port;
}

async function get(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text() };
}

test('a process whose event loop turns is live', async () => {
  const { url } = await start();
  expect(await get(`${url}/health/live`)).toEqual({ status: 200, text: '{"status":"live"}' });
  expect(await get(`${url}/health/live`, { method: 'HEAD' })).toEqual({ status: 200, text: '' });
});

test('a process whose event loop has not turned for too long is stalled, and live again when it does', async () => {
  const { url } = await start({ stalledMs: 5 });
  const seen = new Set<string>();
  await until(async () => {
    const { status, text } = await get(`${url}/health/live`);
    seen.add(`${status} ${text}`);
    return seen.size === 2;
  }, 10_000);
  expect([...seen].toSorted()).toEqual(['200 {"status":"live"}', '503 {"status":"stalled"}']);
});

test('there is nothing else, and nothing but reading', async () => {
  const { url } = await start();
  expect((await get(`${url}/`)).status).toBe(404);
  expect((await get(`${url}/fhir/metadata`)).status).toBe(404);
  expect((await get(`${url}/health/live`, { method: 'POST' })).status).toBe(404);
});

test('a port that is taken is told at the start', async () => {
  const { url } = await start();
  await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
