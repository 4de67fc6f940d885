import { getEventListeners } from 'node:events';
import { Flights } from '../../src/cache/flights';
import { cached } from '../../src/cache/memory';
import type { StudyHeader } from '../../src/study/model';
import type { Call, Keys, StudyDetail, StudySource } from '../../src/study/source';
import { series, study } from '../search/support';

/* What is remembered of an archive, for how long, and who pays for it. */

interface Caller {
  readonly call: Call;
  readonly outcomes: string[];
  leave(): void;
}

function caller(): Caller {
  const controller = new AbortController();
  const outcomes: string[] = [];
  const meter = {
    upstream: () => undefined,
    cache: (outcome: string) => void outcomes.push(outcome),
  };
  return {
    call: { signal: controller.signal, meter },
    outcomes,
    leave: () => controller.abort(new Error('left')),
  };
}

/** A flight that lands when it is told to. */
function landing<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((land, crash) => {
    resolve = land;
    reject = crash;
  });
  const calls: Call[] = [];
  const start = (call: Call) => {
    calls.push(call);
    return promise;
  };
  return {
    start,
    calls,
    resolve: (value: T) => resolve(value),
    reject: (error: Error) => reject(error),
  };
}

describe('flights', () => {
  test('of one key are one; of two keys, two', async () => {
    const flights = new Flights<number>();
    const one = landing<number>();
    const first = flights.join('a', caller().call, one.start);
    const second = flights.join('a', caller().call, one.start);
    const other = flights.join('b', caller().call, one.start);
    one.resolve(7);
    expect(await Promise.all([first, second, other])).toEqual([
      { value: 7, joined: false },
      { value: 7, joined: true },
      { value: 7, joined: false },
    ]);
    expect(one.calls).toHaveLength(2);
  });

  test('go on when the first leaves, and are aborted when the last does', async () => {
    const flights = new Flights<number>();
    const one = landing<number>();
    const [leaver, stayer] = [caller(), caller()];
    const left = flights.join('a', leaver.call, one.start);
    const stayed = flights.join('a', stayer.call, one.start);
    leaver.leave();
    await expect(left).rejects.toThrow('left');
    expect(one.calls[0]?.signal.aborted).toBe(false);
    stayer.leave();
    await expect(stayed).rejects.toThrow('left');
    expect(one.calls[0]?.signal.aborted).toBe(true);
  });

  test('that were aborted are not joined', async () => {
    const flights = new Flights<number>();
    const [dead, alive] = [landing<number>(), landing<number>()];
    const leaver = caller();
    const left = flights.join('a', leaver.call, dead.start);
    leaver.leave();
    await expect(left).rejects.toThrow('left');
    const next = flights.join('a', caller().call, alive.start);
    alive.resolve(1);
    expect(await next).toEqual({ value: 1, joined: false });
  });

  test('that fail fail for all who wait, and for nobody afterwards', async () => {
    const flights = new Flights<number>();
    const bad = landing<number>();
    const waiting = [1, 2].map(() => flights.join('a', caller().call, bad.start));
    bad.reject(new Error('down'));
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await flights.join('a', caller().call, () => Promise.resolve(3))).toEqual({
      value: 3,
      joined: false,
    });
  });

  test('that are over leave nothing behind with those who stay', async () => {
    const flights = new Flights<number>();
    const { call } = caller();
    for (let at = 0; at < 50; at++) await flights.join('a', call, () => Promise.resolve(at));
    expect(getEventListeners(call.signal, 'abort').length).toBeLessThan(10);
  });

  test('are not started for one who has left', async () => {
    const gone = caller();
    gone.leave();
    const one = landing<number>();
    await expect(new Flights<number>().join('a', gone.call, one.start)).rejects.toThrow('left');
    expect(one.calls).toHaveLength(0);
  });
});

