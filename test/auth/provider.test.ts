import { setTimeout as pause } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { maySee } from '../../src/auth/access';
import type { Auth } from '../../src/auth/auth';
import {
  APP,
  AUDIENCE,
  authAt,
  GATEWAY,
  PATIENT,
  PORTAL,
  SECRET,
  startProvider,
  type Provider,
  type ProviderClient,
} from './issuer';
import { problemOf, rowOf } from './support';

/* Tokens of a real OpenID provider, over real sockets. */

const OPAQUE = 'https://imaging.test/opaque';
const INTROSPECTION = { AUTH_MODE: 'introspection' };

let provider: Provider;
let signing: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

jest.setTimeout(30_000);

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true });
  signing = privateKey;
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'backend-1', alg: 'ES384' }] };
  const backend: ProviderClient = {
    client_id: 'backend',
    jwks,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES384',
  };
  provider = await startProvider([APP, PORTAL, GATEWAY, backend]);
});
afterAll(() => provider.stop());

const authOf = (env: Readonly<Record<string, string>> = {}) => authAt(provider, env);

async function refused(auth: Auth, token: string | undefined): Promise<[string, string]> {
  const { code, message, options } = await problemOf(auth.authenticate(token, ''));
  expect(options.challenge).toMatch(/^Bearer realm="[^"\\]+"(, error="invalid_token", .+)?$/);
  return [code, message];
}

