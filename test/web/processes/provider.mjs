import { createServer } from 'node:http';
import process from 'node:process';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/*
 * An OpenID provider at which people sign in: its own development pages ask for a name. Its clients, public ones that
 * must use PKCE, are the page, and the SMART app of the documents for the one patient that is its argument. It writes
 * its issuer to standard output.
 */

const AUDIENCE = 'https://imaging.test/fhir';
const [patient] = process.argv.slice(2);
const SCOPES =
  'user/ImagingStudy.rs user/Patient.rs user/Endpoint.rs user/Binary.rs launch/patient patient/ImagingStudy.rs';

let answer;
const server = createServer((request, response) => answer(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: 'key', use: 'sig', alg: 'ES256' };
const client = (client_id) => ({
  client_id,
  // RFC 8252 7.3: the port of a loopback address does not matter.
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/', 'http://localhost/'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: 'ES256',
});
const provider = new Provider(issuer, {
  clients: [client('page'), client('smart-app')],
  jwks: { keys: [key] },
  scopes: ['openid', ...SCOPES.split(' ')],
  extraTokenClaims: (ctx) => (ctx.oidc.client.clientId === 'smart-app' ? { patient } : undefined),
  pkce: { required: () => true },
  clientBasedCORS: () => true,
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPES,
        audience: AUDIENCE,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});
answer = provider.callback();
process.stdout.write(`${issuer}\n`);
