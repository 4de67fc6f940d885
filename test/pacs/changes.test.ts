import fc from 'fast-check';
import { openChangeLog, type ChangeLog } from '../../src/pacs/changes';
import { createArchiveClient, type ArchiveClient } from '../../src/pacs/client';
import { readLastUpdate } from '../../src/pacs/updateTime';
import type { Call } from '../../src/study/source';
import { startFakeOrthanc, type FakeOrthanc } from './fakeOrthanc';

/* Which studies changed since a time, out of Orthanc's log: never one too few, and not by reading everything. */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const START = Date.UTC(2026, 0, 5, 8, 0, 0);
const HOUR = 3_600_000;
const MANY = 10_000;

let orthanc: FakeOrthanc;
let client: ArchiveClient;
let log: ChangeLog;

beforeEach(async () => {
  orthanc = await startFakeOrthanc();
  client = createArchiveClient({
    url: orthanc.url,
    concurrency: 4,
    queue: 10,
    queueMs: 15_000,
    connectTimeoutMs: 1000,
    searchFirstByteMs: 5000,
    searchTimeoutMs: 5000,
    retries: 1,
    maxWaitMs: 0,
    breaker: { consecutive: 100, failures: 100, window: 100, openMs: 1000 },
    maxAnswerBytes: 10_000_000,
  });
  log = openChangeLog(client);
});

afterEach(async () => {
  client.close();
  await orthanc.close();
});

const since = (time: number, most = MANY) => log.changedSince(time, most, CALL);

describe('the studies that changed since a time', () => {
  test('are those whose instances were stored since then, in new studies and in old ones', async () => {
    for (const uid of ['1', '2', '3']) orthanc.store(uid, START);
    orthanc.store('2', START + 5 * HOUR);
    orthanc.store('4', START + 6 * HOUR);
    expect(await since(START + 4 * HOUR)).toEqual(['2', '4']);
    expect(await since(START + 6 * HOUR)).toEqual(['4']);
    expect(await since(START + 7 * HOUR)).toEqual([]);
  });

  test('hold one that is stored in the very second that is asked from', async () => {
    orthanc.store('1', START);
    orthanc.store('2', START + 5 * HOUR + 200);
    expect(await since(START + 5 * HOUR + 700)).toEqual(['2']);
  });

  test('hold one that came after the last question', async () => {
    orthanc.store('1', START);
    orthanc.store('2', START + 5 * HOUR);
    expect(await since(START + 4 * HOUR)).toEqual(['2']);
    orthanc.store('1', START + 5 * HOUR + 60_000);
    expect(await since(START + 5 * HOUR + 30_000)).toEqual(['1']);
    expect((await since(START + 4 * HOUR))?.toSorted()).toEqual(['1', '2']);
  });

  test('hold one whose new instance was deleted again, once it has rested', async () => {
    orthanc.store('1', START);
    orthanc.remove(orthanc.store('1', START + 5 * HOUR));
    orthanc.settle('1', START + 5 * HOUR + 60_000);
    expect(await since(START + 4 * HOUR)).toEqual(['1']);
  });

  test('are not told where the log was cleared since', async () => {
    orthanc.store('1', START);
    orthanc.store('2', START + 5 * HOUR);
    orthanc.clearLog();
    expect(await since(START + 4 * HOUR)).toBeUndefined();
    orthanc.store('3', START + 6 * HOUR);
    expect(await since(START + 4 * HOUR)).toBeUndefined();
    orthanc.store('4', START + 8 * HOUR);
    expect(await since(START + 7 * HOUR)).toEqual(['4']);
  });

  test('are not told where one of them was cleared out of the log before it was read', async () => {
    orthanc.store('1', START);
    orthanc.store('2', START + 5 * HOUR);
    expect(await since(START + 4 * HOUR)).toEqual(['2']);
    orthanc.store('1', START + 6 * HOUR);
    orthanc.clearLog();
    expect(await since(START + 4 * HOUR)).toBeUndefined();
  });

  test('are told although what was logged of others is gone', async () => {
    const [first, second] = [orthanc.store('1', START), orthanc.store('2', START + 5 * HOUR)];
    expect(await since(START + 4 * HOUR)).toEqual(['2']);
    orthanc.remove(second);
    orthanc.remove(orthanc.store('1', START + 6 * HOUR));
    orthanc.store('1', START + 7 * HOUR, first);
    expect(await since(START + 7 * HOUR)).toEqual(['1']);
  });

  test('are told from any time on by a log that holds its first change', async () => {
    orthanc.store('1', START);
    orthanc.store('2', START + HOUR);
    expect(await since(START - HOUR)).toEqual(['1', '2']);
  });

  test('are not told where they are more than may be listed', async () => {
    orthanc.store('0', START);
    for (const uid of ['1', '2', '3']) orthanc.store(uid, START + 5 * HOUR);
    expect(await since(START + 4 * HOUR, 2)).toBeUndefined();
    expect(await since(START + 4 * HOUR, 3)).toEqual(['1', '2', '3']);
  });

  test('are not told by an Orthanc whose own API does not answer', async () => {
    orthanc.store('1', START);
    orthanc.native = false;
    expect(await since(START)).toBeUndefined();
  });

  test('are read anew from an Orthanc that was set up anew', async () => {
    for (let at = 0; at < 10; at++) orthanc.store(`1.${at}`, START + at * HOUR);
    expect(await since(START + 8 * HOUR)).toEqual(['1.8', '1.9']);
    orthanc.reset();
    orthanc.store('2', START + 9 * HOUR);
    orthanc.store('3', START + 12 * HOUR);
    expect(await since(START + 11 * HOUR)).toEqual(['3']);
  });
});

