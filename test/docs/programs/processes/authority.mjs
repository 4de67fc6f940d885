import { createServer } from 'node:http';
import process from 'node:process';
import Provider from 'oidc-provider';

/*
 * An OpenID provider for the SMART app, at which somebody has signed in and agreed already. Its arguments are the
 * app's redirect URI, the audience of its tokens and the patient in their context. It writes its issuer to standard
 * output, and ends with its standard input.
 */

const [redirectUri, audience, patient] = process.argv.slice(2);
const SCOPE = 'launch/patient patient/ImagingStudy.rs';

let answer;
const server = createServer((request, response) => answer(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'smart-app',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    },
  ],
  scopes: ['openid', ...SCOPE.split(' ')],
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  extraTokenClaims: () => ({ patient }),
  clientBasedCORS: (_, origin) => redirectUri.startsWith(origin),
  // A browser keeps cookies of SameSite=None only over TLS.
  cookies: { long: { sameSite: 'lax' }, short: { sameSite: 'lax' }, keys: ['a key of this test'] },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPE,
        audience,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

/** Signs in and agrees to everything, as the person at the browser would. */
async function agree(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: 'somebody', clientId: params.client_id });
  grant.addOIDCScope(`openid ${SCOPE}`);
  grant.addResourceScope(audience, SCOPE);
  const result = { login: { accountId: 'somebody' }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

const callback = provider.callback();
answer = (request, response) => {
  if (request.url.startsWith('/interaction/')) void agree(request, response);
  else void callback(request, response);
};
process.stdout.write(`${issuer}\n`);
process.stdin.resume().once('end', () => process.exit(0));
