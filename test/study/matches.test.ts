import { patientMark } from '../../src/study/identity';
import { matches, type Candidate } from '../../src/study/matches';
import type { Condition, IssuerFilter, Presence } from '../../src/study/query';
import { clauseOf, instance, patient, series, study } from '../search/support';

const holds = (condition: Condition, candidate: Candidate) => matches([[condition]], candidate);
const YES: Condition = { on: 'study', uid: '1.2.3' };
const NO: Condition = { on: 'nothing' };
const UNKNOWN: Condition = { on: 'series', uid: '1.2.3.1' };

describe('clauses', () => {
  test('no clause holds of every study, a clause without conditions of none', () => {
    expect(matches([], study())).toBe(true);
    expect(matches([[]], study())).toBe(false);
  });

  test.each([
    [[[YES], [YES]], true],
    [[[YES], [NO]], false],
    [[[NO, YES]], true],
    [[[NO, NO]], false],
    [[[UNKNOWN]], undefined],
    [[[UNKNOWN], [YES]], undefined],
    [[[UNKNOWN], [NO]], false],
    [[[UNKNOWN, YES]], true],
    [[[UNKNOWN, NO]], undefined],
    [
      [
        [UNKNOWN, NO],
        [UNKNOWN, YES],
      ],
      undefined,
    ],
  ])('a header alone answers %j with %p', (clauses, answer) => {
    expect(matches(clauses, study())).toBe(answer);
  });
});

describe('UIDs and ids', () => {
  const whole = study({
    series: [
      series({ uid: '1.2.3.1', instances: [instance({ uid: '1.2.3.1.1', sopClass: '1.9' })] }),
      series({ uid: '1.2.3.2', instances: [] }),
    ],
  });

  test.each([
    [{ on: 'study', uid: '1.2.3' }, true],
    [{ on: 'study', uid: '1.2.30' }, false],
    [{ on: 'study', uid: '1.2' }, false],
    [{ on: 'series', uid: '1.2.3.2' }, true],
    [{ on: 'series', uid: '1.2.3.3' }, false],
    [{ on: 'instance', uid: '1.2.3.1.1' }, true],
    [{ on: 'instance', uid: '1.2.3.1' }, false],
    [{ on: 'sopClass', uid: '1.9' }, true],
    [{ on: 'sopClass', uid: '1.90' }, false],
  ] satisfies [Condition, boolean][])('%j is %p', (condition, answer) => {
    expect(holds(condition, whole)).toBe(answer);
  });

  test('a study whose series are known to be none has no series that matches', () => {
    expect(holds(UNKNOWN, study({ series: [] }))).toBe(false);
  });

  test('an id with a mark is of that patient only, without one of any', () => {
    const own = patientMark(patient({ id: 'P1' }));
    const other = patientMark(patient({ id: 'P2' }));
    const shared = study({ shared: true });
    expect(holds({ on: 'id', uid: '1.2.3', patientMark: own }, shared)).toBe(true);
    expect(holds({ on: 'id', uid: '1.2.3', patientMark: other }, shared)).toBe(false);
    expect(holds({ on: 'id', uid: '1.2.4', patientMark: own }, shared)).toBe(false);
    expect(holds({ on: 'id', uid: '1.2.3' }, shared)).toBe(true);
  });
});

