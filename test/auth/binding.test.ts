import nock from 'nock';
import { authOptions } from '../../src/auth/fromSettings';
import { createBinding } from '../../src/auth/binding';
import { opaquePatientIds, readablePatientIds } from '../../src/study/identity';
import { createIssuerSystems } from '../../src/study/issuers';
import { patient } from '../search/support';
import { settingsOf } from '../gateway/running';
import { problemOf, scripted } from './support';

/* Which patients of the archive the patient of a token is. */

const SYSTEMS = createIssuerSystems({ LAB: 'urn:oid:1.2.3', '': 'https://hosp.test/mrn' });
const EHR = 'https://ehr.test/fhir';
const TOKEN = 'the-caller-token';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => nock.restore());

function bind(env: Readonly<Record<string, string>>, patientIds = readablePatientIds) {
  const issuersOfSystem = (system: string) => SYSTEMS.issuersOf(system);
  const parts = { patientIds, issuersOfSystem, source: scripted([]) };
  return createBinding(authOptions(settingsOf(env), parts).binding);
}

test('a token for a patient is refused where nothing is set up, and where it names no patient', async () => {
  const problem = await problemOf(bind({})('P1', TOKEN));
  expect([problem.code, problem.message]).toEqual([
    'forbidden',
    'The access token is for a patient, and PATIENT_BINDING is not set up here.',
  ]);
  const nobody = await problemOf(bind({ PATIENT_BINDING: 'gateway-id' })(undefined, TOKEN));
  expect([nobody.code, nobody.message]).toEqual([
    'forbidden',
    'The access token names no patient. Launch the app with a patient (launch/patient).',
  ]);
});

describe('by the gateway’s Patient ids', () => {
  const env = { PATIENT_BINDING: 'gateway-id' };

  test.each(['LAB.P1', 'Patient/LAB.P1'])('%s is P1 of LAB', async (id) => {
    expect(await bind(env)(id, TOKEN)).toEqual([{ on: 'patient', value: 'P1', issuer: ['LAB'] }]);
  });

  test('an id without issuer is of patients without issuer only', async () => {
    expect(await bind(env)('.P1', TOKEN)).toEqual([{ on: 'patient', value: 'P1', issuer: 'none' }]);
  });

  test('opaque ids are read with the key, and no other ids', async () => {
    const ids = opaquePatientIds('key');
    const id = ids.encode(patient({ id: 'P1', issuer: { name: 'LAB' } })) ?? '';
    expect(await bind(env, ids)(id, TOKEN)).toEqual([
      { on: 'patient', value: 'P1', issuer: ['LAB'] },
    ]);
    expect((await problemOf(bind(env, ids)('LAB.P1', TOKEN))).code).toBe('forbidden');
  });

  test.each(['P1', 'LAB.', 'LAB.-2a', 'LAB.P-3f', 'LAB.P1-5cP2', 'LAB.P-0a', '../LAB.P1', ''])(
    '%s is nobody: no id, or one that an archive reads as a pattern',
    async (id) => {
      const problem = await problemOf(bind(env)(id, TOKEN));
      expect(problem.code).toBe('forbidden');
      expect(problem.message).not.toContain('P1');
    },
  );
});

describe('by a map', () => {
  const map = {
    '42': [
      { system: 'urn:oid:1.2.3', value: 'P1' },
      { system: 'https://hosp.test/mrn', value: 'M7' },
    ],
    unknown: [{ system: 'a word', value: 'P1' }],
  };
  const env = { PATIENT_BINDING: 'map', PATIENT_MAP: JSON.stringify(map) };

  test.each(['42', 'Patient/42'])('%s is each identifier with its issuers', async (id) => {
    expect(await bind(env)(id, TOKEN)).toEqual([
      { on: 'patient', value: 'P1', issuer: ['LAB', '1.2.3', 'urn:oid:1.2.3'] },
      { on: 'patient', value: 'M7', issuer: ['', 'https://hosp.test/mrn'] },
    ]);
  });

  test.each(['43', 'unknown', 'constructor', '__proto__'])(
    '%s is nobody: not in it, or of no issuer that is known',
    async (id) => {
      expect((await problemOf(bind(env)(id, TOKEN))).code).toBe('forbidden');
    },
  );
});

