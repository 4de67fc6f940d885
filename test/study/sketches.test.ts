import { findStudies } from '../../src/study/findStudies';
import type { StudyHeader } from '../../src/study/model';
import type { Condition, SortKey, Span, StudyQuery } from '../../src/study/query';
import type { SearchLimits } from '../../src/study/search';
import { decidedBySketches } from '../../src/study/sketches';
import type { Call, Keys, StudySource } from '../../src/study/source';
import { instance, patient, series, study } from '../search/support';

/* Sketches choose the studies of a page, and every one of them is read as a row before it is answered with. */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const LIMITS: SearchLimits = {
  windowRows: 10,
  scannedRows: 100,
  belowRows: 100,
  pageInstances: 50,
  pageSeries: 20,
};

const query = (members: Partial<StudyQuery> = {}): StudyQuery => ({
  clauses: [],
  sort: [],
  count: 2,
  detail: false,
  ...members,
});

const DAY: Span = { from: 0, to: 86_400_000 };

describe('a question is decided by sketches', () => {
  const decided = (condition: Condition, sort: readonly SortKey[] = []) =>
    decidedBySketches(query({ clauses: [[condition]], sort }), { keys: new Map() }, 10);

  test.each<[string, Condition]>([
    ['a day', { on: 'started', comparator: 'eq', span: DAY }],
    ['a sex', { on: 'sex', sex: 'F' }],
    ['a number of any issuer', { on: 'accession', value: 'A1', issuer: 'any' }],
    ['not a study', { on: 'not', condition: { on: 'study', uid: '1.2' } }],
    ['a study with an accession number', { on: 'presence', of: 'accession', present: true }],
  ])('that asks for %s', (_, condition) => {
    expect(decided(condition)).toBe(true);
  });

  test.each<[string, Condition]>([
    ['a time in a zone', { on: 'started', comparator: 'eq', span: { ...DAY, offset: 60 } }],
    ["an issuer's patient", { on: 'patient', value: 'P1', issuer: ['LAB'] }],
    ["nobody's number", { on: 'accession', value: 'A1', issuer: 'none' }],
    ['a modality', { on: 'modality', code: 'CT' }],
    ['an institution', { on: 'attribute', of: 'institution', values: ['A'], untold: false }],
    [
      'not a confidential study',
      {
        on: 'not',
        condition: { on: 'attribute', of: 'confidentiality', values: ['V'], untold: true },
      },
    ],
    ['one of the patients of a UID', { on: 'id', uid: '1.2', patientMark: 'abc' }],
    ['a study with a modality', { on: 'presence', of: 'modality', present: true }],
  ])('unless it asks for %s', (_, condition) => {
    expect(decided(condition)).toBe(false);
  });

  test('unless it is ordered by modality, finds few, or its page holds all that is read', () => {
    const all: Condition = { on: 'all' };
    const keys: Keys = new Map([['PatientID', { kind: 'values', values: ['P1'] }]]);
    expect(decided(all, [{ by: 'started', descending: true }])).toBe(true);
    expect(decided(all, [{ by: 'modality', descending: false }])).toBe(false);
    expect(decidedBySketches(query(), { keys }, 10)).toBe(false);
    expect(decidedBySketches(query(), { keys: new Map(), either: [keys] }, 10)).toBe(false);
    expect(decidedBySketches(query({ count: 10 }), { keys: new Map() }, 10)).toBe(false);
  });
});

/** The `n`th day of a month, with as many instances. */
function held(n: number): StudyHeader {
  return study({
    uid: `1.${n}`,
    patient: patient({ id: `P${n}`, issuer: { name: 'LAB' } }),
    started: { date: `2020-01-${String(n + 10)}` },
    numberOfSeries: 1,
    numberOfInstances: n,
  });
}

function sketchOf({ uid, patient: { id = '' }, started }: StudyHeader): StudyHeader {
  return study({ uid, patient: patient({ id }), sketch: true, ...(started && { started }) });
}