/** The same claims under another signature. */
function forged(token: string, sign: (jwt: SignJWT) => Promise<string>): Promise<string> {
  const [, payload = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return sign(new SignJWT(claims as Record<string, unknown>));
}

describe.each([
  ['JWTs', {}, AUDIENCE],
  ['introspected tokens', INTROSPECTION, OPAQUE],
])('%s', (_, env, resource) => {
  test('of an app in a patient’s context see the studies of that patient only', async () => {
    const auth = authOf(env);
    const access = await auth.authenticate(await provider.token(APP, PATIENT, resource), '');
    expect(access.caller).toMatchObject({ kind: 'patient', client: 'app' });
    expect(maySee(access, rowOf('1.2', 'P1', 'LAB'))).toBe(true);
    expect(maySee(access, rowOf('1.2', 'P2', 'LAB'))).toBe(false);
    expect(maySee(access, rowOf('1.2', 'P1', 'HOSP'))).toBe(false);
    expect(access.may('ImagingStudy', 'search')).toBe(true);
    expect(access.may('Patient', 'read')).toBe(false);
  });

  test('for one patient stay so beside a wide scope for something else', async () => {
    const token = await provider.token(APP, `${PATIENT} user/Patient.rs`, resource);
    const access = await authOf(env).authenticate(token, '');
    expect(maySee(access, rowOf('1.2', 'P2', 'LAB'))).toBe(false);
  });

  test('for a patient that name none are 403', async () => {
    const token = await provider.token(PORTAL, PATIENT, resource);
    expect((await problemOf(authOf(env).authenticate(token, ''))).code).toBe('forbidden');
  });

  test('of a service see all', async () => {
    const token = await provider.token(PORTAL, 'system/*.rs', resource);
    const access = await authOf(env).authenticate(token, '');
    expect([access.caller.kind, access.clauses]).toEqual(['system', []]);
  });

  test('without a scope of use see nothing', async () => {
    const token = await provider.token(PORTAL, '', resource);
    const access = await authOf(env).authenticate(token, '');
    expect(access.may('ImagingStudy', 'read')).toBe(false);
    expect(maySee(access, rowOf('1.2', 'P1', 'LAB'))).toBe(false);
  });

  test('of one caller have one key, and those of others another', async () => {
    const auth = authOf(env);
    const keys = await Promise.all(
      [APP, APP, PORTAL].map(async (client) => {
        const scope = client === APP ? PATIENT : 'system/*.rs';
        const token = await provider.token(client, scope, resource);
        return (await auth.authenticate(token, '')).caller.key;
      }),
    );
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toBe(keys[1]);
    expect(keys.join()).not.toMatch(/app|portal|P1/);
  });

  test('are 401 when there are none, or none of this provider', async () => {
    const auth = authOf(env);
    expect(await refused(auth, undefined)).toEqual([
      'unauthenticated',
      'There is no access token. Send one as Authorization: Bearer <token>.',
    ]);
    expect((await refused(auth, 'nonsense'))[0]).toBe('unauthenticated');
  });
});

describe('a JWT', () => {
  test('of backend services, got with a signed assertion, is a service’s', async () => {
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES384', kid: 'backend-1', typ: 'JWT' })
      .setIssuer('backend')
      .setSubject('backend')
      .setAudience(provider.issuer)
      .setJti(String(Math.random()))
      .setExpirationTime('1m')
      .sign(signing);
    const token = await provider.token({ assertion }, 'system/*.rs');
    const access = await authOf().authenticate(token, '');
    expect(access.caller).toMatchObject({ kind: 'system', client: 'backend' });
  });

  test('for another audience is 401', async () => {
    const token = await provider.token(APP, PATIENT, 'https://other.test/fhir');
    expect(await refused(authOf(), token)).toEqual([
      'unauthenticated',
      'The access token is for another audience.',
    ]);
  });

  test('that has ended is 401, but for what the clocks may differ', async () => {
    const token = await provider.token(APP, PATIENT, 'https://imaging.test/brief');
    await pause(2100);
    expect(await refused(authOf({ AUTH_CLOCK_SKEW_MS: '0' }), token)).toEqual([
      'unauthenticated',
      'The access token has expired.',
    ]);
    await authOf({ AUTH_CLOCK_SKEW_MS: '60000' }).authenticate(token, '');
  });

  test('with a new key is good after the keys were rotated, one with the old key is not', async () => {
    const auth = authOf();
    const old = await provider.token(APP, PATIENT);
    await auth.authenticate(old, '');
    await provider.rotate();
    await pause(20);
    await auth.authenticate(await provider.token(APP, PATIENT), '');
    expect(await refused(auth, old)).toEqual([
      'unauthenticated',
      'The access token is signed with a key that its issuer does not publish.',
    ]);
  });

  test.each<[string, (token: string) => Promise<string>, string]>([
    [
      'without a signature',
      (token) => {
        const [, payload = ''] = token.split('.');
        const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
        return Promise.resolve(`${header}.${payload}.`);
      },
      'is signed by an algorithm that is not allowed',
    ],
    [
      'that jose calls unsecured',
      (token) => {
        const [, payload = ''] = token.split('.');
        const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
        return Promise.resolve(new UnsecuredJWT(claims as Record<string, unknown>).encode());
      },
      'is signed by an algorithm that is not allowed',
    ],
    [
      'signed with a shared key',
      (token) =>
        forged(token, (jwt) =>
          jwt.setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(Buffer.from(SECRET)),
        ),
      'is signed by an algorithm that is not allowed',
    ],
    [
      'signed with somebody else’s key under the key’s name',
      async (token) => {
        const { privateKey } = await generateKeyPair('ES256');
        const [header = ''] = token.split('.');
        const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
        return forged(token, (jwt) =>
          jwt.setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' }).sign(privateKey),
        );
      },
      'has a wrong signature',
    ],
    [
      'whose claims were changed',
      (token) => {
        const [header = '', payload = '', signature = ''] = token.split('.');
        const changed = Buffer.from(payload, 'base64url').toString().replace('LAB.P1', 'LAB.P2');
        return Promise.resolve(
          `${header}.${Buffer.from(changed).toString('base64url')}.${signature}`,
        );
      },
      'has a wrong signature',
    ],
  ])('%s is 401', async (_, forge, why) => {
    const token = await forge(await provider.token(APP, PATIENT));
    expect(await refused(authOf(), token)).toEqual(['unauthenticated', `The access token ${why}.`]);
  });

  test('of another type than is set is 401', async () => {
    const token = await provider.token(APP, PATIENT);
    expect(await refused(authOf({ AUTH_TOKEN_TYPES: 'JWT' }), token)).toEqual([
      'unauthenticated',
      'The access token is a JWT of another type than an access token.',
    ]);
  });

  test('is neither good nor bad while the keys cannot be had', async () => {
    const token = await provider.token(APP, PATIENT);
    for (const env of [
      { AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks' },
      { AUTH_JWKS_URL: `${provider.issuer}/nowhere` },
      { AUTH_JWKS_URL: `${provider.issuer}/.well-known/openid-configuration` },
    ]) {
      const problem = await problemOf(authOf(env).authenticate(token, ''));
      expect([problem.code, problem.options.retryAfter]).toEqual(['auth-unavailable', 5]);
    }
  });
});

describe('an introspected token', () => {
  test('that was revoked is 401 as soon as the answer kept is too old', async () => {
    const auth = authOf({ ...INTROSPECTION, AUTH_INTROSPECTION_CACHE_MS: '200' });
    const token = await provider.token(APP, PATIENT, OPAQUE);
    await auth.authenticate(token, '');
    await provider.revoke(APP, token);
    await pause(220);
    expect(await refused(auth, token)).toEqual([
      'unauthenticated',
      'The access token is not active: it has expired, was revoked or is of another server.',
    ]);
  });

  test('for another audience than is set is 401', async () => {
    const env = { ...INTROSPECTION, AUTH_AUDIENCE: 'https://other.test/fhir' };
    const token = await provider.token(APP, PATIENT, OPAQUE);
    expect((await refused(authOf(env), token))[1]).toBe(
      'The access token is for another audience.',
    );
  });

  test('is neither good nor bad where the gateway’s own credential is refused', async () => {
    const env = { ...INTROSPECTION, AUTH_CLIENT_SECRET: 'wrong' };
    const token = await provider.token(APP, PATIENT, OPAQUE);
    expect((await problemOf(authOf(env).authenticate(token, ''))).code).toBe('auth-unavailable');
  });
});

test('an issuer that names itself otherwise than AUTH_ISSUER does, to the letter, is not asked for keys', async () => {
  const auth = authOf({ AUTH_ISSUER: `${provider.issuer}/` });
  const problem = await problemOf(auth.authenticate(await provider.token(APP, PATIENT), ''));
  expect(problem.code).toBe('auth-unavailable');
  expect(problem.message).toContain('says that it is another issuer than AUTH_ISSUER');
});
