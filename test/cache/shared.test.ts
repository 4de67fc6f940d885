import { setTimeout as pause } from 'node:timers/promises';
import { createInvalidation, type Invalidation } from '../../src/cache/invalidation';
import { lifetimesWhile } from '../../src/cache/lifetimes';
import { cached } from '../../src/cache/memory';
import { openSharedCache, type SharedCache } from '../../src/cache/replicated';
import type { StudyHeader } from '../../src/study/model';
import type { Call, Keys, StudyDetail, StudySource, StudyWindow } from '../../src/study/source';
import { series, study } from '../search/support';
import { until } from '../until';
import { startFakeRedis, type FakeRedis } from './fakeRedis';

/* The cache that replicas share: what it holds, who asks the archive, and what becomes of a Redis that fails. */

const KEYS: Keys = new Map([['PatientID', { kind: 'values', values: ['SECRET-ID'] }]]);
const WINDOW = { limit: 10, offset: 0 };
const HEADER = study({ uid: '1.2.840.99.1', numberOfInstances: 1, numberOfSeries: 1 });
const [KEY, OTHER_KEY] = ['k'.repeat(32), 'o'.repeat(32)];
const TIMEOUT_MS = 20;

function call(options: Partial<Call> = {}): Call {
  const meter = { upstream: () => undefined, cache: () => undefined };
  return { signal: new AbortController().signal, meter, ...options };
}

/** An archive that counts what it is asked, and whose study changes when a test says so. */
function startArchive() {
  const archive = {
    windows: 0,
    details: [] as string[],
    description: 'first',
    defects: [] as StudyDetail['defects'],
    /** What happens before it answers. */
    before: (): Promise<unknown> => Promise.resolve(),
    tellsUpdates: true,
  };
  const source: StudySource = {
    abilities: () =>
      Promise.resolve({
        studyKeys: new Set([]),
        valueLists: false,
        tellsUpdates: archive.tellsUpdates,
      }),
    studiesWith: () => Promise.resolve(undefined),
    async studies() {
      archive.windows += 1;
      const { description } = archive;
      await archive.before();
      return { studies: [{ ...HEADER, description }], advance: 0, cut: false, notices: [] };
    },
    async details(studies) {
      archive.details.push(...studies.map(({ uid }) => uid));
      const { defects, description } = archive;
      await archive.before();
      return studies.map((header) => ({ header, series: [series({ description })], defects }));
    },
  };
  return { archive, source };
}

interface Replica {
  readonly source: StudySource;
  readonly cache: SharedCache;
  readonly invalidation: Invalidation;
}

const opened: SharedCache[] = [];
afterEach(() => {
  for (const cache of opened.splice(0)) cache.close();
});

interface ReplicaOptions {
  readonly keys?: readonly string[];
  readonly memory?: boolean;
  readonly studyRowsMs?: number;
  readonly version?: string;
  readonly maxValueBytes?: number;
}

function startReplica(
  redis: FakeRedis,
  archive: StudySource,
  options: ReplicaOptions = {},
): Replica {
  const { keys = [KEY], memory = false, studyRowsMs = 10_000, version = '1' } = options;
  const invalidation = createInvalidation();
  const cache = openSharedCache(redis.connect(), invalidation, {
    keys,
    archive: [version],
    timeoutMs: TIMEOUT_MS,
    maxValueBytes: options.maxValueBytes ?? 100_000,
    waitMs: 5000,
    onTrouble: () => undefined,
  });
  opened.push(cache);
  const wanted = { studyRowsMs, detailMs: 600_000 };
  const lifetimes = () => lifetimesWhile({ changes: cache.isTold(), updates: false }, wanted);
  const shared = cache.share(archive, lifetimes);
  const source = memory
    ? cached(shared, { maxBytes: 1_000_000, ...wanted }, { invalidation, lifetimes })
    : shared;
  return { source, cache, invalidation };
}

const rows = ({ source }: Replica, options?: Partial<Call>): Promise<StudyWindow> =>
  source.studies(KEYS, WINDOW, call(options));
const details = async ({ source }: Replica, header: StudyHeader = HEADER) =>
  (await source.details([header], call()))[0];
