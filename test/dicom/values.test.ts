import fc from 'fast-check';
import { bodyPart, BODY_PARTS, modality, SOP_CLASSES, sopClass } from '../../src/dicom/codes';
import { integer, readDataSet, sequence, string, strings, values } from '../../src/dicom/dataset';
import { nameGroups, readPersonName } from '../../src/dicom/names';
import { TAG } from '../../src/dicom/tags';
import { isSafeUid, isUid, offsetMinutes, readDate, readOffset } from '../../src/dicom/values';
import { isCalendarDate, readTime } from '../../src/dicom/values';
import { offsetInZone } from '../../src/dicom/zone';

const anything = fc.oneof(fc.anything(), fc.jsonValue());

describe('DA', () => {
  test.each([
    ['20240229', '2024-02-29'],
    ['1996.06.11', '1996-06-11'],
    ['2024-02-29', '2024-02-29'],
    ['20230229', undefined],
    ['20241301', undefined],
    ['20240100', undefined],
    ['2024.0229', undefined],
    ['2024', undefined],
    ['', undefined],
    [undefined, undefined],
    ['20240229 ', undefined],
    ['20240101-20240102', undefined],
  ])('%p is %p', (value, wanted) => expect(readDate(value)).toBe(wanted));

  test('every day of the calendar is read as itself, and nothing else is a date', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        (day) => {
          const iso = day.toISOString().slice(0, 10);
          expect(readDate(iso.replaceAll('-', ''))).toBe(iso);
        },
      ),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^\d{8}$/), (digits) => {
        const date = readDate(digits);
        if (date !== undefined) expect(isCalendarDate(date)).toBe(true);
      }),
    );
  });
});

describe('TM', () => {
  test.each([
    ['09', '09'],
    ['0915', '09:15'],
    ['091530', '09:15:30'],
    ['091530.5', '09:15:30.5'],
    ['091530.123456', '09:15:30.123456'],
    ['09:11:56', '09:11:56'],
    ['235960', '23:59:59'],
    ['24', undefined],
    ['0960', undefined],
    ['091561', undefined],
    ['9', undefined],
    ['09153', undefined],
    ['091530.', undefined],
    ['0915.5', undefined],
    ['0800-1200', undefined],
    ['', undefined],
  ])('%p is %p', (value, wanted) => expect(readTime(value)).toBe(wanted));
});

describe('timezone offsets', () => {
  test.each([
    ['+0100', '+01:00', 60],
    ['-1130', '-11:30', -690],
    ['+1400', '+14:00', 840],
    ['-1200', '-12:00', -720],
    ['+05:45', '+05:45', 345],
  ])('%p is %p, %i minutes', (value, wanted, minutes) => {
    expect(readOffset(value)).toBe(wanted);
    expect(offsetMinutes(wanted)).toBe(minutes);
  });
  test.each(['+1401', '-1201', '0100', '+1', '+0160', 'Z', '', undefined])('%p is none', (value) =>
    expect(readOffset(value)).toBeUndefined(),
  );
});

describe('the offset of a wall clock', () => {
  test.each([
    ['Europe/Vienna', '2024-01-15', '12', '+01:00'],
    ['Europe/Vienna', '2024-07-15', '12:30', '+02:00'],
    ['Europe/Vienna', '2024-03-31', '01:59:59', '+01:00'],
    ['Europe/Vienna', '2024-03-31', '03:00', '+02:00'],
    ['Europe/Vienna', '2024-03-31', '02:30', '+01:00'],
    ['Europe/Vienna', '2024-10-27', '02:30', '+02:00'],
    ['Europe/Vienna', '2024-10-27', '03:00', '+01:00'],
    ['America/New_York', '2024-11-03', '01:30:00.5', '-04:00'],
    ['America/New_York', '2024-12-31', '23:59:59', '-05:00'],
    ['Australia/Lord_Howe', '2024-07-01', '12', '+10:30'],
    ['Australia/Lord_Howe', '2024-01-01', '12', '+11:00'],
    ['Asia/Kathmandu', '2024-01-01', '00', '+05:45'],
    ['Pacific/Kiritimati', '2024-01-01', '00', '+14:00'],
    ['Pacific/Apia', '2011-12-29', '12', '-10:00'],
    ['Pacific/Apia', '2011-12-31', '12', '+14:00'],
    ['UTC', '2024-01-01', '00', '+00:00'],
  ])('%s on %s at %s is %s', (zone, date, time, wanted) => {
    expect(offsetInZone(zone, date, time)).toBe(wanted);
  });

  test('read back by the zone gives the same clock, but for hours that it skips', () => {
    const zones = ['Europe/Vienna', 'America/Sao_Paulo', 'Asia/Tehran', 'Australia/Lord_Howe'];
    const instant = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
        const clock = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        });
        const [date = '', time = ''] = clock.format(at).split(' ');
        const offset = offsetInZone(zone, date, time);
        expect(clock.format(Date.parse(`${date}T${time}${offset}`))).toBe(`${date} ${time}`);
      }),
      { numRuns: 300 },
    );
  });
});

