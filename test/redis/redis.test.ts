import { setTimeout as pause } from 'node:timers/promises';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { startGateway, studiesOf, type Running } from '../gateway/running';
import { until } from '../until';
import { describeWith, startRedis, type RedisProgram } from './programs';

/* Two gateways and a real Redis: what they share, and what they do when it is slow, full or gone. */

const ADMIN = 'a'.repeat(32);
const QUESTION = 'ImagingStudy?subject.identifier=P1';

describeWith(['redis-server', 'redis-cli'], 'gateways that share a Redis', () => {
  let redis: RedisProgram;
  let archive: FakeArchive;
  let gateways: Running[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  beforeEach(async () => {
    redis.command('flushall');
    archive = await startFakeArchive(holding([held('1.2.3', { StudyDescription: 'first' })]));
    const env = {
      REDIS_URL: redis.url,
      REDIS_KEY: 'k'.repeat(32),
      ADMIN_TOKEN: ADMIN,
      CACHE_STUDY_ROWS_MS: '3600000',
    };
    gateways = [await startGateway(archive.url, env), await startGateway(archive.url, env)];
    for (const { log } of gateways) await connected(log);
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.close();
    await archive.close();
  });

  /** Both connections of a gateway are made in the background. */
  const connected = async (log: readonly string[]) => {
    await until(() => redis.command('client', 'list').split('\n').length >= 5);
    await pause(50);
    expect(log.join('')).not.toContain('Redis');
  };
  const gateway = (at: number): Running => {
    const one = gateways[at];
    if (one === undefined) throw new Error('there are two');
    return one;
  };
  const describedAt = async (at: number) => {
    const [study] = studiesOf(await gateway(at).get(QUESTION));
    return study?.description;
  };
  const invalidate = (at: number, body: object) =>
    gateway(at).get(`${gateway(at).url}/admin/cache/invalidate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const change = (text: string) => {
    archive.script = holding([held('1.2.3', { StudyDescription: text })]);
  };

  test('answer alike, and the archive is asked once', async () => {
    const first = await gateway(0).get(QUESTION);
    await pause(50);
    const before = archive.seen.length;
    const second = await gateway(1).get(QUESTION);
    // Each asks the archive what it is, once.
    const asked = archive.seen.slice(before).filter(({ path }) => path.includes('instances'));
    expect(asked).toEqual([]);
    expect(studiesOf(second).map(({ uid, series }) => [uid, series.length])).toEqual(
      studiesOf(first).map(({ uid, series }) => [uid, series.length]),
    );
    const searches = archive.seen.filter(({ query }) => query.get('PatientID') === 'P1');
    expect(searches.filter(({ query }) => !query.has('offset'))).toHaveLength(1);
  });

  test('hear within a second that a study changed', async () => {
    expect([await describedAt(0), await describedAt(1)]).toEqual(['first', 'first']);
    change('second');
    expect(await describedAt(1)).toBe('first');
    const started = Date.now();
    const answer = await invalidate(0, { studies: ['1.2.3'] });
    expect([answer.status, answer.text]).toEqual([200, '{"allReplicas":true}']);
    await until(async () => (await describedAt(1)) === 'second');
    expect(Date.now() - started).toBeLessThan(1000);
    expect(await describedAt(0)).toBe('second');
  });

  test('keep nothing readable in it', async () => {
    await describedAt(0);
    await pause(50);
    const keys = redis.command('keys', '*').split('\n');
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.join()).not.toMatch(/P1|1\.2\.3/);
    for (const key of keys) expect(redis.command('get', key)).not.toMatch(/Doe|P1|1\.2\.3|first/);
    for (const key of keys) expect(Number(redis.command('pttl', key))).toBeGreaterThan(0);
  });

  test('answer when it stands still, and use it again when it goes on', async () => {
    redis.process.kill('SIGSTOP');
    try {
      const started = Date.now();
      for (let at = 0; at < 30; at++) {
        expect(await describedAt(0)).toBe('first');
        await gateway(0).get(`ImagingStudy?subject.identifier=Q${at}`);
      }
      expect(Date.now() - started).toBeLessThan(3000);
      expect((await invalidate(0, { all: true })).status).toBe(202);
    } finally {
      redis.process.kill('SIGCONT');
    }
    await until(async () => (await invalidate(0, { all: true })).status === 200);
    await describedAt(0);
    await until(() => redis.command('keys', '*:w:*') !== '');
    expect(gateway(0).log.join('')).toContain('Redis does not answer in time');
  });

  test('answer when it is full', async () => {
    redis.command('config', 'set', 'maxmemory', '1');
    try {
      for (const at of [0, 1]) expect(await describedAt(at)).toBe('first');
    } finally {
      redis.command('config', 'set', 'maxmemory', '0');
    }
    await until(() => gateway(0).log.join('').includes('"cause":"OOM"'));
  });

  test('answer when it is gone, and use it again when it is back', async () => {
    expect(await describedAt(0)).toBe('first');
    expect(await describedAt(1)).toBe('first');
    redis.process.kill('SIGKILL');
    await until(() => gateway(0).log.join('').includes('Redis cannot be reached'));
    const started = Date.now();
    change('second');
    expect((await invalidate(0, { studies: ['1.2.3'] })).status).toBe(202);
    expect(await describedAt(0)).toBe('second');
    expect(Date.now() - started).toBeLessThan(500);
    await redis.restart();
    // What the others could not be told, they are told now.
    await until(async () => (await describedAt(1)) === 'second');
    await until(async () => (await invalidate(1, { all: true })).status === 200);
  });
});