const descriptionOf = ({ studies }: StudyWindow) => studies[0]?.description;

/** What is written behind the caller's back is there a moment later. */
const settle = () => pause(10);

describe('replicas that share a cache', () => {
  test('answer what one of them has read, to the letter, without asking the archive', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const [one, other] = [startReplica(redis, source), startReplica(redis, source)];
    const asked = [await rows(one), await details(one)];
    await settle();
    const { readAt, ...window } = await rows(other);
    const detail = await details(other);
    expect(window).toEqual(asked[0]);
    expect({ ...detail, readAt: undefined }).toEqual({ ...asked[1], readAt: undefined });
    expect(Math.abs(Date.now() - (readAt ?? 0))).toBeLessThan(1000);
    expect(archive).toMatchObject({ windows: 1, details: [HEADER.uid] });
  });

  test('read a study again when its row is another', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source);
    for (const description of ['a', 'b', 'b']) {
      await details(replica, { ...HEADER, description });
      await settle();
    }
    expect(archive.details).toHaveLength(2);
  });

  test('share details although each has seen the study first at another time', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    archive.tellsUpdates = false;
    const [one, other] = [startReplica(redis, source), startReplica(redis, source)];
    await details(one, { ...HEADER, lastUpdated: '2024-01-01T00:00:00.000Z' });
    await settle();
    const detail = await details(other, { ...HEADER, lastUpdated: '2024-02-02T00:00:00.000Z' });
    expect(detail?.header.lastUpdated).toBe('2024-02-02T00:00:00.000Z');
    expect(archive.details).toHaveLength(1);
  });

  test('share no study that came incomplete', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    archive.defects = [{ kind: 'incomplete', expected: 2, received: 1 }];
    const replica = startReplica(redis, source);
    for (let at = 0; at < 2; at++) {
      await details(replica);
      await settle();
    }
    expect(archive.details).toHaveLength(2);
  });

  test('share no value that is too large', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source, { maxValueBytes: 100 });
    for (let at = 0; at < 2; at++) {
      await rows(replica);
      await settle();
    }
    expect(archive.windows).toBe(2);
  });

  test('of different releases share nothing', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    await rows(startReplica(redis, source, { version: '1' }));
    await settle();
    await rows(startReplica(redis, source, { version: '2' }));
    expect(archive.windows).toBe(2);
  });

  test('ask the archive for a caller who wants it fresh, and share what it says', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const [one, other] = [startReplica(redis, source), startReplica(redis, source)];
    await rows(one);
    await settle();
    archive.description = 'second';
    expect(descriptionOf(await rows(other))).toBe('first');
    expect(descriptionOf(await rows(other, { fresh: true }))).toBe('second');
    await settle();
    expect(descriptionOf(await rows(one))).toBe('second');
  });

  test('keep rows no longer than they are good, counted from when the archive was asked', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    archive.before = () => pause(100);
    await rows(startReplica(redis, source, { studyRowsMs: 1000 }));
    await settle();
    const kept = [...redis.held].filter(([key]) => key.includes(':w:'));
    expect(kept).toHaveLength(1);
    for (const [, held] of kept) expect(held.until - Date.now()).toBeLessThan(905);
  });

  test('believe rows no longer for having them from another replica', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const options = { memory: true, studyRowsMs: 300 };
    const [one, other] = [
      startReplica(redis, source, options),
      startReplica(redis, source, options),
    ];
    await rows(one);
    await pause(200);
    await rows(other);
    expect(archive.windows).toBe(1);
    await pause(150);
    await rows(other);
    expect(archive.windows).toBe(2);
  });
});

