import type { Moment } from '../../src/dicom/values';
import { readSpan } from '../../src/search/dates';
import { matches } from '../../src/study/matches';
import type { Comparator } from '../../src/study/query';
import { patient, study } from '../search/support';

function lies(comparator: Comparator, value: string, started: Moment | undefined) {
  const span = readSpan(value);
  if (!span) throw new Error(value);
  return matches([[{ on: 'started', comparator, span }]], study(started ? { started } : {}));
}

/** Every comparator's answer, as one line. */
function answers(value: string, started: Moment): string {
  const all = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sa', 'eb', 'ap'] as const;
  return all.filter((comparator) => lies(comparator, value, started)).join(' ');
}

describe('wall clock against wall clock', () => {
  const noon: Moment = { date: '2020-06-15', time: '12:00:30' };
  const day: Moment = { date: '2020-06-15' };

  test.each([
    ['2020', noon, 'eq le ge ap'],
    ['2020-06', noon, 'eq le ge ap'],
    ['2020-06-15', noon, 'eq le ge ap'],
    ['2020-06-15T12:00', noon, 'eq le ge ap'],
    ['2020-06-15T12:00:30', noon, 'eq le ge ap'],
    ['2020-06-14', noon, 'ne gt ge sa'],
    ['2020-06-16', noon, 'ne lt le eb'],
    ['2019', noon, 'ne gt ge sa'],
    ['2021', noon, 'ne lt le eb'],
    ['2020-06-15T12:00:29', noon, 'ne gt ge sa'],
    ['2020-06-15T12:00:31', noon, 'ne lt le eb'],
    ['2020-06-15', day, 'eq le ge ap'],
    ['2020-06-15T12:00', day, 'ne lt le gt ge ap'],
    ['2020-06-15T00:00', day, 'ne le gt ge ap'],
    ['2020-06-15T23:59', day, 'ne lt le ge ap'],
    ['2020-06-14T23:59', day, 'ne gt ge sa'],
    ['2020-06-16T00:00', day, 'ne lt le eb'],
  ])('%s and %j: %s', (value, started, expected) => {
    expect(answers(value, started)).toBe(expected);
  });

  test('a study without a date lies nowhere', () => {
    for (const comparator of ['eq', 'ne', 'lt', 'ge'] as const) {
      expect(lies(comparator, '2020', undefined)).toBe(false);
    }
  });

  test('the zone of the study does not matter to a value without one', () => {
    expect(answers('2020-06-15', { date: '2020-06-15', time: '23:30', offset: '-08:00' })).toBe(
      'eq le ge ap',
    );
  });
});

describe('a value with a zone', () => {
  const tokyo: Moment = { date: '2020-01-01', time: '08:30:00', offset: '+09:00' };

  test.each([
    ['2019-12-31T23:30:00Z', 'eq le ge ap'],
    ['2020-01-01T08:30:00+09:00', 'eq le ge ap'],
    ['2019-12-31T18:30:00-05:00', 'eq le ge ap'],
    ['2020-01-01T05:00:00+05:30', 'eq le ge ap'],
    ['2020-01-01T08:30:00Z', 'ne lt le eb'],
    ['2019-12-31T23:29:59Z', 'ne gt ge sa'],
  ])('is compared with the study in UTC: %s', (value, expected) => {
    expect(answers(value, tokyo)).toBe(expected);
  });

  const anywhere: Moment = { date: '2020-01-01', time: '12:00:00' };

  test.each([
    ['2020-01-01T12:00:00Z', 'eq ne lt le gt ge sa eb ap'],
    ['2019-12-31T22:00:00Z', 'eq ne le gt ge sa ap'],
    ['2019-12-31T21:59:59Z', 'ne gt ge sa'],
    ['2020-01-02T00:00:00Z', 'eq ne lt le ge eb ap'],
    ['2020-01-02T00:00:01Z', 'ne lt le eb'],
  ])('matches a study of unknown zone when it would in some zone: %s', (value, expected) => {
    expect(answers(value, anywhere)).toBe(expected);
  });
});

describe('birth dates', () => {
  const of = (comparator: Comparator, value: string, birthDate?: string) =>
    matches(
      [[{ on: 'birthDate', comparator, span: readSpan(value) ?? { from: 0, to: 0 } }]],
      study({ patient: patient(birthDate === undefined ? {} : { birthDate }) }),
    );

  test('are days', () => {
    expect(of('eq', '1980-02-03', '1980-02-03')).toBe(true);
    expect(of('eq', '1980', '1980-02-03')).toBe(true);
    expect(of('lt', '1980-02-03', '1980-02-03')).toBe(false);
    expect(of('le', '1980-02-03', '1980-02-03')).toBe(true);
    expect(of('gt', '1979', '1980-02-03')).toBe(true);
    expect(of('ne', '1980')).toBe(false);
  });
});
