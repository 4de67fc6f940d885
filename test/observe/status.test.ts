import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { createGlance } from '../../src/observe/status';
import type { Heard } from '../../src/observe/state';
import { startAuditServer } from '../audit/auditServer';
import { makeFolder, removeAll } from '../audit/opened';
import { startFakeOrthanc } from '../pacs/fakeOrthanc';
import { startAuthority } from '../security/authority';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import type { Running } from '../gateway/running';
import { ask, metricsOf, startWatched, untilSeries } from './reading';

/* GET /status: how the gateway and what it depends on are, at the cost of one small question in ten seconds at most. */

const STATUS = z.strictObject({
  version: z.string(),
  uptimeSeconds: z.number(),
  archive: z.strictObject({
    reachable: z.boolean().nullable(),
    lastAnswer: z.iso.datetime().nullable(),
    lastFailure: z.strictObject({ code: z.string(), at: z.iso.datetime() }).nullable(),
    breaker: z.enum(['closed', 'half-open', 'open']),
    pausedSeconds: z.number(),
    searches: z.strictObject({
      inFlight: z.number(),
      most: z.number(),
      waiting: z.strictObject({ small: z.number(), large: z.number() }),
    }),
    transfers: z.strictObject({ inFlight: z.number(), most: z.number(), waiting: z.number() }),
    product: z.string().nullable(),
    dialect: z.string().nullable(),
    rows: z.string().nullable(),
    changes: z.union([
      z.strictObject({ followed: z.literal(false) }),
      z.strictObject({
        followed: z.literal(true),
        told: z.boolean(),
        ageSeconds: z.number().nullable(),
      }),
    ]),
  }),
  redis: z.union([
    z.strictObject({ used: z.literal(false) }),
    z.strictObject({
      used: z.literal(true),
      hearsReplicas: z.boolean(),
      troubles: z.strictObject({ late: z.number(), away: z.number(), refused: z.number() }),
      lastTrouble: z.strictObject({ trouble: z.string(), at: z.string() }).nullable(),
    }),
  ]),
  audit: z.union([
    z.strictObject({ on: z.literal(false) }),
    z.strictObject({
      on: z.literal(true),
      lost: z.number(),
      refused: z.number(),
      spooledBytes: z.number(),
      spooledParcels: z.number(),
      serverDown: z.boolean(),
    }),
  ]),
  auth: z.strictObject({ mode: z.string(), keysAgeSeconds: z.number().nullable().optional() }),
});

const statusOf = async (running: Running) => {
  const { status, text } = await ask(running, '/status');
  expect(status).toBe(200);
  return STATUS.parse(JSON.parse(text));
};

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(holding([held('1.2.3')]));
});
afterEach(async () => {
  await running.close();
  await archive.close();
  await removeAll();
});

test('an archive that was never asked is asked one small question, however many want to know', async () => {
  running = await startWatched(archive.url);
  const told = await Promise.all(Array.from({ length: 20 }, () => statusOf(running)));
  for (const { archive: state } of told) expect(state.reachable).toBe(true);
  for (let more = 0; more < 10; more++) await statusOf(running);
  for (let more = 0; more < 10; more++) await metricsOf(running);
  expect(archive.seen.map(({ path, rawQuery }) => `${path}?${rawQuery}`)).toEqual([
    '/studies?limit=1',
  ]);
});

test('metrics, too, have it asked; the next reader is told', async () => {
  running = await startWatched(archive.url);
  expect((await metricsOf(running)).get('gateway_archive_up')).toBeUndefined();
  await pause(300);
  expect((await metricsOf(running)).get('gateway_archive_up')).toBe(1);
  expect(archive.seen).toHaveLength(1);
});

test('one that was heard of a moment ago is not asked', async () => {
  running = await startWatched(archive.url, { PACS_CONCURRENCY: '3', PACS_STREAMS: '5' });
  await running.get('ImagingStudy');
  const asked = archive.seen.length;
  const { archive: state, redis, audit, auth, version } = await statusOf(running);
  expect(archive.seen).toHaveLength(asked);
  expect(state).toMatchObject({
    reachable: true,
    lastFailure: null,
    breaker: 'closed',
    dialect: 'any DICOMweb archive',
    rows: 'qido',
    searches: { inFlight: 0, most: 3 },
    transfers: { inFlight: 0, most: 5 },
    changes: { followed: false },
  });
  expect([redis, audit, auth, version]).toEqual([
    { used: false },
    { on: false },
    { mode: 'none' },
    '0.0.0-test',
  ]);
});

test('one that is gone: not reachable, since when and why, and the process is well all the same', async () => {
  running = await startWatched(archive.url, { PACS_RETRIES: '0', PACS_BREAKER_CONSECUTIVE: '1' });
  await archive.close();
  const { archive: state } = await statusOf(running);
  expect(state.reachable).toBe(false);
  expect(state.lastAnswer).toBeNull();
  expect(state.lastFailure?.code).toBe('pacs-unreachable');
  expect(state.breaker).toBe('open');
  expect((await running.get(`${running.url}/health/ready`)).status).toBe(200);
  expect((await running.get(`${running.url}/health/live`)).status).toBe(200);
});

test('one that answers with failures is reachable', async () => {
  running = await startWatched(archive.url, { PACS_RETRIES: '0' });
  archive.script = () => ({ status: 500 });
  const { archive: state } = await statusOf(running);
  expect([state.reachable, state.lastFailure?.code]).toEqual([true, 'pacs-error']);
});

test('one that says nothing keeps nobody waiting for its deadline', async () => {
  running = await startWatched(archive.url);
  archive.script = () => new Promise(() => undefined);
  const before = performance.now();
  const { archive: state } = await statusOf(running);
  expect(performance.now() - before).toBeLessThan(6000);
  expect([state.reachable, state.searches.inFlight]).toEqual([null, 1]);
});

