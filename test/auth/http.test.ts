import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Auth } from '../../src/auth/auth';
import { authenticateCapability, createAuthenticator } from '../../src/http/authenticate';
import { allowOrigins } from '../../src/http/cors';
import { openExchange } from '../../src/http/exchange';
import { nameRequest, sendProblem } from '../../src/http/problem';
import { smartConfigurationRoutes } from '../../src/http/smartConfiguration';
import { APP, authAt, PATIENT, PORTAL, startProvider, type Provider } from './issuer';

/* How a token comes in, and what a client without one is told. */

let provider: Provider;
const servers: Server[] = [];

jest.setTimeout(30_000);

beforeAll(async () => {
  provider = await startProvider([APP, PORTAL]);
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});
afterAll(() => provider.stop());

const authOf = (env: Readonly<Record<string, string>> = {}) => authAt(provider, env);

async function serve(auth: Auth) {
  const app = express();
  const authenticate = createAuthenticator(auth);
  app.use(nameRequest, openExchange(), ...allowOrigins(() => ['*']));
  app.use(smartConfigurationRoutes(['/fhir', '/fhir/r4'], () => auth.smartConfiguration()));
  app.get('/who', async (request, response) => {
    const [once, again] = await Promise.all([authenticate(request), authenticate(request)]);
    response.json({ ...once.caller, same: once === again });
  });
  app.get('/~:capability', async (request, response) => {
    const access = await authenticateCapability(auth, request, request.params.capability);
    response.json({ clauses: access.clauses });
  });
  app.use(sendProblem('r4', () => undefined));
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    const body: unknown = await response.json();
    return { status: response.status, headers: response.headers, body };
  };
}

test('a token comes in the Authorization header, and is checked once a request', async () => {
  const get = await serve(authOf());
  const token = await provider.token(APP, PATIENT);
  const got = await get('/who', { Authorization: `bearer ${token}` });
  expect(got.body).toMatchObject({ client: 'app', kind: 'patient', same: true });
});

test('a token in the query is none', async () => {
  const get = await serve(authOf());
  const token = await provider.token(APP, PATIENT);
  expect((await get(`/who?access_token=${token}`)).status).toBe(401);
});

test.each([
  [{}, /^Bearer realm="[^"]+"$/],
  [{ Authorization: 'Basic YTpi' }, /error="invalid_token"/],
  [{ Authorization: 'Bearer' }, /error="invalid_token"/],
  [{ Authorization: 'Bearer a b' }, /error="invalid_token"/],
  [{ Authorization: 'Bearer e30.e30.e30' }, /error="invalid_token"/],
])(
  'without a good token (%j) it is 401 with a challenge that pages may read',
  async (headers, challenge) => {
    const get = await serve(authOf());
    const got = await get('/who', { Origin: 'https://app.test', ...headers });
    expect(got.status).toBe(401);
    expect(got.headers.get('WWW-Authenticate')).toMatch(challenge);
    expect(got.headers.get('Access-Control-Expose-Headers')).toContain('WWW-Authenticate');
    expect(got.body).toMatchObject({ resourceType: 'OperationOutcome' });
  },
);

test('where nobody needs a token, callers are told apart by address and tokens not looked at', async () => {
  const auth = authOf({ AUTH_MODE: 'none' });
  const get = await serve(auth);
  const { body } = await get('/who', { Authorization: 'Bearer whatever' });
  expect(body).toMatchObject({ kind: 'anonymous' });
  const keys = await Promise.all(
    ['10.0.0.1', '10.0.0.2'].map(
      async (remote) => (await auth.authenticate(undefined, remote)).caller.key,
    ),
  );
  expect(new Set(keys).size).toBe(2);
  expect((await get('/fhir/.well-known/smart-configuration')).status).toBe(404);
});