describe('identifiers', () => {
  const issuers = {
    none: {},
    lab: { issuer: { name: 'LAB' } },
    both: { issuer: { name: 'LAB', universalId: '1.2.3', universalIdType: 'ISO' } },
    hosp: { issuer: { name: 'HOSP' } },
    empty: { issuer: {} },
  } as const;

  test.each([
    ['P1', 'any', { none: true, lab: true, both: true, hosp: true, empty: true }],
    ['P1', 'none', { none: true, lab: false, both: false, hosp: false, empty: true }],
    ['P1', ['LAB'], { none: false, lab: true, both: true, hosp: false, empty: false }],
    ['P1', ['1.2.3'], { none: false, lab: false, both: true, hosp: false, empty: false }],
    ['P1', ['LAB', 'HOSP'], { none: false, lab: true, both: true, hosp: true, empty: false }],
    ['P1', ['lab'], { none: false, lab: false, both: false, hosp: false, empty: false }],
    ['P1', [], { none: false, lab: false, both: false, hosp: false, empty: false }],
    ['p1', 'any', { none: false, lab: false, both: false, hosp: false, empty: false }],
    ['P', 'any', { none: false, lab: false, both: false, hosp: false, empty: false }],
    ['P*', 'any', { none: false, lab: false, both: false, hosp: false, empty: false }],
    ['', 'any', { none: false, lab: false, both: false, hosp: false, empty: false }],
  ] satisfies [string, IssuerFilter, Record<keyof typeof issuers, boolean>][])(
    'value %p of issuer %j',
    (value, issuer, expected) => {
      for (const name of ['none', 'lab', 'both', 'hosp', 'empty'] as const) {
        const answer = expected[name];
        const whose = issuers[name];
        const theirs = study({ patient: patient({ id: 'P1', ...whose }) });
        expect(holds({ on: 'patient', value, issuer }, theirs)).toBe(answer);
        const numbered = study({ accession: { value: 'P1', ...whose }, series: [] });
        expect(holds({ on: 'accession', value, issuer }, numbered)).toBe(answer);
      }
    },
  );

  test('blanks around a value do not count, blanks in it do', () => {
    const padded = study({ patient: patient({ id: ' P 1 ' }) });
    expect(holds({ on: 'patient', value: 'P 1', issuer: 'any' }, padded)).toBe(true);
    expect(holds({ on: 'patient', value: 'P1', issuer: 'any' }, padded)).toBe(false);
  });

  test('an archive that took the identifier for a wildcard is found out', () => {
    const rows = ['P1', 'P11', 'P2', ' '].map((id) => study({ patient: patient({ id }) }));
    const asked: Condition = { on: 'patient', value: 'P1', issuer: 'any' };
    expect(rows.map((row) => holds(asked, row))).toEqual([true, false, false, false]);
  });

  test('a study without Patient ID or accession is nobody’s', () => {
    const bare = study({ patient: patient() });
    for (const issuer of ['any', 'none', ['LAB']] as const) {
      expect(holds({ on: 'patient', value: 'P1', issuer }, bare)).toBe(false);
      expect(holds({ on: 'patient', value: '', issuer }, bare)).toBe(false);
      expect(holds({ on: 'accession', value: '', issuer }, bare)).toBe(false);
    }
  });

  test('another identifier of the patient is not the Patient ID', () => {
    const other = study({ patient: patient({ id: 'P1', otherIds: [{ value: 'X9' }] }) });
    expect(holds({ on: 'patient', value: 'X9', issuer: 'any' }, other)).toBe(false);
  });
});

describe('modality', () => {
  const ct: Condition = { on: 'modality', code: 'CT' };

  test('Modalities in Study decides where it is told', () => {
    expect(holds(ct, study({ modalities: ['MR', 'CT'] }))).toBe(true);
    expect(holds(ct, study({ modalities: ['ct '] }))).toBe(true);
    expect(holds(ct, study({ modalities: ['MR'] }))).toBe(false);
    expect(holds(ct, study({ modalities: ['CTPROTOCOL'] }))).toBe(false);
  });

  test('else the series do, and a header alone does not know', () => {
    expect(holds(ct, study())).toBeUndefined();
    expect(holds(ct, study({ modalities: [] }))).toBeUndefined();
    expect(holds(ct, study({ series: [series({ modality: 'CT' })] }))).toBe(true);
    expect(holds(ct, study({ series: [series({ modality: 'MR' }), series()] }))).toBe(false);
  });

  test('the whole study says what the header said', () => {
    const series1 = [series({ modality: 'MR' })];
    expect(holds(ct, study({ modalities: ['CT'], series: series1 }))).toBe(true);
  });
});

describe('body site', () => {
  const chest = clauseOf('bodysite', '816094009');
  const found = (bodyPart?: string) =>
    matches([chest], study({ series: [series({ ...(bodyPart !== undefined && { bodyPart }) })] }));

  test('a header alone does not know', () => {
    expect(matches([chest], study())).toBeUndefined();
  });

  test.each(['CHEST', 'chest', ' Chest ', 'THORAX'])('%p is a chest', (term) => {
    expect(found(term)).toBe(true);
  });

  test.each(['HEAD', 'CHESTABDOMEN', '', undefined])('%p is no chest', (term) => {
    expect(found(term)).toBe(false);
  });
});

