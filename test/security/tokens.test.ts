import { startAuthority, type Authority, type Claims } from './authority';
import { NAMES_OF_A, NAMES_OF_B } from './names';
import { A_ID, B_ID } from './people';
import { BASES, fhirRoutes } from './fhirRoutes';
import { DICOMWEB } from './routes';
import { tracesOfOthers } from './traces';
import type { Sent } from './wire';
import { each, startWorld, type World } from './world';

/* Who is let in at all: every kind of a bad token on every route, and tokens that are good for something else. */

jest.setTimeout(60_000);

let authority: Authority;
let jwt: World;
let introspection: World;

beforeAll(async () => {
  authority = await startAuthority();
  jwt = await startWorld({ authority });
  introspection = await startWorld({ authority, env: { AUTH_MODE: 'introspection' } });
});
afterAll(async () => {
  await jwt.close();
  await introspection.close();
  await authority.close();
});

const GOOD: Claims = { scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' };

/** One request of every route at every endpoint, for what is A's own. */
const ONE_OF_EACH: readonly Sent[] = [...DICOMWEB, ...BASES.flatMap(fhirRoutes)].flatMap(
  ({ requests }) => requests(NAMES_OF_A, []).slice(0, 1),
);

type Credential = () => Promise<Readonly<Record<string, string>>> | Record<string, string>;

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const signed =
  (claims: Claims): Credential =>
  async () =>
    bearer(await authority.sign({ ...GOOD, ...claims }));

const BAD: readonly (readonly [kind: string, credential: Credential])[] = [
  ['no token', () => ({})],
  ['an expired token', signed({ lives: -60 })],
  ['a token for another audience', signed({ aud: 'https://other.test/fhir' })],
  ['a token of another issuer', signed({ iss: 'https://issuer.test' })],
  [
    'a token of an issuer with a slash more',
    () => authority.sign({ ...GOOD, iss: `${authority.url}/` }).then(bearer),
  ],
  ['a token with algorithm none', () => bearer(authority.leaveUnsigned(GOOD))],
  ['HS256 with the public key', async () => bearer(await authority.signWithPublicKey(GOOD))],
  ['a key that nobody published', async () => bearer(await authority.signWithForeignKey(GOOD))],
  ['a token cut short', async () => bearer((await authority.sign(GOOD)).slice(0, -4))],
  [
    'a token with another payload',
    async () => {
      const [head, , signature] = (await authority.sign(GOOD)).split('.');
      const [, payload] = (await authority.sign({ ...GOOD, patient: B_ID })).split('.');
      return bearer([head, payload, signature].join('.'));
    },
  ],
  ['garbage', () => bearer('garbage')],
  ['three dots', () => bearer('...')],
  ['an empty token', () => ({ Authorization: 'Bearer ' })],
  [
    'two tokens in one header',
    async () => {
      const token = await authority.sign(GOOD);
      return { Authorization: `Bearer ${token}, Bearer ${token}` };
    },
  ],
  ['Basic', () => ({ Authorization: `Basic ${Buffer.from('a:b').toString('base64')}` })],
  [
    'a good token under another scheme',
    async () => ({
      Authorization: `Token ${await authority.sign(GOOD)}`,
    }),
  ],
  [
    'a good token in another header',
    async () => ({ 'X-Access-Token': await authority.sign(GOOD) }),
  ],
  [
    'a good token in a cookie',
    async () => ({ Cookie: `access_token=${await authority.sign(GOOD)}` }),
  ],
];

test.each(BAD)(
  '%s is 401 with a challenge on every route, and asks nothing of the archive',
  async (_kind, credential) => {
    await jwt.gateway.gateway.probe();
    const before = jwt.archive.seen.length;
    const headers = await credential();
    const answers = await each(ONE_OF_EACH, async (sent) => {
      const answer = await jwt.ask({ ...sent, headers: { ...sent.headers, ...headers } });
      return { sent, answer };
    });
    for (const { sent, answer } of answers) {
      const challenge = answer.headers.get('www-authenticate') ?? '';
      const told = [sent.target, answer.status, challenge.startsWith('Bearer realm="')];
      expect(told).toEqual([sent.target, 401, true]);
      expect(answer.body.toString('latin1')).not.toMatch(/BYTES-OF-A|ACC-A-1|Alderbrook/);
    }
    expect(jwt.archive.seen).toHaveLength(before);
  },
);

test('a good token in the query or in a form is none', async () => {
  const token = await authority.sign(GOOD);
  const form = { method: 'POST', body: `access_token=${token}` };
  const answers = await each(
    [
      ...ONE_OF_EACH.map(({ target }) => ({
        target: `${target.split('?')[0] ?? ''}?access_token=${token}`,
      })),
      { target: '/fhir/r4/ImagingStudy/_search', ...form },
    ],
    (sent) => jwt.ask(sent),
  );
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([401]);
});

test.each([
  ['inactive', () => authority.issueOpaque(GOOD, false)],
  ['unknown', () => 'opaque-unknown'],
  ['active, but for another audience', () => authority.issueOpaque({ ...GOOD, aud: 'x' })],
  [
    'active, but of another issuer',
    () => authority.issueOpaque({ ...GOOD, iss: 'https://x.test' }),
  ],
  ['active, but expired', () => authority.issueOpaque({ ...GOOD, lives: -60 })],
])('with introspection, a token that is %s is 401 on every route', async (_what, issue) => {
  const token = issue();
  const answers = await each(ONE_OF_EACH, (sent) => introspection.ask(sent, token));
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([401]);
  expect(answers.every(({ headers }) => headers.has('www-authenticate'))).toBe(true);
});

test.each([
  ['no scope', { scope: '' }],
  ['scopes that are not for data', { scope: 'openid fhirUser launch/patient' }],
  ['a scope for another type', { scope: 'patient/Observation.rs user/Encounter.rs' }],
  ['a scope to write', { scope: 'patient/*.write patient/*.cud' }],
  ['letters out of order', { scope: 'patient/ImagingStudy.sr' }],
  ['a scope with a search, which is narrower', { scope: 'patient/ImagingStudy.rs?modality=CT' }],
  ['another level', { scope: 'practitioner/*.rs' }],
])('%s: 403 on every route, naming a scope that would do', async (_what, claims) => {
  const token = await authority.sign({ ...GOOD, ...claims });
  const answers = await each(ONE_OF_EACH, async (sent) => ({
    sent,
    answer: await jwt.ask(sent, token),
  }));
  for (const { sent, answer } of answers) {
    expect([sent.target, answer.status]).toEqual([sent.target, 403]);
    expect(answer.headers.get('www-authenticate')).toMatch(/error="insufficient_scope".*scope="/);
  }
});

test.each([
  ['user/ImagingStudy.r', '/fhir/r4/ImagingStudy', 403],
  ['user/ImagingStudy.s', `/fhir/r4/ImagingStudy/${NAMES_OF_B.study}`, 403],
  ['user/ImagingStudy.s', `/dicom-web/studies/${NAMES_OF_B.study}`, 403],
  ['user/ImagingStudy.s', '/dicom-web/studies', 200],
  ['user/ImagingStudy.r', '/dicom-web/studies', 403],
  ['user/ImagingStudy.r', `/dicom-web/studies/${NAMES_OF_B.study}/series`, 403],
  ['user/ImagingStudy.rs', `/fhir/r4/Patient/${B_ID}`, 403],
  ['user/ImagingStudy.rs', '/fhir/r4/Patient', 403],
  ['user/Patient.rs', '/fhir/r4/ImagingStudy', 403],
  ['user/Patient.rs', `/fhir/r4/Binary/${NAMES_OF_B.report}`, 403],
  ['user/Binary.r', `/dicom-web/studies/${NAMES_OF_B.study}`, 403],
  ['user/Endpoint.rs', `/dicom-web/studies/${NAMES_OF_B.study}/metadata`, 403],
])('%s at %s: %i', async (scope, target, status) => {
  const token = await authority.sign({ scope, client_id: 'app' });
  expect((await jwt.ask({ target }, token)).status).toBe(status);
});

test('patients are not included for a token that may not read them', async () => {
  const sent = { target: '/fhir/r4/ImagingStudy?_include=ImagingStudy:patient' };
  const token = await authority.sign({ ...GOOD, scope: 'patient/ImagingStudy.rs' });
  const answer = await jwt.ask(sent, token);
  expect(answer.status).toBe(200);
  expect(answer.body.toString()).not.toContain('"resourceType":"Patient"');
  expect(tracesOfOthers(answer, sent)).toEqual([]);
});