describe('the cache', () => {
  const KEYS: Keys = new Map([['PatientID', { kind: 'values', values: ['P1'] }]]);
  const WINDOW = { limit: 10, offset: 0 };
  const header = study({ uid: '1.1', numberOfInstances: 1, numberOfSeries: 1 });

  function counting(defects: StudyDetail['defects'] = []) {
    const asked = { windows: 0, details: [] as string[] };
    const source: StudySource = {
      abilities: () =>
        Promise.resolve({ studyKeys: new Set([]), valueLists: false, tellsUpdates: true }),
      studiesWith: () => Promise.resolve(undefined),
      studies: () => {
        asked.windows += 1;
        return Promise.resolve({ studies: [header], advance: 0, cut: false, notices: [] });
      },
      details: (studies) => {
        asked.details.push(...studies.map(({ uid }) => uid));
        return Promise.resolve(
          studies.map((each) => ({ header: each, series: [series()], defects })),
        );
      },
    };
    return { asked, source };
  }

  const settings = { maxBytes: 1_000_000, studyRowsMs: 10_000, detailMs: 10_000 };

  test('answers the same question once, and tells what it had', async () => {
    const { asked, source } = counting();
    const cache = cached(source, settings);
    const who = caller();
    for (let at = 0; at < 3; at++) await cache.studies(KEYS, WINDOW, who.call);
    await cache.studies(KEYS, { ...WINDOW, offset: 10 }, who.call);
    await cache.studies(new Map(), WINDOW, who.call);
    expect(asked.windows).toBe(3);
    expect(who.outcomes).toEqual(['miss', 'hit', 'hit', 'miss', 'miss']);
  });

  test('uses series and instances as long as the study row is the same', async () => {
    const { asked, source } = counting();
    const cache = cached(source, settings);
    const { call } = caller();
    const changes: Partial<StudyHeader>[] = [
      {},
      {},
      { numberOfInstances: 2 },
      {},
      { description: 'x' },
    ];
    for (const change of changes) await cache.details([{ ...header, ...change }], call);
    expect(asked.details).toHaveLength(4);
  });

  test('gives details in the order asked, whichever of them it had', async () => {
    const { asked, source } = counting();
    const cache = cached(source, settings);
    const [a, b, c] = ['1', '2', '3'].map((uid) => study({ uid, numberOfInstances: 1 }));
    if (!a || !b || !c) throw new Error('three are wanted');
    await cache.details([b], caller().call);
    const details = await cache.details([c, b, a], caller().call);
    expect(details.map(({ header: { uid } }) => uid)).toEqual(['3', '2', '1']);
    expect(asked.details).toEqual(['2', '3', '1']);
  });

  test('keeps one UID of two patients apart', async () => {
    const { source } = counting();
    const cache = cached(source, settings);
    const [one, other] = ['A', 'B'].map((id) => study({ uid: '1', patient: { id, otherIds: [] } }));
    if (!one || !other) throw new Error('two are wanted');
    await cache.details([one], caller().call);
    const [detail] = await cache.details([other], caller().call);
    expect(detail?.header.patient.id).toBe('B');
  });

  test('keeps nothing that came incomplete', async () => {
    const { asked, source } = counting([{ kind: 'incomplete', expected: 2, received: 1 }]);
    const cache = cached(source, settings);
    for (let at = 0; at < 3; at++) await cache.details([header], caller().call);
    expect(asked.details).toHaveLength(3);
  });

  test('forgets the oldest when it is full', async () => {
    const { asked, source } = counting();
    const cache = cached(source, { ...settings, maxBytes: 20_000 });
    const many = Array.from({ length: 100 }, (_, at) =>
      study({ uid: `1.${at}`, numberOfInstances: 1 }),
    );
    for (const each of many) await cache.details([each], caller().call);
    await cache.details([many[0] ?? header], caller().call);
    expect(asked.details).toHaveLength(101);
  });

  test('of no bytes is no cache', () => {
    const { source } = counting();
    expect(cached(source, { ...settings, maxBytes: 0 })).toBe(source);
  });
});
