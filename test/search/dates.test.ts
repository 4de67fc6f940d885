import { readSpan } from '../../src/search/dates';
import { clauseOf, failure } from './support';

const span = (from: string, to: string, offset?: number) => ({
  from: Date.parse(`${from}Z`),
  to: Date.parse(`${to}Z`),
  ...(offset !== undefined && { offset }),
});

describe('the span of a date', () => {
  test.each([
    ['2020', span('2020-01-01T00:00:00', '2021-01-01T00:00:00')],
    ['2020-02', span('2020-02-01T00:00:00', '2020-03-01T00:00:00')],
    ['2020-12', span('2020-12-01T00:00:00', '2021-01-01T00:00:00')],
    ['2020-02-29', span('2020-02-29T00:00:00', '2020-03-01T00:00:00')],
    ['2020-01-02T03:04', span('2020-01-02T03:04:00', '2020-01-02T03:05:00')],
    ['2020-01-02T03:04:05', span('2020-01-02T03:04:05', '2020-01-02T03:04:06')],
    ['2020-01-02T03:04:05.6', span('2020-01-02T03:04:05.600', '2020-01-02T03:04:05.601')],
    ['2020-01-02T03:04:05.678901', span('2020-01-02T03:04:05.678', '2020-01-02T03:04:05.679')],
    ['2020-01-02T03:04:60', span('2020-01-02T03:04:59', '2020-01-02T03:05:00')],
    ['2020-01-02T03:04Z', span('2020-01-02T03:04:00', '2020-01-02T03:05:00', 0)],
    ['2020-01-02T03:04:05+01:00', span('2020-01-02T03:04:05', '2020-01-02T03:04:06', 60)],
    ['2020-01-02T03:04:05 05:30', span('2020-01-02T03:04:05', '2020-01-02T03:04:06', 330)],
    ['2020-01-02T03:04:05-03:30', span('2020-01-02T03:04:05', '2020-01-02T03:04:06', -210)],
    ['2020-01-02T23:59', span('2020-01-02T23:59:00', '2020-01-03T00:00:00')],
    ['0001-01-01', { from: -62135596800000, to: -62135510400000 }],
    ['9999', { from: 253370764800000, to: 253402300800000 }],
  ])('%s', (text, expected) => {
    expect(readSpan(text)).toEqual(expected);
  });

  test.each([
    '',
    'today',
    '20',
    '20200101',
    '2020-1-1',
    '0000',
    '2020-13',
    '2020-00',
    '2019-02-29',
    '2020-04-31',
    '2020-01-01T',
    '2020-01-01T10',
    '2020-01-01T24:00',
    '2020-01-01T10:60',
    '2020-01-01T10:00:61',
    '2020-01-01T10:00:00.',
    '2020-01-01T10:00Q',
    '2020-01-01T10:00+15:00',
    '2020-01-01T10:00-13:00',
    '2020-01-01T10:00+0100',
    '2020-01-01Z',
    '2020-01T10:00',
    '2020T10:00',
    '2020-01-01T10:00T11:00',
    '2020-01-01 10:00',
    '२०२०',
  ])('%p is no date', (text) => {
    expect(readSpan(text)).toBeUndefined();
  });
});

describe('comparators of DSTU1', () => {
  test.each([
    ['2020', 'eq'],
    ['<2020', 'lt'],
    ['<=2020', 'le'],
    ['>2020', 'gt'],
    ['>=2020', 'ge'],
  ])('date=%s compares with %s', (value, comparator) => {
    expect(clauseOf('date', value)).toEqual([
      {
        on: 'started',
        comparator,
        span: span('2020-01-01T00:00:00', '2021-01-01T00:00:00'),
      },
    ]);
  });

  test.each([
    ['ge2020', 'date=>=2015-03-01'],
    ['lt2020', 'date=<2015-03-01'],
    ['eq2020', 'date=2015-03-01'],
    ['sa2020', 'date=2015-03-01'],
  ])('%s is of a later release, and the message says how DSTU1 writes it', (value, example) => {
    const { code, message } = failure([['date', value]]);
    expect(code).toBe('invalid-value');
    expect(message).toContain('which DSTU1 does not have; its comparators are <= >= < >');
    expect(message).toContain(example);
  });

  test.each(['=2020', '==2020', '!2020', '~2020', '><2020', '<', '>=', '*', '2020*', '2020-01-0?'])(
    'date=%s is refused with the form wanted',
    (value) => {
      const { code, message } = failure([['date', value]]);
      expect(code).toBe('invalid-value');
      expect(message).toContain('yyyy[-mm[-dd[Thh:mm[:ss][zone]]]]');
    },
  );

  test('a birth date is read alike', () => {
    expect(clauseOf('subject.birthdate', '<=1980-05')).toEqual([
      {
        on: 'birthDate',
        comparator: 'le',
        span: span('1980-05-01T00:00:00', '1980-06-01T00:00:00'),
      },
    ]);
  });
});