test('the SMART configuration tells how to get a token, as the provider publishes it', async () => {
  const get = await serve(authOf());
  for (const base of ['/fhir', '/fhir/r4']) {
    const got = await get(`${base}/.well-known/smart-configuration`, { Accept: 'text/html' });
    expect(got.status).toBe(200);
    expect(got.headers.get('Content-Type')).toBe('application/json; charset=utf-8');
    expect(got.body).toMatchObject({
      issuer: provider.issuer,
      jwks_uri: `${provider.issuer}/jwks`,
      authorization_endpoint: `${provider.issuer}/auth`,
      token_endpoint: `${provider.issuer}/token`,
      introspection_endpoint: `${provider.issuer}/token/introspection`,
      grant_types_supported: ['authorization_code', 'client_credentials'],
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      capabilities: [
        'launch-ehr',
        'launch-standalone',
        'context-ehr-patient',
        'context-standalone-patient',
        'client-public',
        'client-confidential-symmetric',
        'client-confidential-asymmetric',
        'permission-patient',
        'permission-user',
        'permission-v1',
        'permission-v2',
        'smart-imaging-access',
      ],
    });
  }
});

test('the SMART configuration of settings alone asks nobody', async () => {
  const get = await serve(
    authOf({
      AUTH_ISSUER: 'http://127.0.0.1:9',
      AUTH_AUTHORIZATION_URL: 'https://auth.test/authorize',
      AUTH_TOKEN_URL: 'https://auth.test/token',
      SMART_CAPABILITIES: 'launch-ehr,client-public,permission-offline',
    }),
  );
  const { body } = await get('/fhir/.well-known/smart-configuration');
  expect(body).toMatchObject({
    token_endpoint: 'https://auth.test/token',
    capabilities: expect.arrayContaining([
      'launch-ehr',
      'client-public',
      'smart-imaging-access',
    ]) as unknown,
  });
});

test('the SMART configuration is 503 while the provider cannot be asked', async () => {
  const get = await serve(authOf({ AUTH_ISSUER: 'http://127.0.0.1:9' }));
  const got = await get('/fhir/.well-known/smart-configuration');
  expect([got.status, got.headers.get('Retry-After')]).toEqual([503, '5']);
});

describe('a capability URL', () => {
  const env = {
    CAPABILITY_URLS: 'true',
    CAPABILITY_KEYS: 'key-of-32-characters-or-more-000',
  };
  const sealed = (auth: Auth, callerKey: string) =>
    auth.capabilities?.seal({ study: '1.2.3', callerKey }, Date.now()) ?? '';

  test('opens to its caller with the token, and to nobody else', async () => {
    const auth = authOf(env);
    const get = await serve(auth);
    const token = await provider.token(APP, PATIENT);
    const { caller } = await auth.authenticate(token, '');
    const path = `/~${sealed(auth, caller.key)}`;
    const own = await get(path, { Authorization: `Bearer ${token}` });
    expect(own.body).toEqual({
      clauses: [[{ on: 'patient', value: 'P1', issuer: ['LAB'] }], [{ on: 'study', uid: '1.2.3' }]],
    });
    const other = await provider.token(PORTAL, 'system/*.rs');
    expect((await get(path, { Authorization: `Bearer ${other}` })).status).toBe(403);
    expect((await get(path)).status).toBe(401);
    const unknown = await get(`/~${'A'.repeat(120)}`, { Authorization: `Bearer ${token}` });
    expect(unknown.status).toBe(404);
  });

  test('opens without a token where that is set, but not what is restricted', async () => {
    const auth = authOf({
      ...env,
      CAPABILITY_REQUIRES_TOKEN: 'false',
      RESTRICTED_STUDIES: '[{"studies":["9.9"],"allow":["system"]}]',
    });
    const get = await serve(auth);
    expect((await get(`/~${sealed(auth, 'somebody')}`)).body).toEqual({
      clauses: [
        [{ on: 'not', condition: { on: 'study', uid: '9.9' } }],
        [{ on: 'study', uid: '1.2.3' }],
      ],
    });
    expect((await get(`/~${'A'.repeat(120)}`)).status).toBe(404);
  });
});
