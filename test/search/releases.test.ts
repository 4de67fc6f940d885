import type { ReleaseName } from '../../src/fhir/releases';
import { parametersOf, type ParameterType } from '../../src/search/parameters';
import type { Condition } from '../../src/study/query';
import { clauseOf, failure, RELEASE_NAMES } from './support';

/*
 * The matrix: release × parameter × legal spelling. A parameter that a release has and that cannot be
 * answered is spelled out as NOT_SUPPORTED; one that it does not have at all is absent from its column.
 */

const NOT_SUPPORTED = 'not supported';
type Expected = readonly Condition[] | typeof NOT_SUPPORTED;
type Row = readonly [type: ParameterType, spellings: Readonly<Record<string, Expected>>];

const ALL: Condition = { on: 'all' };
const STUDY: Condition = { on: 'study', uid: '1.2.840.113619.2.55' };
const ACCESSION: Condition = { on: 'accession', value: 'A1', issuer: 'any' };
const OF_LAB: Condition = { on: 'accession', value: 'A1', issuer: ['LAB', '1.2.3'] };
const OF_NOBODY: Condition = { on: 'accession', value: 'A1', issuer: 'none' };
const STUDY_ID: Condition = { on: 'studyId', value: 'A1' };
const CHEST: Condition = { on: 'bodyPart', terms: ['CHEST', 'THORAX'] };
const CT: Condition = { on: 'modality', code: 'CT' };
const P1: Condition = { on: 'patient', value: 'P1', issuer: ['LAB'] };
const LAB_P1: Condition = { on: 'patient', value: 'P1', issuer: ['LAB', '1.2.3'] };

const uids = (on: 'study' | 'series' | 'instance' | 'sopClass') => ({
  '1.2.3': [{ on, uid: '1.2.3' }] as const,
  'urn:oid:1.2.3': [{ on, uid: '1.2.3' }] as const,
  'urn:ietf:rfc:3986|urn:oid:1.2.3': [{ on, uid: '1.2.3' }] as const,
});

const year = (on: 'started' | 'lastUpdated', comparator: 'eq' | 'ge'): Expected => [
  { on, comparator, span: { from: Date.UTC(2020, 0), to: Date.UTC(2021, 0) } },
];

const accession: Row = [
  'token',
  { A1: [ACCESSION], 'urn:oid:1.2.3|A1': [OF_LAB], '|A1': [OF_NOBODY] },
];
const bodySite: Row = ['token', { CHEST: [CHEST], 'http://snomed.info/sct|51185008': [CHEST] }];
const started: Row = [
  'date',
  { '2020': year('started', 'eq'), eq2020: year('started', 'eq'), ge2020: year('started', 'ge') },
];
const patient: Row = ['reference', { 'LAB.P1': [P1], 'Patient/LAB.P1': [P1] }];
const identifier: Row = [
  'token',
  {
    '1.2.840.113619.2.55': [STUDY],
    'urn:oid:1.2.840.113619.2.55': [STUDY],
    'urn:dicom:uid|urn:oid:1.2.840.113619.2.55': [STUDY],
    'urn:dicom:uid|1.2.840.113619.2.55': [STUDY],
    'urn:ietf:rfc:3986|urn:oid:1.2.840.113619.2.55': [STUDY],
    A1: [ACCESSION, STUDY_ID],
    '|A1': [OF_NOBODY, STUDY_ID],
    'urn:oid:1.2.3|A1': [OF_LAB],
    '1.2.3': [
      { on: 'accession', value: '1.2.3', issuer: 'any' },
      { on: 'studyId', value: '1.2.3' },
      { on: 'study', uid: '1.2.3' },
    ],
  },
];
const refused = (type: ParameterType): Row => [type, { x: NOT_SUPPORTED }];
const never: Row = ['token', { de: [{ on: 'nothing' }] }];
const endpoint: Row = ['reference', { 'wado-rs': [ALL], 'Endpoint/wado-rs': [ALL] }];
const status: Row = [
  'token',
  {
    available: [ALL],
    'http://hl7.org/fhir/imagingstudy-status|available': [ALL],
    registered: [{ on: 'nothing' }],
    cancelled: [{ on: 'nothing' }],
    'entered-in-error': [{ on: 'nothing' }],
    unknown: [{ on: 'nothing' }],
  },
];

