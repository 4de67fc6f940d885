import { codesOf, startGateway, studiesOf, type Running } from './running';
import { held, holding, startFakeArchive, type FakeArchive } from './fakeArchive';

/* POST /admin/cache/invalidate: who may, what it takes, and that what changed is asked for again. */

const TOKEN = 'an-admin-token-of-more-than-32-letters';

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(
    holding([held('1.2.3', { StudyDescription: 'first' }), held('1.2.4', { PatientID: 'P2' })]),
  );
  running = await startGateway(archive.url, { ADMIN_TOKEN: TOKEN });
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

const invalidate = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  running.get(`${running.url}/admin/cache/invalidate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body,
  });
const described = async () => {
  const [study] = studiesOf(await running.get('ImagingStudy?subject.identifier=P1'));
  return study?.description;
};

test.each(['{"studies":["1.2.3"]}', '{"all":true}'])(
  '%s has the archive asked again at once',
  async (body) => {
    expect(await described()).toBe('first');
    archive.script = holding([held('1.2.3', { StudyDescription: 'second' })]);
    expect(await described()).toBe('first');
    const { status, text } = await invalidate(body);
    expect([status, text]).toEqual([200, '{"allReplicas":true}']);
    expect(await described()).toBe('second');
  },
);

test('series and instances of other studies stay in memory', async () => {
  const read = (patient: string) => running.get(`ImagingStudy?subject.identifier=${patient}`);
  const instancesRead = () =>
    archive.seen.filter(({ path }) => path.includes('/metadata') || path.includes('/instances'))
      .length;
  for (const patient of ['P1', 'P2']) await read(patient);
  const before = instancesRead();
  expect(before).toBeGreaterThan(1);
  await invalidate('{"studies":["1.2.3"]}');
  await read('P2');
  expect(instancesRead()).toBe(before);
  await read('P1');
  expect(instancesRead()).toBeGreaterThan(before);
});

test.each([
  '',
  '[]',
  '{}',
  'null',
  '{"all":false}',
  '{"studies":[]}',
  '{"studies":"1.2.3"}',
  '{"studies":["1.2.3",7]}',
  '{"studies":["*"]}',
  '{"studies":["1.2.3"],"all":true}',
  '{"studies":',
])('the body %j is refused', async (body) => {
  const answer = await invalidate(body);
  expect(answer.status).toBe(400);
  expect(['invalid-value', 'malformed-request']).toEqual(expect.arrayContaining(codesOf(answer)));
});

test('a body that is no JSON, or too large, is refused', async () => {
  expect((await invalidate('all', { 'content-type': 'text/plain' })).status).toBe(400);
  const many = JSON.stringify({ studies: Array.from({ length: 50_000 }, () => '1.2.3.4.5') });
  expect((await invalidate(many)).status).toBe(413);
});

test.each([undefined, 'Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`])(
  'Authorization %j does not open it',
  async (authorization) => {
    await described();
    const answer = await running.get(`${running.url}/admin/cache/invalidate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: '{"all":true}',
    });
    expect([answer.status, codesOf(answer)]).toEqual([401, ['unauthenticated']]);
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
    const before = archive.seen.length;
    await described();
    expect(archive.seen).toHaveLength(before);
    expect(running.log.join('')).not.toContain(TOKEN.slice(1));
  },
);

test('it takes POST only', async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await running.get(`${running.url}/admin/cache/invalidate`, { headers });
  expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST']);
});

test('without ADMIN_TOKEN there is nothing at its path', async () => {
  const other = await startGateway(archive.url);
  const answer = await other.get(`${other.url}/admin/cache/invalidate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: '{"all":true}',
  });
  await other.close();
  expect(answer.status).toBe(404);
});
