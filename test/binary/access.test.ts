import { grantedBy, readScopes } from '../../src/auth/scopes';
import { APP, AUDIENCE, PORTAL, startProvider, type Provider } from '../auth/issuer';
import { startStand, type Stand } from '../dicomweb/support';
import { held } from '../gateway/fakeArchive';

/* Whose Binary it is: the decision that holds for studies and for WADO-RS. */

const OWN = '1.2.1';
const OTHER = '1.2.2';
const SHARED = '1.2.3';
const patient = (value: string) => ({ PatientID: value, IssuerOfPatientID: 'LAB' });

let provider: Provider;
let stand: Stand;

beforeAll(async () => {
  provider = await startProvider([APP, PORTAL]);
  const env = {
    AUTH_MODE: 'jwt',
    AUTH_ISSUER: provider.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    PATIENT_BINDING: 'gateway-id',
  };
  const below = (value: string, uid: string) => ({ ...patient(value), SOPInstanceUID: uid });
  stand = await startStand(env, [
    held(OWN, patient('P1'), 1),
    held(OTHER, patient('P2'), 1),
    held(SHARED, patient('P1'), 1, below('P1', `${SHARED}.8`)),
    held(SHARED, patient('P2'), 1, below('P2', `${SHARED}.9`)),
  ]);
  stand.retrieval = ({ path }) =>
    path.endsWith('/rendered')
      ? { headers: { 'Content-Type': 'image/jpeg' }, body: Buffer.from('ffd8', 'hex') }
      : { status: 404 };
}, 30_000);

afterAll(async () => {
  await stand.close();
  await provider.stop();
});

async function read(uid: string, token: string | undefined, accept = 'image/jpeg') {
  const headers = { Accept: accept, ...(token && { Authorization: `Bearer ${token}` }) };
  return stand.gateway.get(`${stand.gateway.url}/fhir/r4/Binary/${uid}`, { headers });
}

const OF_P1 = 'patient/ImagingStudy.rs';

test.each(['image/jpeg', 'application/fhir+json'])(
  'a patient reads their own image as %s, and another’s as little as one that is not there',
  async (accept) => {
    const token = await provider.token(APP, OF_P1);
    expect((await read(`${OWN}.1.1`, token, accept)).status).toBe(200);
    const before = stand.retrieved().length;
    const other = await read(`${OTHER}.1.1`, token, accept);
    const nothing = await read('9.9.9', token, accept);
    expect([other.status, nothing.status]).toEqual([404, 404]);
    expect(other.text).toBe(nothing.text);
    expect(stand.retrieved()).toHaveLength(before);
  },
);

test('a study whose UID is another patient’s as well is not opened: the archive is asked by UIDs', async () => {
  const token = await provider.token(APP, OF_P1);
  const before = stand.retrieved().length;
  expect((await read(`${SHARED}.8`, token)).status).toBe(404);
  expect((await read(`${SHARED}.9`, token)).status).toBe(404);
  expect(stand.retrieved()).toHaveLength(before);
});

test.each([
  ['patient/ImagingStudy.r', true],
  ['patient/Binary.r', true],
  ['user/*.read', true],
  ['patient/ImagingStudy.s', false],
  ['patient/Patient.rs patient/Endpoint.rs', false],
])('scopes of %s grant reading it: %s', (scopes, granted) => {
  expect(grantedBy(readScopes(scopes)).may('Binary', 'read')).toBe(granted);
});

test('a service reads everybody’s, and without a token nobody reads any', async () => {
  const token = await provider.token(PORTAL, 'system/*.rs');
  expect((await read(`${OTHER}.1.1`, token)).status).toBe(200);
  expect((await read(`${OTHER}.1.1`, undefined)).status).toBe(401);
});
