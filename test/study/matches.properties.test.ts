import fc from 'fast-check';
import { readSpan } from '../../src/search/dates';
import { matches, type Candidate } from '../../src/study/matches';
import { compareSpans } from '../../src/study/spans';
import { fold } from '../../src/study/text';
import { momentSpan, type Comparator, type Condition, type Span } from '../../src/study/query';
import { instance, patient, series, study } from '../search/support';

/* Few values, so that conditions and studies meet often. */
const few = (...values: string[]) => fc.constantFrom(...values);
const uid = few('1.1', '1.2', '1.3');
const issuer = few('LAB', 'HOSP', '1.9').map((name) => ({ name }));
const moment = fc.record(
  {
    date: few('2020-01-01', '2020-01-02', '2021-06-30'),
    time: few('12', '12:30', '12:30:15', '12:30:15.25'),
    offset: few('+00:00', '-11:30', '+14:00'),
  },
  { requiredKeys: ['date'] },
);

const aSeries = fc
  .record(
    {
      uid,
      modality: few('CT', 'MR', 'SR'),
      bodyPart: few('CHEST', 'HEAD'),
      instances: fc.array(
        fc.record({ uid, sopClass: uid }, { requiredKeys: ['uid'] }).map(instance),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['uid', 'instances'] },
  )
  .map(series);

const header: fc.Arbitrary<Candidate> = fc
  .record(
    {
      uid,
      patient: fc
        .record(
          {
            id: few('P1', 'P2'),
            issuer,
            name: few('Anna^B', 'Müller^Anna', '=山田^太郎'),
            birthDate: few('1980-01-01', '1990-12-31'),
            sex: fc.constantFrom('M' as const, 'F' as const),
          },
          { requiredKeys: [] },
        )
        .map(patient),
      started: moment,
      accession: fc.record({ value: few('P1', 'A2'), issuer }, { requiredKeys: ['value'] }),
      modalities: fc.array(few('CT', 'MR'), { maxLength: 2 }),
      numberOfSeries: fc.nat(3),
      studyId: few('S1', 'S2'),
      lastUpdated: few('2020-01-01T12:30:00.000Z', '2021-06-30T00:00:00.000Z'),
      requests: fc.array(
        fc.record({
          codes: fc.constant([]),
          fillerNumber: fc.record({ value: few('A2', 'F1') }),
        }),
        { maxLength: 1 },
      ),
    },
    { requiredKeys: ['uid', 'patient'] },
  )
  .map(study);

const whole = fc
  .tuple(header, fc.array(aSeries, { maxLength: 3 }))
  .map(([candidate, all]) => ({ ...candidate, series: all }));

const comparator = fc.constantFrom<Comparator>(
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'sa',
  'eb',
  'ap',
);
const span: fc.Arbitrary<Span> = few(
  '2020',
  '2020-01',
  '2020-01-01',
  '2020-01-01T12:30',
  '2020-01-01T12:30Z',
  '2020-01-01T12:30:15-08:00',
  '1980',
).map((text) => readSpan(text) ?? { from: 0, to: 0 });
const issuerFilter = fc.oneof(
  fc.constantFrom('any' as const, 'none' as const),
  fc.array(few('LAB', 'HOSP'), { maxLength: 2 }),
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    on: fc.constantFrom(
      'study' as const,
      'series' as const,
      'instance' as const,
      'sopClass' as const,
    ),
    uid,
  }),
  fc.record({
    on: fc.constantFrom('accession' as const, 'patient' as const),
    value: few('P1', 'P2', 'A2'),
    issuer: issuerFilter,
  }),
  fc.record({
    on: fc.constant('name' as const),
    text: few('anna', 'Müller', 'mul', '山田'),
    match: fc.constantFrom('starts' as const, 'contains' as const, 'exact' as const),
    part: fc.constantFrom('any' as const, 'family' as const, 'given' as const),
  }),
  fc.record({ on: fc.constantFrom('started' as const, 'birthDate' as const), comparator, span }),
  fc.record({ on: fc.constant('modality' as const), code: few('CT', 'MR', 'SR') }),
  fc.record({
    on: fc.constant('bodyPart' as const),
    terms: fc.array(few('CHEST', 'HEAD')),
  }),
  fc.record({
    on: fc.constant('presence' as const),
    of: fc.constantFrom(
      'accession' as const,
      'modality' as const,
      'bodyPart' as const,
      'series' as const,
      'name' as const,
    ),
    present: fc.boolean(),
  }),
  fc.record({ on: fc.constant('order' as const), value: few('A2', 'F1'), issuer: issuerFilter }),
  fc.record({ on: fc.constant('studyId' as const), value: few('S1', 'S2') }),
  fc.record({ on: fc.constant('lastUpdated' as const), comparator, span }),
  fc.constant({ on: 'nothing' as const }),
  fc.constant({ on: 'all' as const }),
);
const negatable = fc.oneof(
  { weight: 4, arbitrary: condition },
  { weight: 1, arbitrary: condition.map((one) => ({ on: 'not' as const, condition: one })) },
);
const clauses = fc.array(fc.array(negatable, { maxLength: 3 }), { maxLength: 3 });