describe('the cost of what changed', () => {
  test('is a few calls for an archive of many studies, and one when nothing is new', async () => {
    for (let at = 0; at < 12_000; at++) orthanc.store(`1.${at}`, START + at * 10_000);
    const end = START + 12_000 * 10_000;
    expect(await since(end - HOUR)).toHaveLength(360);
    expect(orthanc.take()).toHaveLength(3);
    expect(await since(end - HOUR)).toHaveLength(360);
    expect(orthanc.take()).toEqual(['GET /changes?last']);
    orthanc.store('1.0', end);
    expect(await since(end)).toEqual(['1.0']);
    expect(orthanc.take()).toHaveLength(3);
  });

  test('is bounded for a question that reaches far back, and what was read is kept', async () => {
    for (let at = 0; at < 15_000; at++) orthanc.store(`1.${at}`, START + at * 1000);
    const early = START + 120_000;
    expect(await since(early, 100_000)).toBeUndefined();
    expect(orthanc.take().length).toBeLessThanOrEqual(41);
    expect(await since(early, 100_000)).toHaveLength(14_880);
  }, 30_000);
});

type Step =
  | { readonly kind: 'store'; readonly study: number; readonly after: number }
  | { readonly kind: 'settle'; readonly study: number; readonly after: number }
  | { readonly kind: 'again'; readonly pick: number; readonly after: number }
  | { readonly kind: 'clear' }
  | { readonly kind: 'ask'; readonly back: number };

const after = fc.integer({ min: 0, max: 400_000 });
const number = fc.integer({ min: 0, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('store'), study: number, after }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle'), study: number, after }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again'), pick: fc.nat(), after }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask'),
      back: fc.integer({ min: 0, max: 2_000_000 }),
    }),
  },
);

test('whatever is stored, whenever it is asked: no study is lost whose LastUpdate is not before the time', async () => {
  let listed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      orthanc.reset();
      log = openChangeLog(client);
      const studies = new Set<string>();
      const instances: [uid: string, name: string][] = [];
      let now = START;
      for (const each of steps) {
        if ('after' in each) now += each.after;
        if (each.kind === 'clear') orthanc.clearLog();
        if (each.kind === 'store') {
          studies.add(`1.${each.study}`);
          instances.push([`1.${each.study}`, orthanc.store(`1.${each.study}`, now)]);
        }
        if (each.kind === 'settle' && studies.has(`1.${each.study}`)) {
          orthanc.settle(`1.${each.study}`, now);
        }
        const again = each.kind === 'again' ? instances[each.pick % instances.length] : undefined;
        if (again !== undefined) orthanc.store(again[0], now, again[1]);
        if (each.kind !== 'ask') continue;
        const from = now - each.back;
        const told = await since(from);
        const due = [...studies].filter(
          (uid) => Date.parse(readLastUpdate(orthanc.lastUpdate(uid)) ?? '') >= from,
        );
        if (told === undefined) continue;
        listed += 1;
        expect(told.toSorted()).toEqual(due.sort());
      }
    }),
    { numRuns: 60 },
  );
  expect(listed).toBeGreaterThan(20);
}, 60_000);
