import { installChecks } from '../config/checks';

/* The settings of authorisation, as the program takes them. */

const check = installChecks();

const JWT = {
  AUTH_MODE: 'jwt',
  AUTH_ISSUER: 'https://auth.test/realms/main/',
  AUTH_AUDIENCE: 'https://imaging.test/fhir',
};

test.each([
  [{ ...JWT, HOST: '0.0.0.0', AUTH_ALGORITHMS: 'ES256,RS512' }],
  [{ AUTH_MODE: 'introspection', AUTH_INTROSPECTION_URL: 'https://auth.test/introspect' }],
  [{ HOST: '0.0.0.0', ALLOW_INSECURE: 'true' }],
  [{ CAPABILITY_URLS: 'true', CAPABILITY_KEYS: `${'a'.repeat(32)},${'b'.repeat(32)}` }],
  [{ PATIENT_MAP: '{"42":[{"system":"urn:oid:1.2.3","value":"P1"}]}', PATIENT_BINDING: 'map' }],
  [{ RESTRICTED_STUDIES: '[{"attribute":"RetrieveAETitle","values":["VIP"],"allow":["user"]}]' }],
])('%j is good', async (env) => {
  expect(await check(env)).toEqual({ code: 0, err: '' });
});

test('whatever is missing is told at once', async () => {
  const { code, err } = await check({
    AUTH_MODE: 'jwt',
    PATIENT_BINDING: 'fhir',
    CAPABILITY_URLS: 'true',
    AUTH_CLIENT_SECRET: 'secret',
  });
  expect(code).toBe(1);
  const names = [
    'AUTH_ISSUER',
    'AUTH_AUDIENCE',
    'EHR_FHIR_URL',
    'CAPABILITY_KEYS',
    'AUTH_CLIENT_ID',
  ];
  for (const name of names) expect(err).toContain(`  - ${name} is missing: `);
});

test('nobody listens beyond loopback without authorisation, and is told the ways out', async () => {
  const { code, err } = await check({ HOST: '0.0.0.0', CAPABILITY_URLS: 'true' });
  expect(code).toBe(1);
  expect(err).toMatch(/HOST 0\.0\.0\.0 is reached .*AUTH_MODE=jwt .*ALLOW_INSECURE=true/);
  expect(err).toContain('CAPABILITY_KEYS is missing');
});

test.each<Readonly<Record<string, string>>>([
  {
    AUTH_MODE: 'basic',
    AUTH_ALGORITHMS: 'none',
    AUTH_ISSUER: 'auth.test',
    CAPABILITY_KEYS: 'short',
    PATIENT_MAP: '{"42":"P1"}',
    RESTRICTED_STUDIES: '[{"attribute":"PatientName","values":["Doe"]}]',
  },
  { AUTH_ALGORITHMS: 'RS256,HS256', PATIENT_MAP: 'not JSON', RESTRICTED_STUDIES: '{}' },
])('%j are not, and secrets among them are not repeated', async (env) => {
  const { code, err } = await check(env);
  expect(code).toBe(1);
  for (const [name, value] of Object.entries(env)) {
    expect(err).toMatch(new RegExp(`  - ${name} \\(\\S+\\).* must be `));
    if (/MAP|KEYS|STUDIES/.test(name)) expect(err).not.toContain(`${value}:`);
  }
});