const id: Row = ['token', { '1.2.3': [{ on: 'id', uid: '1.2.3' }] }];
const modality: Row = [
  'token',
  { CT: [CT], 'http://dicom.nema.org/resources/ontology/DCM|CT': [CT] },
];
const lastUpdated: Row = ['date', { ge2020: year('lastUpdated', 'ge') }];
const general = {
  _text: refused('string'),
  _content: refused('string'),
  _tag: refused('token'),
  _profile: refused('uri'),
  _security: refused('token'),
  _query: refused('token'),
};

const DSTU2: Readonly<Record<string, Row>> = {
  ...general,
  _id: id,
  _lastUpdated: lastUpdated,
  _list: refused('string'),
  _filter: refused('string'),
  accession,
  order: refused('reference'),
  bodysite: bodySite,
  started,
  'dicom-class': ['uri', uids('sopClass')],
  modality,
  series: ['uri', uids('series')],
  study: ['uri', uids('study')],
  patient,
  uid: ['uri', uids('instance')],
};

const { order, ...withoutOrder } = DSTU2;
const STU3: Readonly<Record<string, Row>> = {
  ...withoutOrder,
  _has: refused('string'),
  _type: refused('token'),
  identifier,
  basedon: order ?? refused('reference'),
  endpoint,
  context: refused('reference'),
  performer: refused('reference'),
  reason: refused('token'),
};

const R4: Readonly<Record<string, Row>> = {
  ...general,
  _id: id,
  _lastUpdated: lastUpdated,
  _list: refused('string'),
  _filter: refused('string'),
  _has: refused('string'),
  _type: refused('token'),
  _source: refused('uri'),
  identifier,
  basedon: refused('reference'),
  bodysite: bodySite,
  started,
  'dicom-class': ['token', uids('sopClass')],
  endpoint,
  modality,
  series: ['token', uids('series')],
  status,
  patient,
  subject: patient,
  instance: ['token', uids('instance')],
  encounter: refused('reference'),
  performer: refused('reference'),
  interpreter: refused('reference'),
  referrer: refused('reference'),
  reason: refused('token'),
};

const { basedon, bodysite, interpreter, ...keptInR5 } = R4;
const R5: Readonly<Record<string, Row>> = {
  ...keptInR5,
  _language: never,
  _in: refused('reference'),
  'based-on': basedon ?? refused('reference'),
  'body-site': bodysite ?? bodySite,
  'body-structure': refused('reference'),
};

const MATRIX: Readonly<Record<ReleaseName, Readonly<Record<string, Row>>>> = {
  dstu1: {
    ...general,
    _id: id,
    _language: never,
    accession,
    bodysite: bodySite,
    date: ['date', { '2020': year('started', 'eq'), '>=2020': year('started', 'ge') }],
    'dicom-class': ['token', uids('sopClass')],
    modality,
    series: ['token', uids('series')],
    size: refused('number'),
    study: ['token', uids('study')],
    subject: patient,
    uid: ['token', uids('instance')],
  },
  dstu2: DSTU2,
  stu3: STU3,
  r4: R4,
  r4b: R4,
  r5: R5,
  r6: R5,
};

test('interpreter has gone in R5', () => {
  expect(interpreter).toBeDefined();
  expect(R5).not.toHaveProperty('interpreter');
});

describe.each(RELEASE_NAMES)('ImagingStudy of %s', (release) => {
  const rows = MATRIX[release];

  test('has these parameters with these types, and no others', () => {
    const table = parametersOf(release, 'ImagingStudy').map(({ spelling }) => spelling);
    expect(Object.fromEntries(table.map(({ name, type }) => [name, type]))).toEqual(
      Object.fromEntries(Object.entries(rows).map(([name, [type]]) => [name, type])),
    );
  });

  const cases = Object.entries(rows).flatMap(([name, [, spellings]]) =>
    Object.entries(spellings).map(([value, expected]) => [name, value, expected] as const),
  );

  test.each(cases)('%s=%s', (name, value, expected) => {
    if (expected === NOT_SUPPORTED) {
      const { code, message } = failure([[name, value]], { release });
      expect(code).toBe('unsupported-parameter');
      expect(message).not.toContain('no search parameter of');
    } else {
      expect(clauseOf(name, value, { release })).toEqual(expected);
    }
  });

  test('a parameter of another release is unknown here, and the message names what works', () => {
    const others = RELEASE_NAMES.flatMap((other) => Object.keys(MATRIX[other]));
    for (const name of others.filter((other) => !Object.hasOwn(rows, other))) {
      const { code, message } = failure([[name, 'x']], { release });
      expect(code).toBe('unsupported-parameter');
      expect(message).toContain('no search parameter of ImagingStudy; what works: _id');
    }
  });
});

