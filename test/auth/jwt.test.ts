import { setTimeout as pause } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import nock from 'nock';
import { createDiscovery } from '../../src/auth/discovery';
import { createJwtVerifier, type JwtSettings } from '../../src/auth/jwt';
import { problemOf } from './support';

/* JWTs against the keys that an issuer publishes, and where it says that they are. */

const ISSUER = 'https://auth.test/realms/main';
const LIMITS = { timeoutMs: 1000, maxAnswerBytes: 100_000 };

interface Key {
  readonly jwk: JWK;
  sign(claims?: object, header?: object): Promise<string>;
}

let one: Key;
let other: Key;

beforeAll(async () => {
  nock.disableNetConnect();
  [one, other] = await Promise.all([makeKey(), makeKey()]);
});
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => nock.restore());

async function makeKey(): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    jwk: await exportJWK(publicKey),
    sign: (claims = {}, header = {}) => {
      const exp = Math.floor(Date.now() / 1000) + 60;
      const all = { iss: ISSUER, aud: 'me', exp, scope: 'user/*.rs', ...claims };
      return new SignJWT(all)
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...header })
        .sign(privateKey);
    },
  };
}

function verifier(members: Partial<JwtSettings> = {}) {
  const settings: JwtSettings = {
    ...LIMITS,
    issuer: ISSUER,
    audience: ['me', 'myself'],
    algorithms: ['ES256'],
    tokenTypes: ['at+jwt', 'JWT'],
    clockSkewMs: 0,
    jwksUrl: 'https://auth.test/keys',
    jwksCacheMs: 60_000,
    jwksCooldownMs: 60_000,
    cacheMs: 0,
    patientClaim: 'patient',
    ...members,
  };
  return createJwtVerifier(settings, createDiscovery(ISSUER, 60_000, LIMITS));
}

const keys = (...all: JWK[]) => nock('https://auth.test').get('/keys').reply(200, { keys: all });
const published = (place: string, status: number, body: object = {}) =>
  nock('https://auth.test').get(`/realms/main/.well-known/${place}`).reply(status, body);

test.each<[string, object, object, string | undefined]>([
  ['as it should be', {}, {}, undefined],
  ['of type at+jwt', {}, { typ: 'application/AT+JWT' }, undefined],
  ['for several audiences', { aud: ['x', 'myself'] }, {}, undefined],
  ['without an end', { exp: undefined }, {}, 'does not say when it expires'],
  ['with an end in words', { exp: 'soon' }, {}, 'does not say when it expires'],
  ['that begins later', { nbf: 9_999_999_999 }, {}, 'is not valid yet'],
  ['without an audience', { aud: undefined }, {}, 'is for another audience'],
  ['of an issuer with one slash more', { iss: `${ISSUER}/` }, {}, 'is of another issuer'],
  ['without a type', {}, { typ: undefined }, 'is a JWT of another type than an access token'],
  ['of a logout', {}, { typ: 'logout+jwt' }, 'is a JWT of another type than an access token'],
  ['whose patient is a list', { patient: ['P1'] }, {}, 'holds a claim of the wrong type'],
  ['whose scope is a number', { scope: 1 }, {}, 'holds a claim of the wrong type'],
])('a token %s', async (_, claims, header, why) => {
  keys(one.jwk);
  const verified = verifier()(await one.sign(claims, header));
  if (why === undefined) expect(await verified).toMatchObject({ scope: 'user/*.rs' });
  else expect((await problemOf(verified)).message).toBe(`The access token ${why}.`);
});

test('tokens without a type are good where that is set', async () => {
  keys(one.jwk);
  await verifier({ tokenTypes: ['absent'] })(await one.sign({}, { typ: undefined }));
});

test.each([
  [
    { scope: undefined, scp: ['a', 'b'], cid: 'app', sub: 's' },
    { scope: 'a b', client: 'app', subject: 's' },
  ],
  [
    { scope: ['a', 'b'], azp: 'app', client_id: 'first' },
    { scope: 'a b', client: 'first' },
  ],
  [{ patient: '' }, { scope: 'user/*.rs' }],
  [{ patient: 'P1' }, { scope: 'user/*.rs', patient: 'P1' }],
])('claims %j are read as %j', async (claims, expected) => {
  keys(one.jwk);
  expect(await verifier()(await one.sign(claims))).toEqual({ issuer: ISSUER, ...expected });
});