describe('sex', () => {
  test('is compared, and absent is none', () => {
    const female = study({ patient: patient({ sex: 'F' }) });
    expect(holds({ on: 'sex', sex: 'F' }, female)).toBe(true);
    expect(holds({ on: 'sex', sex: 'M' }, female)).toBe(false);
    expect(holds({ on: 'sex', sex: 'O' }, study())).toBe(false);
  });
});

describe('presence', () => {
  const full = study({
    patient: patient({ id: 'P1', name: 'A^B', birthDate: '1980-01-01', sex: 'M' }),
    started: { date: '2020-01-01' },
    accession: { value: 'A' },
    studyId: 'S',
    lastUpdated: '2020-01-01T00:00:00.000Z',
    series: [series({ modality: 'CT', bodyPart: 'CHEST' })],
  });
  const bare = study({ patient: patient(), series: [] });
  const all: Presence[] = [
    'accession',
    'started',
    'modality',
    'bodyPart',
    'patient',
    'series',
    'studyId',
    'name',
    'birthDate',
    'sex',
    'lastUpdated',
  ];

  test.each(all)('%s', (of) => {
    expect(holds({ on: 'presence', of, present: true }, full)).toBe(true);
    expect(holds({ on: 'presence', of, present: false }, full)).toBe(false);
    expect(holds({ on: 'presence', of, present: true }, bare)).toBe(false);
    expect(holds({ on: 'presence', of, present: false }, bare)).toBe(true);
  });

  test.each(['modality', 'bodyPart', 'series'] as const)(
    'a header alone does not know of %s, present or not',
    (of) => {
      expect(holds({ on: 'presence', of, present: true }, study())).toBeUndefined();
      expect(holds({ on: 'presence', of, present: false }, study())).toBeUndefined();
    },
  );

  test('the archive’s own words spare the look at the series', () => {
    const told = study({ modalities: ['CT'], numberOfSeries: 2 });
    expect(holds({ on: 'presence', of: 'modality', present: true }, told)).toBe(true);
    expect(holds({ on: 'presence', of: 'series', present: false }, told)).toBe(false);
  });
});

describe('not', () => {
  test('turns yes and no, and keeps unknown', () => {
    expect(holds({ on: 'not', condition: YES }, study())).toBe(false);
    expect(holds({ on: 'not', condition: NO }, study())).toBe(true);
    expect(holds({ on: 'not', condition: UNKNOWN }, study())).toBeUndefined();
    expect(holds({ on: 'not', condition: { on: 'all' } }, study())).toBe(false);
  });

  test('a study without the element is not what was asked to be left out', () => {
    const bare = study({ series: [] });
    expect(holds({ on: 'not', condition: { on: 'modality', code: 'CT' } }, bare)).toBe(true);
  });

  test('of several modalities one is enough to leave a study out', () => {
    const both = study({ modalities: ['CT', 'MR'] });
    expect(holds({ on: 'not', condition: { on: 'modality', code: 'CT' } }, both)).toBe(false);
  });
});

describe('numbers of orders', () => {
  const asked: Condition = { on: 'order', value: 'O1', issuer: 'any' };
  const request = (member: 'accession' | 'placerNumber' | 'fillerNumber') =>
    study({ requests: [{ codes: [], [member]: { value: 'O1', issuer: { name: 'RIS' } } }] });

  test.each(['accession', 'placerNumber', 'fillerNumber'] as const)('%s is one', (member) => {
    expect(holds(asked, request(member))).toBe(true);
    expect(holds({ ...asked, issuer: ['RIS'] }, request(member))).toBe(true);
    expect(holds({ ...asked, issuer: ['LAB'] }, { ...request(member), series: [] })).toBe(false);
  });

  test('a header alone cannot say no, because series tell of requests too', () => {
    expect(holds(asked, study())).toBeUndefined();
    expect(holds(asked, study({ series: [] }))).toBe(false);
  });
});

test('Study ID is compared to the letter', () => {
  const numbered = study({ studyId: ' S1 ' });
  expect(holds({ on: 'studyId', value: 'S1' }, numbered)).toBe(true);
  expect(holds({ on: 'studyId', value: 's1' }, numbered)).toBe(false);
  expect(holds({ on: 'studyId', value: 'S1' }, study())).toBe(false);
});