describe.each(['r4', 'r4b', 'r5', 'r6'] as const)('modifiers of %s', (release) => {
  const basedOn = release === 'r4' || release === 'r4b' ? 'basedon' : 'based-on';

  test.each([
    ['patient:identifier', 'urn:oid:1.2.3|P1', [LAB_P1]],
    ['subject:identifier', 'urn:oid:1.2.3|P1', [LAB_P1]],
    ['patient.identifier', 'urn:oid:1.2.3|P1', [LAB_P1]],
    ['patient:Patient.identifier', 'urn:oid:1.2.3|P1', [LAB_P1]],
    ['patient:Patient', 'LAB.P1', [P1]],
    ['identifier:of-type', 'http://terminology.hl7.org/CodeSystem/v2-0203|ACSN|A1', [ACCESSION]],
    [
      `${basedOn}:identifier`,
      'urn:oid:1.2.3|A1',
      [OF_LAB, { on: 'order', value: 'A1', issuer: ['LAB', '1.2.3'] }],
    ],
    ['modality:not', 'CT', [{ on: 'not', condition: CT }]],
    ['modality:not', 'http://loinc.org|CT', [ALL]],
    ['status:not', 'available', [{ on: 'nothing' }]],
    ['status:not', 'cancelled', [ALL]],
    ['patient.gender', 'female', [{ on: 'sex', sex: 'F' }]],
    ['patient.gender:not', 'female', [{ on: 'not', condition: { on: 'sex', sex: 'F' } }]],
    ['patient.gender', 'unknown', [{ on: 'nothing' }]],
    ['patient.gender', 'F', [{ on: 'nothing' }]],
    ['patient.name:contains', 'nna', [{ on: 'name', text: 'nna', match: 'contains', part: 'any' }]],
    ['subject.family:exact', 'B', [{ on: 'name', text: 'B', match: 'exact', part: 'family' }]],
    ['endpoint.status', 'active', [ALL]],
    ['endpoint.status', 'off', [{ on: 'nothing' }]],
    ['endpoint.connection-type', 'dicom-wado-rs', [ALL]],
    ['endpoint.connection-type:not', 'dicom-wado-rs', [{ on: 'nothing' }]],
    ['endpoint', 'other', [{ on: 'nothing' }]],
    ['endpoint', 'http://other.example/Endpoint/wado-rs', [{ on: 'nothing' }]],
  ] as const)('%s=%s', (name, value, expected) => {
    expect(clauseOf(name, value, { release })).toEqual(expected);
  });

  test.each(['A1', 'x|ACSN', 'a|b|c|d', '|ACSN|', '||A1'])(
    'identifier:of-type=%s is not in the form system|type|value',
    (value) => {
      expect(failure([['identifier:of-type', value]], { release }).code).toBe('invalid-value');
    },
  );

  test('another type of identifier matches nothing', () => {
    const value = 'http://terminology.hl7.org/CodeSystem/v2-0203|MR|A1';
    expect(clauseOf('identifier:of-type', value, { release })).toEqual([{ on: 'nothing' }]);
  });

  test.each([
    ['modality:text', ':missing, :not'],
    ['identifier:above', ':missing, :not, :of-type'],
    ['patient:Group', ':missing, :identifier, :Patient'],
    [basedOn.concat(':missing'), ':identifier'],
    ['started:not', ':missing'],
  ])('%s is an error that names %s', (name, works) => {
    const { code, message } = failure([[name, 'true']], { release });
    expect(code).toBe('unsupported-modifier');
    expect(message).toContain(`what works: ${works}`);
  });
});