describe('UIDs', () => {
  test.each(['1.2.840.10008.1.1', '0.1', '2.25.0', '1'.repeat(64)])('%s is legal', (uid) => {
    expect([isUid(uid), isSafeUid(uid)]).toEqual([true, true]);
  });
  test.each(['1.02.3', 'ab12', '1..2', '1.2.', 'f'.repeat(64)])(
    '%s is illegal, but harmless',
    (uid) => {
      expect([isUid(uid), isSafeUid(uid)]).toEqual([false, true]);
    },
  );
  test.each([
    '',
    '.',
    '..',
    '1/2',
    '1*',
    '1?',
    '1,2',
    '1\\2',
    '1%2',
    '1 2',
    '1\n',
    '1'.repeat(65),
    '\u0661',
  ])('%p is harmful', (uid) => expect([isUid(uid), isSafeUid(uid)]).toEqual([false, false]));
  test('a legal one is always harmless', () => {
    const uid = fc.stringMatching(/^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){1,9}$/);
    fc.assert(
      fc.property(uid, (each) => expect([isUid(each), isSafeUid(each)]).toEqual([true, true])),
    );
  });
});

describe('data sets', () => {
  test('are read out of anything without a throw, and hold attributes only', () => {
    const element = fc.record({ vr: anything, Value: anything }, { requiredKeys: [] });
    const tag = fc.constantFrom(...Object.values(TAG), '__proto__', 'constructor', '0010002g', '1');
    const json = fc.oneof(anything, fc.dictionary(tag, fc.oneof(element, anything)));
    fc.assert(
      fc.property(json, (value) => {
        const dataSet = readDataSet(value) ?? new Map();
        for (const key of dataSet.keys()) expect(key).toMatch(/^[0-9A-F]{8}$/);
        for (const text of strings(dataSet, 'PatientID')) expect(text).toBe(text.trim());
        const number = integer(dataSet, 'NumberOfStudyRelatedSeries');
        if (number !== undefined) expect(number).toBeGreaterThanOrEqual(0);
        expect(Array.isArray(values(dataSet, 'StudyDate'))).toBe(true);
        expect(Array.isArray(sequence(dataSet, 'ProcedureCodeSequence'))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('know tags in any case', () => {
    expect(
      string(readDataSet({ '0020000d': { Value: ['1.2'] } }) ?? new Map(), 'StudyInstanceUID'),
    ).toBe('1.2');
  });

  test.each<[unknown, number | undefined]>([
    [12, 12],
    ['12', 12],
    ['+12 ', 12],
    ['0', 0],
    [2_147_483_647, 2_147_483_647],
    [2_147_483_648, undefined],
    [-1, undefined],
    [1.5, undefined],
    ['1e3', undefined],
    [true, undefined],
    [null, undefined],
    [{}, undefined],
  ])('the integer %p is %p', (value, wanted) => {
    const row = readDataSet({ [TAG.InstanceNumber]: { vr: 'IS', Value: [value] } });
    expect(integer(row ?? new Map(), 'InstanceNumber')).toBe(wanted);
  });
});

describe('person names', () => {
  test('come out of an object and of a text alike', () => {
    const group = fc.stringMatching(/^[A-Za-zÄé山ά]{1,6}(\^[A-Za-z太ß ]{0,5}){0,4}$/u);
    fc.assert(
      fc.property(group, group, group, (Alphabetic, Ideographic, Phonetic) => {
        const object = readPersonName({ Alphabetic, Ideographic, Phonetic });
        expect(readPersonName([Alphabetic, Ideographic, Phonetic].join('='))).toEqual(object);
        expect(nameGroups(object ?? {})).toHaveLength(3);
      }),
    );
  });

  test('are told apart into their five components', () => {
    expect(readPersonName('Adams^John Robert^Quincy^Rev.^B.A.')?.alphabetic).toEqual({
      text: 'Adams^John Robert^Quincy^Rev.^B.A.',
      family: 'Adams',
      given: 'John Robert',
      middle: 'Quincy',
      prefix: 'Rev.',
      suffix: 'B.A.',
    });
    expect(readPersonName('=\u5c71\u7530^\u592a\u90ce')).toEqual({
      ideographic: {
        text: '\u5c71\u7530^\u592a\u90ce',
        family: '\u5c71\u7530',
        given: '\u592a\u90ce',
      },
    });
  });

  test.each(['', '^', '^^^^', '==', ' ', null, 7, [], {}, { Alphabetic: null }])(
    '%j is no name',
    (value) => expect(readPersonName(value)).toBeUndefined(),
  );

  test('are read out of anything without a throw', () => {
    fc.assert(fc.property(anything, (value) => void readPersonName(value)));
  });
});

describe('code tables', () => {
  test('have each term and each UID once', () => {
    expect(new Set(BODY_PARTS.map(({ term }) => term)).size).toBe(BODY_PARTS.length);
    expect(new Set(SOP_CLASSES.map(({ uid }) => uid)).size).toBe(SOP_CLASSES.length);
    for (const { uid } of SOP_CLASSES) expect(isUid(uid)).toBe(true);
  });
  test('are looked up as archives write', () => {
    expect(bodyPart(' head ')?.sct).toBe('69536005');
    expect(sopClass('1.2.840.10008.5.1.4.1.1.2')?.recordType).toBe('IMAGE');
    expect(modality('SR')?.acquisition).toBe(false);
    expect([bodyPart(''), sopClass('1'), modality('ct')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
