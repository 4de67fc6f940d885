import { createServer } from 'node:http';
import process from 'node:process';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/*
 * An OpenID provider, which is an ES module and so beyond Jest. Its argument is the list of its clients in JSON;
 * the `patient` of a client is the patient in context of its tokens. It writes its issuer to standard output, and
 * `rotate` on standard input gives it new keys, which it answers with `rotated`.
 */

const clients = JSON.parse(process.argv[2] ?? '[]');

const SCOPES = [
  'patient/ImagingStudy.rs',
  'patient/ImagingStudy.read',
  'patient/*.read',
  'user/Patient.rs',
  'system/*.rs',
].join(' ');

/** Resources that tokens are for: JWTs, opaque tokens, tokens that end at once, and somebody else's. */
const RESOURCES = {
  'https://imaging.test/fhir': { audience: 'https://imaging.test/fhir', format: 'jwt', ttl: 600 },
  'https://imaging.test/opaque': {
    audience: 'https://imaging.test/fhir',
    format: 'opaque',
    ttl: 600,
  },
  'https://imaging.test/brief': { audience: 'https://imaging.test/fhir', format: 'jwt', ttl: 1 },
  'https://other.test/fhir': { audience: 'https://other.test/fhir', format: 'jwt', ttl: 600 },
};

let answer;
const server = createServer((request, response) => answer(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

async function serve(generation) {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = {
    ...(await exportJWK(privateKey)),
    kid: `key-${generation}`,
    use: 'sig',
    alg: 'ES256',
  };
  const provider = new Provider(issuer, {
    clients,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [key] },
    scopes: SCOPES.split(' '),
    extraClientMetadata: { properties: ['patient'] },
    extraTokenClaims: (ctx) =>
      ctx.oidc.client.patient === undefined ? undefined : { patient: ctx.oidc.client.patient },
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_ctx, indicator) {
          const { audience, format, ttl } = RESOURCES[indicator];
          const jwt = { sign: { alg: 'ES256' } };
          return { scope: SCOPES, audience, accessTokenFormat: format, accessTokenTTL: ttl, jwt };
        },
      },
    },
  });
  answer = provider.callback();
}

let generation = 1;
await serve(generation);
process.stdout.write(`${issuer}\n`);

for await (const line of process.stdin) {
  if (String(line).trim() !== 'rotate') continue;
  generation += 1;
  await serve(generation);
  process.stdout.write('rotated\n');
}
process.exit(0);
