import { startAuthority, type Authority, type Claims } from './authority';
import { accessions, accessionsOf, NAMES_OF_A, NAMES_OF_B } from './names';
import { A_ID, A_RESTRICTED, A1, B_ID, EVERYTHING, OF_A, SYSTEMS } from './people';
import { tracesOfOthers } from './traces';
import { startWorld, type World } from './world';

/* What a token finds: all of its patient's and nothing else, however its patient is found out. */

jest.setTimeout(60_000);

let authority: Authority;
const worlds = new Map<string, World>();

beforeAll(async () => {
  authority = await startAuthority();
});
afterAll(async () => {
  for (const world of worlds.values()) await world.close();
  await authority.close();
});

const MAP = {
  a: [{ system: SYSTEMS.HOSP, value: 'PAT-1' }],
  everybody: [{ system: SYSTEMS.HOSP, value: '*' }],
  list: [{ system: SYSTEMS.HOSP, value: 'PAT-1\\PAT-DD-44' }],
  // The issuer's name where its system should be.
  unknown: [{ system: 'HOSP', value: 'PAT-1' }],
};

const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'gateway-id': {},
  'gateway-id, opaque': { PATIENT_ID_KEY: 'a-key-of-32-characters-or-more-00' },
  map: { PATIENT_BINDING: 'map', PATIENT_MAP: JSON.stringify(MAP) },
  fhir: { PATIENT_BINDING: 'fhir' },
  introspection: { AUTH_MODE: 'introspection' },
  unbound: { PATIENT_BINDING: '' },
};

async function worldOf(binding: string): Promise<World> {
  const known = worlds.get(binding);
  if (known !== undefined) return known;
  const world = await startWorld({ authority, env: SETTINGS[binding] ?? {} });
  worlds.set(binding, world);
  return world;
}

async function tokenFor(binding: string, claims: Claims): Promise<string> {
  const all = { client_id: 'app', ...claims };
  return binding === 'introspection' ? authority.issueOpaque(all) : authority.sign(all);
}

/** Study Instance UIDs and, where UIDs are shared, whose, as QIDO-RS and as FHIR find them. */
async function found(world: World, token: string): Promise<{ qido: string[]; fhir: string[] }> {
  const rows = await world.ask({ target: '/dicom-web/studies?limit=100' }, token);
  const page = await world.ask({ target: '/fhir/r4/ImagingStudy?_count=100' }, token);
  expect([rows.status, page.status]).toEqual([200, 200]);
  return { qido: accessions(rows.body), fhir: accessions(page.body) };
}

const SCOPES = [
  'patient/ImagingStudy.rs',
  'patient/ImagingStudy.read',
  'patient/*.*',
  'patient/*.read',
  'patient/*.cruds',
  'patient/ImagingStudy.rs user/Patient.rs',
  'patient/ImagingStudy.rs system/Patient.rs',
  'patient/ImagingStudy.read user/*.write',
  'patient/*.rs user/Observation.rs system/Observation.read',
  'patient/ImagingStudy.rs user/ImagingStudy.s',
  'openid launch/patient offline_access patient/ImagingStudy.rs',
];

const BINDINGS: readonly (readonly [binding: string, patient: string])[] = [
  ['gateway-id', A_ID],
  ['gateway-id', `Patient/${A_ID}`],
  ['map', 'a'],
  ['map', 'Patient/a'],
  ['fhir', 'ehr-a'],
  ['fhir', 'Patient/ehr-a'],
  ['introspection', A_ID],
];

describe.each(BINDINGS)('bound by %s to %s', (binding, patient) => {
  test.each(SCOPES)('%s finds all of A and nobody else', async (scope) => {
    const world = await worldOf(binding);
    const token = await tokenFor(binding, { scope, patient });
    const expected = accessionsOf(OF_A);
    expect(await found(world, token)).toEqual({ qido: expected, fhir: expected });
  });

  test('retrieves A’s, and B’s is not there', async () => {
    const world = await worldOf(binding);
    const token = await tokenFor(binding, { scope: 'patient/ImagingStudy.rs', patient });
    const sent = ({ study }: { study: string }) => ({ target: `/dicom-web/studies/${study}` });
    const own = await world.ask(sent(NAMES_OF_A), token);
    expect(own.status).toBe(200);
    expect(own.body.toString()).toContain('BYTES-OF-A');
    const others = await world.ask(sent(NAMES_OF_B), token);
    expect(others.status).toBe(404);
    expect(tracesOfOthers(others, sent(NAMES_OF_B))).toEqual([]);
  });
});

