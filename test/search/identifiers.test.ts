import { opaquePatientIds, readablePatientIds, studyId } from '../../src/study/identity';
import { BASE, CONTEXT, clauseOf, failure, patient, search, study } from './support';

const NOTHING = [{ on: 'nothing' }];

describe.each([
  ['accession', 'accession'],
  ['subject.identifier', 'patient'],
  ['subject:Patient.identifier', 'patient'],
])('%s', (name, on) => {
  test('a value alone is of any issuer', () => {
    expect(clauseOf(name, 'A 1')).toEqual([{ on, value: 'A 1', issuer: 'any' }]);
  });

  test('|value is of no issuer', () => {
    expect(clauseOf(name, '|A1')).toEqual([{ on, value: 'A1', issuer: 'none' }]);
  });

  test('a system is every issuer that it stands for', () => {
    expect(clauseOf(name, 'urn:oid:1.2.3|A1')).toEqual([
      { on, value: 'A1', issuer: ['LAB', '1.2.3'] },
    ]);
  });

  test('the name of an issuer will do as a system', () => {
    expect(clauseOf(name, 'RIS 2|A1')).toEqual([{ on, value: 'A1', issuer: ['RIS 2'] }]);
  });

  test.each(['http://unknown.example|A1', 'urn:oid:9.9|A1'])(
    'the unknown system of %s finds nothing and says so, never the value alone',
    (value) => {
      const parsed = search([[name, value]]);
      expect(parsed.query.clauses).toEqual([NOTHING]);
      expect(parsed.warnings).toMatchObject([{ code: 'unknown-system' }]);
    },
  );

  test.each([
    '*',
    'A*',
    '?',
    'A?1',
    'A\\1',
    '\\*',
    'A\u0007',
    'A\u0085B',
    'A\ud800',
    'L*B|A1',
    'L\\B|A1',
  ])('%p would be a pattern and is refused, naming parameter and form', (value) => {
    const { code, message, status } = failure([[name, value]]);
    expect([code, status]).toEqual(['wildcard-refused', 400]);
    expect(message).toContain(`${name}: `);
    expect(message).toContain('for example');
  });

  test.each(['Test^Pattern', '8 годиков', 'A=B', "O'Neil#7", 'Größe-1'])(
    '%p is an identifier that archives hold',
    (value) => {
      expect(clauseOf(name, value)).toEqual([{ on, value, issuer: 'any' }]);
    },
  );
});

describe('_id', () => {
  test('is the Study Instance UID', () => {
    expect(clauseOf('_id', '1.2.3')).toEqual([{ on: 'id', uid: '1.2.3' }]);
  });

  test('reads back what the gateway makes', () => {
    const shared = study({ shared: true });
    expect(clauseOf('_id', studyId(shared))).toEqual([
      { on: 'id', uid: '1.2.3', patientMark: expect.stringMatching(/^[0-9a-f]{12}$/) as string },
    ]);
    expect(clauseOf('_id', studyId(study({ uid: '1_2' })))).toEqual([{ on: 'id', uid: '1_2' }]);
  });

  test('an id that hides a pattern matches nothing', () => {
    const id = `x-${Buffer.from('1.2.*').toString('hex')}`;
    expect(clauseOf('_id', id)).toEqual(NOTHING);
  });

  test('an id with a wildcard is refused, one with other characters matches nothing', () => {
    expect(failure([['_id', '1.2.*']]).code).toBe('wildcard-refused');
    expect(clauseOf('_id', '1.2/3')).toEqual(NOTHING);
  });
});

describe('subject', () => {
  const lab = [{ on: 'patient', value: 'P1', issuer: ['LAB'] }];

  test.each([
    ['subject', 'LAB.P1'],
    ['subject', 'Patient/LAB.P1'],
    ['subject', `${BASE}/Patient/LAB.P1`],
    ['subject:Patient', 'LAB.P1'],
    ['subject:Patient', 'Patient/LAB.P1'],
    ['subject._id', 'LAB.P1'],
  ])('%s=%s is the patient, with issuer', (name, value) => {
    expect(clauseOf(name, value)).toEqual(lab);
  });

  test('a patient without issuer is not that of an issuer', () => {
    expect(clauseOf('subject', 'Patient/.P1')).toEqual([
      { on: 'patient', value: 'P1', issuer: 'none' },
    ]);
  });

  test('opaque ids are read with their key', () => {
    const patientIds = opaquePatientIds('secret');
    const id = patientIds.encode(patient({ id: 'P1', issuer: { name: 'LAB' } })) ?? '';
    expect(clauseOf('subject', id, { context: { ...CONTEXT, patientIds } })).toEqual(lab);
    expect(clauseOf('subject', 'LAB.P1', { context: { ...CONTEXT, patientIds } })).toEqual(NOTHING);
  });

  test.each([
    ['P1', 'unknown-patient'],
    ['Patient/P1', 'unknown-patient'],
    ['Patient/LAB.P1.x', 'unknown-patient'],
    ['http://other.example/fhir/Patient/LAB.P1', 'foreign-reference'],
    [`${BASE}/extra/Patient/LAB.P1`, 'foreign-reference'],
    ['Group/LAB.P1', 'foreign-reference'],
    ['/Patient/LAB.P1', 'foreign-reference'],
  ])('%s matches nothing and says so', (value, code) => {
    const parsed = search([['subject', value]]);
    expect(parsed.query.clauses).toEqual([NOTHING]);
    expect(parsed.warnings).toMatchObject([{ code }]);
    expect(parsed.applied).toEqual([['subject', value]]);
  });

  test.each(['LAB|P1', 'Patient/', 'Patient', 'urn:uuid:1', 'patient/x'])('%s', (value) => {
    const known = value === 'Patient';
    const outcome = () => search([['subject', value]]);
    if (known) expect(outcome().query.clauses).toEqual([NOTHING]);
    else expect(failure([['subject', value]]).code).toBe('invalid-value');
  });

  test('the id of a patient whose Patient ID holds a wildcard is refused, not asked as a pattern', () => {
    const id = readablePatientIds.encode(patient({ id: 'P*' })) ?? '';
    expect(failure([['subject', `Patient/${id}`]]).code).toBe('wildcard-refused');
  });

  test('a refusal never shows what an opaque id hides', () => {
    const patientIds = opaquePatientIds('secret');
    const id = patientIds.encode(patient({ id: 'HIDDEN*' })) ?? '';
    const { message } = failure([['subject', id]], { context: { ...CONTEXT, patientIds } });
    expect(message).not.toContain('HIDDEN');
  });
});

describe('names', () => {
  test.each([
    ['subject.name', 'any'],
    ['subject.family', 'family'],
    ['subject.given', 'given'],
  ])('%s compares with %s', (name, part) => {
    expect(clauseOf(name, 'Мария')).toEqual([{ on: 'name', text: 'Мария', match: 'starts', part }]);
    expect(clauseOf(`${name}:exact`, "O'Neil")).toEqual([
      { on: 'name', text: "O'Neil", match: 'exact', part },
    ]);
  });

  test.each(['Sm*', 'Sm?th', 'a\\b', 'a\u0000', 'Smith^Anna', 'Smith=山田'])(
    '%p is refused',
    (value) => {
      expect(failure([['subject.name', value]]).code).toBe('wildcard-refused');
    },
  );

  test.each(['-', "'", '...'])('%p has no letters', (value) => {
    expect(failure([['subject.name', value]]).code).toBe('invalid-value');
  });
});