describe('by the EHR', () => {
  const env = { PATIENT_BINDING: 'fhir', EHR_FHIR_URL: EHR, EHR_FHIR_TOKEN: 'own-token' };
  const mr = (system: string) => ({ coding: [{ system, code: 'MR' }] });
  const P1 = {
    resourceType: 'Patient',
    id: '42',
    identifier: [
      {
        system: 'urn:oid:1.2.3',
        value: 'P1',
        type: mr('http://terminology.hl7.org/CodeSystem/v2-0203'),
      },
      { system: 'https://hosp.test/mrn', value: 'M7', type: mr('http://hl7.org/fhir/v2/0203') },
      { system: 'urn:oid:1.2.3', value: 'SSN', type: { coding: [{ code: 'SS' }] } },
      { system: 'urn:oid:1.2.3', value: 'OTHER', type: mr('http://elsewhere.test') },
      {
        use: 'old',
        system: 'urn:oid:1.2.3',
        value: 'P0',
        type: mr('http://terminology.hl7.org/CodeSystem/v2-0203'),
      },
      { value: 'P9', type: mr('http://terminology.hl7.org/CodeSystem/v2-0203') },
    ],
  };
  const OF_P1 = [
    { on: 'patient', value: 'P1', issuer: ['LAB', '1.2.3', 'urn:oid:1.2.3'] },
    { on: 'patient', value: 'M7', issuer: ['', 'https://hosp.test/mrn'] },
  ];
  const ehr = (headers: Readonly<Record<string, string>> = {}) =>
    nock(EHR, { reqheaders: headers }).get('/Patient/42');

  test('identifiers of the type are read with the gateway’s own token', async () => {
    ehr({ authorization: 'Bearer own-token' }).reply(200, P1);
    expect(await bind(env)('42', TOKEN)).toEqual(OF_P1);
  });

  test.each(['Patient/42', `${EHR}/Patient/42`])('%s is the same patient', async (id) => {
    ehr().reply(200, P1);
    expect(await bind(env)(id, TOKEN)).toEqual(OF_P1);
  });

  test('the caller’s token is sent only where that is set', async () => {
    ehr({ authorization: `Bearer ${TOKEN}` }).reply(200, P1);
    expect(await bind({ ...env, EHR_FORWARD_TOKEN: 'true' })('42', TOKEN)).toEqual(OF_P1);
  });

  test('identifiers of the systems that are set, whatever their type', async () => {
    ehr().reply(200, P1);
    const clause = await bind({ ...env, EHR_MRN_SYSTEMS: 'https://hosp.test/mrn' })('42', TOKEN);
    expect(clause).toEqual(OF_P1.slice(1));
  });

  test('it is asked once for callers at once, and not again for a while', async () => {
    ehr().once().reply(200, P1);
    const bound = bind(env);
    const both = await Promise.all([bound('42', 'a'), bound('42', 'b')]);
    expect([...both, await bound('42', 'c')]).toEqual([OF_P1, OF_P1, OF_P1]);
  });

  test.each([
    ['that it does not know', 404, {}],
    ['without such identifiers', 200, { resourceType: 'Patient', id: '42' }],
  ])('a patient %s is nobody', async (_, status, body) => {
    ehr().reply(status, body);
    const problem = await problemOf(bind(env)('42', TOKEN));
    expect(problem.code).toBe('forbidden');
  });

  test.each([
    ['fails', 500, {}],
    ['refuses the gateway', 401, {}],
    ['leads elsewhere', 302, {}],
    ['talks of something else', 200, { resourceType: 'Bundle' }],
    ['gives another patient', 200, { ...P1, id: '43' }],
    ['says too much', 200, { ...P1, text: 'x'.repeat(2_000_000) }],
  ])('an EHR that %s is 503, and asked again', async (_, status, body) => {
    ehr().reply(status, body);
    const bound = bind(env);
    const problem = await problemOf(bound('42', TOKEN));
    expect([problem.code, problem.status, problem.options.retryAfter]).toEqual([
      'auth-unavailable',
      503,
      5,
    ]);
    ehr().reply(200, P1);
    expect(await bound('42', TOKEN)).toEqual(OF_P1);
  });

  test('an EHR that does not answer in time is 503', async () => {
    ehr().delay(400).reply(200, P1);
    const problem = await problemOf(bind({ ...env, AUTH_TIMEOUT_MS: '50' })('42', TOKEN));
    expect(problem.code).toBe('auth-unavailable');
  });

  test('an EHR that refuses the caller’s own token is 403, and not for others', async () => {
    const bound = bind({ ...env, EHR_FORWARD_TOKEN: 'true' });
    ehr().reply(403, {});
    expect((await problemOf(bound('42', TOKEN))).code).toBe('forbidden');
    ehr().reply(200, P1);
    expect(await bound('42', 'another')).toEqual(OF_P1);
  });

  test.each([
    '../Patient/42',
    '42/_history',
    '..',
    '42?x',
    'https://elsewhere.test/Patient/42',
    '',
  ])('%s is nobody, and the EHR is not asked', async (id) => {
    expect((await problemOf(bind(env)(id, TOKEN))).code).toBe('forbidden');
  });
});
