import { setTimeout as pause } from 'node:timers/promises';
import nock from 'nock';
import { createIntrospector } from '../../src/auth/introspection';
import { problemOf } from './support';

/* What is made of an authorisation server's word about a token. */

const SERVER = 'https://auth.test';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => nock.restore());

const introspector = (members: Partial<Parameters<typeof createIntrospector>[0]> = {}) =>
  createIntrospector({
    url: `${SERVER}/introspect`,
    timeoutMs: 1000,
    maxAnswerBytes: 10_000,
    clockSkewMs: 0,
    cacheMs: 10_000,
    patientClaim: 'patient',
    ...members,
  });

const told = (body: object | string, status = 200) =>
  nock(SERVER).post('/introspect').reply(status, body);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

test('the server is asked by form, with the gateway’s own credential form-encoded', async () => {
  const pair = Buffer.from('gate%3Away:s%2F+e').toString('base64');
  nock(SERVER, { reqheaders: { authorization: `Basic ${pair}` } })
    .post('/introspect', { token: 'a/b+c', token_type_hint: 'access_token' })
    .reply(200, { active: true, scope: 'system/*.rs', client_id: 'app', sub: 's', patient: 'P' });
  const verify = introspector({ clientId: 'gate:way', clientSecret: 's/ e' });
  expect(await verify('a/b+c')).toEqual({
    scope: 'system/*.rs',
    client: 'app',
    subject: 's',
    patient: 'P',
  });
});

test('requests with one token are one question, also later; another token is another', async () => {
  told({ active: true, scope: 'one' });
  const verify = introspector();
  const both = await Promise.all([verify('a'), verify('a')]);
  expect([...both, await verify('a')].map(({ scope }) => scope)).toEqual(['one', 'one', 'one']);
  told({ active: true, scope: 'two' });
  expect((await verify('b')).scope).toBe('two');
});

test('a "no" is remembered, too', async () => {
  told({ active: false });
  const verify = introspector();
  expect((await problemOf(verify('a'))).code).toBe('unauthenticated');
  expect((await problemOf(verify('a'))).code).toBe('unauthenticated');
});

test('an answer is not remembered beyond the end of the token', async () => {
  told({ active: true, exp: inSeconds(1) });
  const verify = introspector({ cacheMs: 60_000 });
  await verify('a');
  await pause(1100);
  told({ active: false });
  expect((await problemOf(verify('a'))).code).toBe('unauthenticated');
});

test.each([
  [{ exp: 1 }, 'has expired'],
  [{ nbf: 9_999_999_999 }, 'is not valid yet'],
  [{ iss: 'https://other.test' }, 'is of another issuer'],
  [{ aud: 'other' }, 'is for another audience'],
  [{ aud: ['other', 'another'] }, 'is for another audience'],
  [{ aud: undefined }, 'is for another audience'],
  [{ patient: 7 }, 'holds a claim of the wrong type'],
])('a token that is called active but %j is 401', async (members, why) => {
  told({ active: true, aud: 'me', iss: SERVER, ...members });
  const problem = await problemOf(introspector({ issuer: SERVER, audience: ['me'] })('a'));
  expect([problem.code, problem.message]).toEqual(['unauthenticated', `The access token ${why}.`]);
});

test.each([
  ['fails', { active: true }, 500],
  ['refuses the gateway', { error: 'invalid_client' }, 401],
  ['does not say whether it is active', {}, 200],
  ['says it in words', { active: 'true' }, 200],
  ['talks HTML', '<html>', 200],
  ['leads elsewhere', '', 302],
  ['says too much', { active: true, more: 'x'.repeat(20_000) }, 200],
])('a server that %s is 503, never a "no", and asked again', async (_, body, status) => {
  told(body, status);
  const verify = introspector();
  const problem = await problemOf(verify('a'));
  expect([problem.code, problem.status, problem.options.retryAfter]).toEqual([
    'auth-unavailable',
    503,
    5,
  ]);
  told({ active: true, scope: 'now' });
  expect((await verify('a')).scope).toBe('now');
});

test('a server that does not answer in time is 503', async () => {
  nock(SERVER).post('/introspect').delay(300).reply(200, { active: true });
  const problem = await problemOf(introspector({ timeoutMs: 50 })('a'));
  expect(problem.code).toBe('auth-unavailable');
});