test('the claim that names the patient can be set', async () => {
  keys(one.jwk);
  const claims = await verifier({ patientClaim: 'https://ehr.test/patient' })(
    await one.sign({ 'https://ehr.test/patient': 'P1', patient: 'P2' }),
  );
  expect(claims.patient).toBe('P1');
});

test('of keys that have no name each is tried', async () => {
  keys(other.jwk, one.jwk);
  const verify = verifier();
  await verify(await one.sign());
  await verify(await other.sign());
  const third = await makeKey();
  expect((await problemOf(verify(await third.sign()))).message).toBe(
    'The access token has a wrong signature.',
  );
});

test('tokens with made-up keys have the keys read again no more often than is set', async () => {
  keys({ ...one.jwk, kid: 'one' });
  const verify = verifier();
  await verify(await one.sign({}, { kid: 'one' }));
  for (let count = 0; count < 20; count++) {
    const problem = await problemOf(verify(await other.sign({}, { kid: `made-up-${count}` })));
    expect(problem.code).toBe('unauthenticated');
  }
  await verify(await one.sign({}, { kid: 'one' }));
});

test('keys that cannot be had are 503, and asked for again', async () => {
  const verify = verifier();
  for (const [status, body] of [
    [500, {}],
    [302, {}],
    [200, { no: 'keys' }],
    [200, { keys: [], more: 'x'.repeat(200_000) }],
  ] as const) {
    nock('https://auth.test').get('/keys').reply(status, body);
    expect((await problemOf(verify(await one.sign()))).code).toBe('auth-unavailable');
  }
  keys(one.jwk);
  await verify(await one.sign());
});

describe('where the keys are', () => {
  const unset = { jwksUrl: undefined };

  test('the issuer says in its OpenID configuration, which is read once', async () => {
    published('openid-configuration', 200, { issuer: ISSUER, jwks_uri: 'https://auth.test/keys' });
    keys(one.jwk);
    const verify = verifier(unset);
    await Promise.all([verify(await one.sign()), verify(await one.sign())]);
  });

  test('or in its SMART configuration', async () => {
    published('openid-configuration', 404);
    published('smart-configuration', 200, { jwks_uri: 'https://auth.test/keys' });
    keys(one.jwk);
    await verifier(unset)(await one.sign());
  });

  test.each([
    ['of another issuer', 200, { issuer: 'https://auth.test', jwks_uri: 'https://auth.test/keys' }],
    ['without keys', 200, { issuer: ISSUER }],
    ['with keys at no URL', 200, { issuer: ISSUER, jwks_uri: 'keys' }],
    ['that is not there for now', 503, {}],
  ])('a document %s is 503, and no token is good by it', async (_, status, body) => {
    published('openid-configuration', status, body);
    const problem = await problemOf(verifier(unset)(await one.sign()));
    expect(problem.code).toBe('auth-unavailable');
  });
});

describe('a token that was found good', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  test.each([
    // The first one had the keys read, and is not believed: those of before might have been others.
    [10_000, 2],
    [0, 3],
  ])(
    'with %d ms to believe it has its signature checked %d times in three requests',
    async (cacheMs, times) => {
      keys(one.jwk);
      const checked = jest.spyOn(globalThis.crypto.subtle, 'verify');
      const verify = verifier({ cacheMs });
      const token = await one.sign({ sub: 's' });
      for (let count = 0; count < 3; count++) expect((await verify(token)).subject).toBe('s');
      expect(checked).toHaveBeenCalledTimes(times);
    },
  );

  test('is no longer good when it ends, by the wall clock', async () => {
    keys(one.jwk);
    const verify = verifier({ cacheMs: 60_000, jwksCacheMs: 600_000 });
    const token = await one.sign();
    await verify(token);
    await verify(token);
    const later = Date.now() + 60_000;
    jest.useFakeTimers({
      now: later,
      doNotFake: ['nextTick', 'setTimeout', 'setImmediate', 'performance'],
    });
    expect((await problemOf(verify(token))).message).toBe('The access token has expired.');
  });

  test('is checked again once the keys were read again', async () => {
    keys({ ...one.jwk, kid: 'one' });
    const verify = verifier({ cacheMs: 60_000, jwksCooldownMs: 1 });
    const token = await one.sign({}, { kid: 'one' });
    await verify(token);
    await verify(token);
    await pause(5);
    keys({ ...other.jwk, kid: 'other' });
    await verify(await other.sign({}, { kid: 'other' }));
    await pause(5);
    keys({ ...other.jwk, kid: 'other' });
    expect((await problemOf(verify(token))).code).toBe('unauthenticated');
  });
});