describe('what is in Redis', () => {
  test('tells nothing of a patient or a study, neither in keys nor in values', async () => {
    const redis = startFakeRedis();
    const { source } = startArchive();
    const replica = startReplica(redis, source);
    await rows(replica);
    await details(replica);
    await replica.cache.invalidate({ studies: [HEADER.uid] });
    await settle();
    const all = [...redis.held].map(([key, { bytes }]) => key + bytes.toString('latin1')).join();
    for (const secret of ['SECRET', HEADER.uid, 'P1', 'first']) expect(all).not.toContain(secret);
    expect(redis.held.size).toBeGreaterThan(2);
  });

  test('is a miss when it was cut, changed or put under another name', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source);
    await rows(replica);
    await details(replica);
    await settle();
    const [first = '', second = ''] = [...redis.held.keys()].filter((key) => /:[wd]:/.test(key));
    const bytesAt = (key: string) => Buffer.from(redis.held.get(key)?.bytes ?? '');
    const [one, other] = [bytesAt(first), bytesAt(second)];
    const flipped = Buffer.from(one);
    flipped.writeUInt8(flipped.readUInt8(60) ^ 1, 60);
    for (const bytes of [
      other,
      flipped,
      one.subarray(0, 70),
      one.subarray(0, 3),
      Buffer.alloc(0),
      Buffer.alloc(500),
    ]) {
      for (const key of [first, second]) {
        redis.held.set(key, {
          bytes: bytes === other && key === second ? one : bytes,
          until: Date.now() + 9999,
        });
      }
      const before = archive.windows + archive.details.length;
      expect(descriptionOf(await rows(replica))).toBe('first');
      expect((await details(replica))?.series).toHaveLength(1);
      expect(archive.windows + archive.details.length).toBe(before + 2);
      await settle();
    }
  });

  test('is a miss under another key, and a hit for one who has both', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    await rows(startReplica(redis, source, { keys: [KEY] }));
    await settle();
    await rows(startReplica(redis, source, { keys: [OTHER_KEY, KEY] }));
    expect(archive.windows).toBe(1);
    await rows(startReplica(redis, source, { keys: [OTHER_KEY] }));
    expect(archive.windows).toBe(2);
  });
});

describe('one flight over all replicas', () => {
  test('reads once what all miss at the same time', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    archive.before = () => pause(150);
    const replicas = [1, 2, 3].map(() => startReplica(redis, source));
    const windows = await Promise.all(replicas.map((replica) => rows(replica)));
    expect(windows.map(descriptionOf)).toEqual(['first', 'first', 'first']);
    expect(archive.windows).toBe(1);
    await Promise.all(replicas.map((replica) => details(replica)));
    expect(archive.details).toHaveLength(1);
  });

  test('is not waited for when its reader fails', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    archive.before = () => pause(100).then(() => Promise.reject(new Error('down')));
    const [one, other] = [startReplica(redis, source), startReplica(redis, source)];
    const failing = rows(one);
    await pause(30);
    archive.before = () => Promise.resolve();
    const answered = rows(other);
    await expect(failing).rejects.toThrow('down');
    expect(descriptionOf(await answered)).toBe('first');
  });

  test('is waited for a second when its reader was killed', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source);
    archive.before = () => pause(50);
    void rows(replica);
    await until(() => [...redis.held.keys()].some((key) => key.endsWith(':reader')));
    // The lease of a reader that will never end or renew it.
    const [lease] = [...redis.held.keys()].filter((key) => key.endsWith(':reader'));
    await pause(100);
    for (const key of redis.held.keys()) if (key.includes(':w:')) redis.held.delete(key);
    redis.held.set(lease ?? '', { bytes: Buffer.from('killed'), until: Date.now() + 1000 });
    const started = performance.now();
    expect(descriptionOf(await rows(startReplica(redis, source)))).toBe('first');
    expect(performance.now() - started).toBeGreaterThan(800);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test('is left at once by a caller who leaves', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    archive.before = () => pause(1000);
    const reading = rows(startReplica(redis, source));
    await pause(30);
    const controller = new AbortController();
    const started = performance.now();
    const leaving = rows(startReplica(redis, source), { signal: controller.signal });
    await pause(50);
    controller.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    expect(performance.now() - started).toBeLessThan(300);
    await reading;
    expect(archive.windows).toBe(1);
  });
});

