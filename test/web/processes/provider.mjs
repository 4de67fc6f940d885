import { createServer } from 'node:http';
import process from 'node:process';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

/*
 * An OpenID provider at which people sign in: its own development pages ask for a name. Its one client is the page, a
 * public client that must use PKCE. It writes its issuer to standard output and ends with standard input.
 */

const AUDIENCE = 'https://imaging.test/fhir';
const SCOPES = 'user/ImagingStudy.rs user/Patient.rs user/Endpoint.rs user/Binary.rs';

let answer;
const server = createServer((request, response) => answer(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: 'key', use: 'sig', alg: 'ES256' };
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'page',
      // RFC 8252 7.3: the port of a loopback address does not matter.
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [key] },
  scopes: SCOPES.split(' '),
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
process.stdin.on('end', () => process.exit(0)).resume();
