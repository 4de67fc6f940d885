import { BODY_PARTS } from '../../src/dicom/codes';
import { clauseOf, failure, search } from './support';

const NOTHING = [{ on: 'nothing' }];

describe('modality', () => {
  test.each([
    'CT',
    'ct',
    '|CT',
    'http://nema.org/dicom/dcid|CT',
    'http://nema.org/dicom/dicm|CT',
    'http://dicom.nema.org/resources/ontology/DCM|CT',
  ])('%s asks for CT', (value) => {
    expect(clauseOf('modality', value)).toEqual([{ on: 'modality', code: 'CT' }]);
  });

  test('a code of another system matches nothing, and the client is told', () => {
    const parsed = search([['modality', 'http://loinc.org|CT']]);
    expect(parsed.query.clauses).toEqual([NOTHING]);
    expect(parsed.warnings).toEqual([
      { code: 'unknown-system', text: expect.stringContaining('http://loinc.org') as string },
    ]);
  });

  test.each(['http://loinc.org|', '|', 'a|b|c'])('%s is no token', (value) => {
    expect(failure([['modality', value]]).code).toBe('invalid-value');
  });
});

describe('bodysite', () => {
  const chest = clauseOf('bodysite', 'CHEST');

  test('asks for every term of the same meaning', () => {
    expect(chest).toEqual([{ on: 'bodyPart', terms: ['CHEST', 'THORAX'] }]);
  });

  test.each([
    'chest',
    'Chest',
    'THORAX',
    '816094009',
    'http://snomed.info/sct|816094009',
    'http://snomed.info/sct|51185008',
    'http://snomed.info/srt|T-D3000',
    'http://nema.org/dicom/dicm|CHEST',
    '|CHEST',
  ])('%s is the same question as CHEST', (value) => {
    expect(clauseOf('bodysite', value)).toEqual(chest);
  });

  test('the meaning of a term will do as well', () => {
    expect(clauseOf('bodysite', 'ankle JOINT')).toEqual(clauseOf('bodysite', 'ANKLE'));
  });

  test.each(BODY_PARTS.map(({ term }) => [term]))('%s finds itself', (term) => {
    expect(clauseOf('bodysite', term)).toMatchObject([
      { terms: expect.arrayContaining([term]) as string[] },
    ]);
  });

  test('a SNOMED code that Annex L does not have matches nothing', () => {
    expect(clauseOf('bodysite', 'http://snomed.info/sct|999999')).toEqual(NOTHING);
    expect(clauseOf('bodysite', '999999')).toEqual(NOTHING);
  });

  test('a term that Annex L does not have is asked for as it is', () => {
    expect(clauseOf('bodysite', 'Hand links')).toEqual([{ on: 'bodyPart', terms: ['HAND LINKS'] }]);
  });

  test('a term with the system of SNOMED is no code of SNOMED', () => {
    expect(clauseOf('bodysite', 'http://snomed.info/sct|CHEST')).toEqual(NOTHING);
  });

  test('another system matches nothing', () => {
    expect(clauseOf('bodysite', 'http://loinc.org|CHEST')).toEqual(NOTHING);
  });
});

describe('gender', () => {
  test.each([
    ['M', 'M'],
    ['F', 'F'],
    ['UN', 'O'],
    ['male', 'M'],
    ['female', 'F'],
    ['other', 'O'],
    ['http://hl7.org/fhir/v3/AdministrativeGender|F', 'F'],
    ['http://hl7.org/fhir/administrative-gender|female', 'F'],
  ])('%s is sex %s', (value, sex) => {
    expect(clauseOf('subject.gender', value)).toEqual([{ on: 'sex', sex }]);
  });

  test.each([
    'X',
    'toString',
    'http://hl7.org/fhir/v3/AdministrativeGender|male',
    'http://x.example|M',
  ])('%s matches nothing, and the client is told', (value) => {
    const parsed = search([['subject.gender', value]]);
    expect(parsed.query.clauses).toEqual([NOTHING]);
    expect(parsed.warnings).toHaveLength(1);
  });
});

describe('UIDs', () => {
  test.each([
    ['study', 'study'],
    ['series', 'series'],
    ['uid', 'instance'],
    ['dicom-class', 'sopClass'],
  ])('%s takes a UID in every spelling', (name, on) => {
    for (const value of [
      '1.2.840.5',
      'urn:oid:1.2.840.5',
      'URN:OID:1.2.840.5',
      '|1.2.840.5',
      'urn:dicom:uid|urn:oid:1.2.840.5',
      'urn:ietf:rfc:3986|urn:oid:1.2.840.5',
    ]) {
      expect(clauseOf(name, value)).toEqual([{ on, uid: '1.2.840.5' }]);
    }
  });

  test.each(['1.02.3', 'a1b2', '1_2'])('the illegal but harmless %s is asked for', (uid) => {
    expect(clauseOf('study', uid)).toEqual([{ on: 'study', uid }]);
  });

  test.each(['1.2.*', '1.2.?', '1.2\\3', '1.2\u00003', '1.2\n'.concat('3')])(
    '%p would be a pattern and is refused',
    (uid) => {
      const { code, message } = failure([['series', uid]]);
      expect(code).toBe('wildcard-refused');
      expect(message).toMatch(/^series: .*one whole UID, for example series=urn:oid:/);
    },
  );

  test.each(['1.2/3', '..', '.', '1 2', 'ü', '1'.repeat(65), '1.2&limit=9', '1.2\\,3'])(
    '%p is no UID',
    (uid) => {
      const { code, message } = failure([['uid', uid]]);
      expect(code).toBe('invalid-value');
      expect(message).toContain('a UID, bare or as urn:oid:');
    },
  );

  test('another system matches nothing', () => {
    expect(clauseOf('study', 'http://x.example|1.2.3')).toEqual(NOTHING);
  });
});