describe('a change', () => {
  test('is forgotten by all replicas at once, in memory and in Redis', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replicas = [1, 2, 3].map(() => startReplica(redis, source, { memory: true }));
    for (const replica of replicas) {
      await rows(replica);
      await details(replica);
      await settle();
    }
    archive.description = 'second';
    expect(await replicas[0]?.cache.invalidate({ studies: [HEADER.uid] })).toBe(true);
    await settle();
    for (const replica of replicas) {
      expect(descriptionOf(await rows(replica))).toBe('second');
      expect((await details(replica))?.series[0]?.description).toBe('second');
      await settle();
    }
    expect(archive).toMatchObject({ windows: 2, details: [HEADER.uid, HEADER.uid] });
  });

  test('of another study leaves series and instances as they are', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const [one, other] = [1, 2].map(() => startReplica(redis, source, { memory: true }));
    if (!one || !other) throw new Error('two are wanted');
    await details(one);
    await settle();
    await other.cache.invalidate({ studies: ['1.2.3.4'] });
    await settle();
    await details(one);
    await details(other);
    expect(archive.details).toHaveLength(1);
    await other.cache.invalidate({ all: true });
    await settle();
    await details(one);
    expect(archive.details).toHaveLength(2);
  });

  test('while the archive is being read leaves nothing of the older reading behind', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const [one, other] = [1, 2].map(() => startReplica(redis, source, { memory: true }));
    if (!one || !other) throw new Error('two are wanted');
    archive.before = () => pause(100);
    const reading = [rows(one), details(one)] as const;
    await pause(30);
    archive.before = () => Promise.resolve();
    archive.description = 'second';
    await other.cache.invalidate({ studies: [HEADER.uid] });
    expect(descriptionOf(await reading[0])).toBe('first');
    await reading[1];
    await settle();
    for (const replica of [one, other]) {
      expect(descriptionOf(await rows(replica))).toBe('second');
      expect((await details(replica))?.series[0]?.description).toBe('second');
    }
  });

  test('is made up for when Redis was away as it happened', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const [one, other] = [1, 2].map(() => startReplica(redis, source, { memory: true }));
    if (!one || !other) throw new Error('two are wanted');
    await rows(one);
    await settle();
    redis.mode = 'away';
    archive.description = 'second';
    expect(await one.cache.invalidate({ studies: [HEADER.uid] })).toBe(false);
    expect(descriptionOf(await rows(one))).toBe('second');
    redis.mode = 'good';
    await until(async () => descriptionOf(await rows(other)) === 'second');
  });
});

describe('a Redis that', () => {
  test('is away costs no time, and answers come from the archive', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source);
    redis.mode = 'away';
    const started = performance.now();
    for (let at = 0; at < 20; at++) expect(descriptionOf(await rows(replica))).toBe('first');
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS * 20);
    expect(archive.windows).toBe(20);
  });

  test('is silent costs a few deadlines, then nothing, and is used again once it answers', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source);
    redis.mode = 'silent';
    const started = performance.now();
    for (let at = 0; at < 100; at++) expect(descriptionOf(await rows(replica))).toBe('first');
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS * 10);
    const { commands } = redis;
    for (let at = 0; at < 100; at++) await rows(replica);
    expect(redis.commands - commands).toBeLessThan(3);
    redis.mode = 'good';
    await until(async () => {
      const { windows } = archive;
      await rows(replica);
      await settle();
      return archive.windows === windows;
    });
  });

  test('is full answers what it has, and takes nothing', async () => {
    const redis = startFakeRedis();
    const { archive, source } = startArchive();
    const replica = startReplica(redis, source);
    await rows(replica);
    await settle();
    redis.mode = 'full';
    await rows(replica);
    expect(archive.windows).toBe(1);
    for (let at = 0; at < 3; at++) await details(replica);
    expect(archive.details).toHaveLength(3);
    expect(await replica.cache.invalidate({ all: true })).toBe(false);
  });

  test('tells of no changes has answers live shortly', async () => {
    const redis = startFakeRedis();
    const { source } = startArchive();
    const replica = startReplica(redis, source, { studyRowsMs: 3_600_000 });
    expect(replica.cache.isTold()).toBe(true);
    redis.mode = 'silent';
    await until(() => !replica.cache.isTold());
    redis.mode = 'good';
    const dropped: unknown[] = [];
    replica.invalidation.onInvalidated((change) => dropped.push(change));
    await until(() => replica.cache.isTold());
    // What others told meanwhile was not heard.
    expect(dropped).toEqual([{ all: true }]);
  });
});