test('with series the answer is always decided', () => {
  fc.assert(
    fc.property(clauses, whole, (asked, candidate) => {
      expect(matches(asked, candidate)).not.toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

test('a header alone gives the answer of the whole study, or none', () => {
  fc.assert(
    fc.property(clauses, header, fc.array(aSeries, { maxLength: 3 }), (asked, candidate, all) => {
      const early = matches(asked, candidate);
      const late = matches(asked, { ...candidate, series: all });
      expect([undefined, late]).toContain(early);
    }),
    { numRuns: 3000 },
  );
});

test('clauses are AND and conditions are OR of their single answers', () => {
  fc.assert(
    fc.property(clauses, whole, (asked, candidate) => {
      const plain = asked.every((clause) =>
        clause.some((one) => matches([[one]], candidate) === true),
      );
      expect(matches(asked, candidate)).toBe(plain);
    }),
    { numRuns: 2000 },
  );
});

test('not is the opposite, and unknown where that is unknown', () => {
  fc.assert(
    fc.property(condition, fc.oneof(header, whole), (one, candidate) => {
      const answer = matches([[one]], candidate);
      const opposite = matches([[{ on: 'not', condition: one }]], candidate);
      expect(opposite).toBe(answer === undefined ? undefined : !answer);
    }),
    { numRuns: 2000 },
  );
});

describe('comparators', () => {
  const actual = moment.map(momentSpan);
  const knownZone = (wanted: Span, lies: Span) =>
    wanted.offset === undefined || lies.offset !== undefined;

  test('where the clocks are known, ne is not eq, eq is in le and ge, sa in gt, eb in lt', () => {
    fc.assert(
      fc.property(span, actual, (wanted, lies) => {
        fc.pre(knownZone(wanted, lies));
        const is = (one: Comparator) => compareSpans(one, wanted, lies);
        expect(is('ne')).toBe(!is('eq'));
        if (is('eq')) expect([is('le'), is('ge'), is('ap')]).toEqual([true, true, true]);
        if (is('sa')) expect([is('gt'), is('lt'), is('ap')]).toEqual([true, false, false]);
        if (is('eb')) expect([is('lt'), is('gt'), is('ap')]).toEqual([true, false, false]);
        expect(is('le') || is('gt')).toBe(true);
        expect(is('ge') || is('lt')).toBe(true);
      }),
    );
  });

  test('an unknown zone loses no study: it matches where some zone of the world does', () => {
    const zones = Array.from({ length: (14 + 12) * 4 + 1 }, (_, index) => index * 15 - 12 * 60);
    const zoned = span.filter(({ offset }) => offset !== undefined);
    const unzoned = moment.map(({ date, time }) =>
      momentSpan(time === undefined ? { date } : { date, time }),
    );
    fc.assert(
      fc.property(comparator, zoned, unzoned, (one, wanted, lies) => {
        const somewhere = zones.some((offset) => compareSpans(one, wanted, { ...lies, offset }));
        if (somewhere) expect(compareSpans(one, wanted, lies)).toBe(true);
        const nowhere = !compareSpans(one, wanted, lies);
        if (nowhere) expect(somewhere).toBe(false);
      }),
    );
  });

  test('moving value and study to another zone together changes nothing', () => {
    const minutes = fc.integer({ min: -720, max: 840 });
    fc.assert(
      fc.property(comparator, span, actual, minutes, minutes, (one, wanted, lies, a, b) => {
        const moved = (from: Span, offset: number): Span => ({
          from: from.from + offset * 60_000,
          to: from.to + offset * 60_000,
          offset,
        });
        expect(compareSpans(one, moved(wanted, a), moved(lies, b))).toBe(
          compareSpans(one, moved(wanted, 0), moved(lies, 0)),
        );
      }),
    );
  });
});

test('folding twice is folding once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
    { numRuns: 5000 },
  );
});