test('one that asked for a pause is left alone, and how long is told', async () => {
  running = await startWatched(archive.url, { PACS_RETRIES: '0' });
  archive.script = () => ({ status: 503, headers: { 'Retry-After': '60' } });
  await running.get('ImagingStudy');
  const { archive: state } = await statusOf(running);
  expect(state.pausedSeconds).toBeGreaterThan(50);
  expect(state.lastFailure?.code).toBe('pacs-busy');
});

test('what an Orthanc is, and how old what is known of its changes is', async () => {
  const orthanc = await startFakeOrthanc();
  running = await startWatched(orthanc.url, { CACHE_DETAIL_MS: '6000000', CHANGES_POLL_MS: '50' });
  await running.gateway.probe();
  await pause(300);
  const { archive: state } = await statusOf(running);
  expect(state.product).toMatch(/^Orthanc /);
  expect(state.changes).toMatchObject({ followed: true, told: true });
  const series = await metricsOf(running);
  expect(series.get('gateway_change_feed_alive')).toBe(1);
  expect(series.get('gateway_change_feed_age_seconds')).toBeLessThan(5);
  await orthanc.close();
});

test('a Redis that is away', async () => {
  running = await startWatched(archive.url, {
    REDIS_URL: 'redis://somebody:a-password@127.0.0.1:1',
    REDIS_KEY: 'x'.repeat(32),
  });
  await running.get('ImagingStudy');
  const { redis } = await statusOf(running);
  expect(redis).toMatchObject({
    used: true,
    hearsReplicas: false,
    lastTrouble: { trouble: 'away' },
  });
  const series = await metricsOf(running);
  expect(series.get('gateway_redis_told')).toBe(0);
  expect(series.get('gateway_redis_troubles_total{trouble="away"}')).toBeGreaterThan(0);
  expect(series.get('gateway_cache_lookups_total{level="redis",outcome="miss"}')).toBeGreaterThan(
    0,
  );
});

test('an issuer whose keys were read, since when, and tokens that were refused', async () => {
  const authority = await startAuthority();
  running = await startWatched(archive.url, { ...authority.env, AUTH_MODE: 'jwt' });
  expect((await statusOf(running)).auth).toEqual({ mode: 'jwt', keysAgeSeconds: null });
  expect((await metricsOf(running)).has('gateway_auth_keys_age_seconds')).toBe(false);
  const token = await authority.sign({ scope: 'system/ImagingStudy.rs' });
  for (const authorization of [`Bearer ${token}`, 'Bearer a.b.c']) {
    await running.get('ImagingStudy', { headers: { authorization } });
  }
  const { auth } = await statusOf(running);
  expect(auth.keysAgeSeconds).toBeLessThan(10);
  const series = await metricsOf(running);
  expect(series.get('gateway_auth_keys_age_seconds')).toBeLessThan(10);
  expect(series.get('gateway_problems_total{code="unauthenticated"}')).toBe(1);
  await authority.close();
});

test('an audit server that is down: what waits for it, and that nothing is lost', async () => {
  const server = await startAuditServer();
  await server.down();
  running = await startWatched(archive.url, {
    AUDIT_FHIR_URL: server.url,
    AUDIT_SPOOL_DIR: path.join(makeFolder(), 'spool'),
  });
  await running.get('ImagingStudy');
  const series = await untilSeries(running, 'gateway_audit_server_up', 0);
  expect(series.get('gateway_audit_server_up')).toBe(0);
  expect(series.get('gateway_audit_spooled_bytes')).toBeGreaterThan(100);
  expect(series.get('gateway_audit_lost_total')).toBe(0);
  expect((await statusOf(running)).audit).toMatchObject({ on: true, serverDown: true, lost: 0 });
});

test('no credential, no URL and nothing of a patient is in it', async () => {
  running = await startWatched(archive.url, {
    PACS_USERNAME: 'orthanc-user',
    PACS_PASSWORD: 'orthanc-password',
    REDIS_URL: 'redis://somebody:a-password@127.0.0.1:1',
    REDIS_KEY: 'x'.repeat(32),
  });
  await running.get('ImagingStudy');
  const page = (await ask(running, '/status')).text + (await ask(running, '/metrics')).text;
  for (const secret of ['orthanc-user', 'orthanc-password', 'somebody', 'a-password', '://']) {
    expect(page).not.toContain(secret);
  }
  for (const value of ['1.2.3', 'P1', 'Doe', 'Jane']) expect(page).not.toContain(`"${value}`);
});

test('times are told by the wall clock', async () => {
  running = await startWatched(archive.url);
  await running.get('ImagingStudy');
  const { archive: state } = await statusOf(running);
  const age = Date.now() - Date.parse(state.lastAnswer ?? '');
  expect(Math.abs(age)).toBeLessThan(5000);
});

describe('a glance at the archive', () => {
  test('is taken again only when ten seconds have passed in silence', async () => {
    let time = 0;
    let asked = 0;
    const heard: Heard = {};
    const glance = createGlance(
      () => Promise.resolve((asked += 1)),
      () => heard,
      () => time,
    );
    for (time = 0; time < 30_000; time += 100) await glance();
    expect(asked).toBe(3);
  });

  test('is not taken while something is heard, a failure included', async () => {
    let asked = 0;
    const take = (heard: Heard) =>
      createGlance(
        () => Promise.resolve((asked += 1)),
        () => heard,
        () => 20_000,
      )();
    await take({ answeredAt: 10_001 });
    await take({ answeredAt: 0, failure: { code: 'pacs-timeout', at: 15_000 } });
    expect(asked).toBe(0);
    await take({ answeredAt: 9_000 });
    expect(asked).toBe(1);
  });
});