test.each([
  ['user/ImagingStudy.rs', accessionsOf(EVERYTHING.filter(({ letter }) => letter !== 'R'))],
  ['user/*.read', accessionsOf(EVERYTHING.filter(({ letter }) => letter !== 'R'))],
  ['patient/*.rs user/*.rs', accessionsOf(EVERYTHING.filter(({ letter }) => letter !== 'R'))],
  ['system/ImagingStudy.rs', accessionsOf(EVERYTHING)],
  ['system/*.*', accessionsOf(EVERYTHING)],
])('%s finds everybody’s, but what is restricted for its class', async (scope, expected) => {
  const world = await worldOf('gateway-id');
  const token = await tokenFor('gateway-id', { scope, patient: A_ID });
  expect(await found(world, token)).toEqual({ qido: expected, fhir: expected });
});

test('what is restricted is not there, whichever way it is asked for', async () => {
  const world = await worldOf('gateway-id');
  const token = await tokenFor('gateway-id', { scope: 'patient/*.rs', patient: A_ID });
  const { uid, instances } = A_RESTRICTED;
  const [first] = instances;
  const at = `/dicom-web/studies/${uid}`;
  const part = `series/${first?.series ?? ''}/instances/${first?.uid ?? ''}`;
  for (const target of [
    at,
    `${at}/metadata`,
    `${at}/series`,
    `${at}/${part}`,
    `/dicom-web/studies/${A1.uid}/${part}`,
    `/fhir/r4/ImagingStudy/${uid}`,
    `/fhir/r4/Binary/${first?.uid ?? ''}`,
  ]) {
    const answer = await world.ask({ target }, token);
    expect([target, answer.status]).toEqual([target, 404]);
    expect(tracesOfOthers(answer, { target })).toEqual([]);
  }
});

describe('a token is refused, and never taken for one of everybody, whose patient', () => {
  test.each([
    ['gateway-id', undefined],
    ['gateway-id', ''],
    ['gateway-id', '*'],
    ['gateway-id', 'HOSP.-2a'],
    ['gateway-id', 'HOSP.PAT-2d-3f'],
    ['gateway-id', 'HOSP.PAT-2d1-5cPAT-2dDD-2d44'],
    ['gateway-id', 'HOSP.'],
    ['gateway-id', 'HOSP.-20'],
    ['gateway-id', `${A_ID},${B_ID}`],
    ['gateway-id, opaque', A_ID],
    ['map', 'b'],
    ['map', 'everybody'],
    ['map', 'list'],
    ['map', 'unknown'],
    ['map', '__proto__'],
    ['map', 'constructor'],
    ['map', 'toString'],
    ['fhir', 'ehr-b'],
    ['fhir', '../Patient/ehr-a'],
    ['fhir', '..'],
    ['fhir', 'ehr-a?_elements=identifier'],
    ['fhir', 'http://evil.test/fhir/Patient/ehr-a'],
    ['fhir', '%2e%2e/Patient/ehr-a'],
    ['unbound', A_ID],
  ])('by %s is %j', async (binding, patient) => {
    const world = await worldOf(binding);
    const claims = { scope: 'patient/*.rs', ...(patient !== undefined && { patient }) };
    const token = await tokenFor(binding, claims);
    for (const target of [
      '/fhir/r4/ImagingStudy',
      '/fhir/r4/Patient',
      '/dicom-web/studies',
      `/dicom-web/studies/${A1.uid}`,
      `/fhir/r4/Binary/${NAMES_OF_A.instance}`,
    ]) {
      const answer = await world.ask({ target }, token);
      expect([target, answer.status]).toEqual([target, 403]);
      expect(answer.body.toString('latin1')).not.toMatch(/ACC-|BYTES-/);
    }
  });

  test('has no issuer finds what nobody issued, and that is neither A’s nor B’s', async () => {
    const world = await worldOf('gateway-id');
    const token = await tokenFor('gateway-id', { scope: 'patient/*.rs', patient: '.PAT-2d1' });
    expect(await found(world, token)).toEqual({ qido: [], fhir: [] });
  });

  test('has a claim of another type is 401', async () => {
    const world = await worldOf('gateway-id');
    const token = await tokenFor('gateway-id', { scope: 'patient/*.rs', patient: [A_ID, B_ID] });
    expect((await world.ask({ target: '/fhir/r4/ImagingStudy' }, token)).status).toBe(401);
  });
});