/** An archive whose index tells of some studies and whose rows of others, with what it was asked for. */
function sourceOf(index: readonly StudyHeader[], rows: readonly StudyHeader[]) {
  const read: string[][] = [];
  const source: StudySource = {
    abilities: () =>
      Promise.resolve({ studyKeys: new Set([]), valueLists: false, tellsUpdates: true }),
    studies(keys, { limit, offset, sketches }) {
      const uids = keys.get('StudyInstanceUID');
      const wanted = uids?.kind === 'values' ? uids.values : undefined;
      if (!sketches) read.push([...(wanted ?? ['all'])]);
      const found = sketches
        ? index.map(sketchOf)
        : rows.filter(({ uid }) => wanted?.includes(uid) ?? true);
      const studies = found.slice(offset, offset + limit);
      const advance = studies.length >= limit ? limit : 0;
      return Promise.resolve({ studies, advance, cut: false, notices: [] });
    },
    studiesWith: () => Promise.resolve(undefined),
    details: (studies) =>
      Promise.resolve(
        studies.map((header) => ({
          header,
          series: [series({ instances: Array.from({ length: 3 }, () => instance()) })],
          defects: [],
        })),
      ),
  };
  return { source, read };
}

const FIVE = [1, 2, 3, 4, 5].map(held);

describe('a page chosen by sketches', () => {
  test('reads the rows of its own studies, and counts all of them', async () => {
    const { source, read } = sourceOf(FIVE, FIVE);
    const page = await findStudies(query(), source, LIMITS, CALL);
    expect(page.studies.map(({ uid }) => uid)).toEqual(['1.5', '1.4']);
    expect(page.studies[0]).toMatchObject({ patient: { issuer: { name: 'LAB' } } });
    expect(page.studies[0]).not.toHaveProperty('sketch');
    expect(page.total).toBe(5);
    expect(read).toEqual([['1.5', '1.4']]);
    const next = query({ ...(page.next !== undefined && { cursor: page.next }) });
    const { studies } = await findStudies(next, source, LIMITS, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.3', '1.2']);
  });

  test('holds what its rows tell against the question once more', async () => {
    const moved = FIVE.map((row) =>
      row.uid === '1.5' ? { ...row, started: { date: '1999-01-01' } } : row,
    );
    const { source } = sourceOf(FIVE, moved);
    const span = { from: Date.parse('2020-01-01'), to: Date.parse('2020-01-31') };
    const asked = query({ clauses: [[{ on: 'started', comparator: 'eq', span }]] });
    const { studies } = await findStudies(asked, source, LIMITS, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.4', '1.3']);
  });

  test('goes on where a study has gone meanwhile, and says so', async () => {
    const { source } = sourceOf(
      FIVE,
      FIVE.filter(({ uid }) => uid !== '1.5'),
    );
    const { studies, notices } = await findStudies(query(), source, LIMITS, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.4', '1.3']);
    expect(notices.map(({ code }) => code)).toEqual(['archive-order-changed']);
  });

  test("does not take another patient's row of the same UID for its own", async () => {
    const other = { ...held(5), patient: patient({ id: 'OTHER' }) };
    const { source } = sourceOf(FIVE, [...FIVE.slice(0, 4), other]);
    const { studies, notices } = await findStudies(query(), source, LIMITS, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.4', '1.3']);
    expect(notices.map(({ code }) => code)).toEqual(['archive-order-changed']);
  });

  test('is as short as the instances of its rows make it', async () => {
    const { source } = sourceOf(FIVE, FIVE);
    const limits = { ...LIMITS, pageInstances: 11 };
    const wanted = query({ count: 4, detail: true });
    const { studies, next } = await findStudies(wanted, source, limits, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.5', '1.4']);
    expect(next).toBeDefined();
  });

  test('is of a stretch where not all are read, whose order is the archive’s', async () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ ...held(1), uid: `1.${at}` }));
    const { source, read } = sourceOf(many, many);
    const { studies } = await findStudies(query(), source, LIMITS, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.0', '1.1']);
    expect(read).toEqual([['1.0', '1.1']]);
  });

  test('asks no rows of studies whose sketches do not match', async () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ ...held(1), uid: `1.${at}` }));
    const { source, read } = sourceOf(many, many);
    const clauses = [[{ on: 'not', condition: { on: 'study', uid: '1.0' } }] as const];
    const { studies } = await findStudies(query({ clauses }), source, LIMITS, CALL);
    expect(studies.map(({ uid }) => uid)).toEqual(['1.1', '1.2']);
    expect(read).toEqual([['1.1', '1.2']]);
  });

  test('counts without a row where only the number is wanted', async () => {
    const { source, read } = sourceOf(FIVE, FIVE);
    const wanted = query({ count: 0, counted: true });
    expect(await findStudies(wanted, source, LIMITS, CALL)).toMatchObject({ total: 5 });
    expect(read).toEqual([]);
  });
});
