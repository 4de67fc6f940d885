import path from 'node:path';
import { z } from 'zod';
import { createAuth, type Auth } from '../../src/auth/auth';
import { authOptions } from '../../src/auth/fromSettings';
import { readablePatientIds } from '../../src/study/identity';
import { settingsOf } from '../gateway/running';
import { startScript } from '../programs';
import { scripted } from './support';

/** A client that a provider knows; `patient` is the patient in context of its tokens. */
export interface ProviderClient {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly patient?: string;
  /** Public keys of a client that signs its assertions (SMART backend services). */
  readonly jwks?: { readonly keys: readonly object[] };
  readonly token_endpoint_auth_method?: 'client_secret_basic' | 'private_key_jwt';
  readonly token_endpoint_auth_signing_alg?: string;
}

/** An OpenID provider in a process of its own. */
export interface Provider {
  readonly issuer: string;
  /** Gives it new keys. */
  rotate(): Promise<void>;
  /**
   * Gets an access token by client credentials.
   * @param client a client with a secret, or the assertion of one that signs
   */
  token(
    client: ProviderClient | { assertion: string },
    scope: string,
    resource?: string,
  ): Promise<string>;
  revoke(client: ProviderClient, token: string): Promise<void>;
  stop(): Promise<void>;
}

export const AUDIENCE = 'https://imaging.test/fhir';
export const SECRET = 'a-secret-of-more-than-32-characters!';
export const APP: ProviderClient = { client_id: 'app', client_secret: SECRET, patient: 'LAB.P1' };
export const PORTAL: ProviderClient = { client_id: 'portal', client_secret: SECRET };
export const GATEWAY: ProviderClient = { client_id: 'gate:way', client_secret: SECRET };
export const PATIENT = 'patient/ImagingStudy.rs';
const answer = z.object({ access_token: z.string() });

export async function startProvider(clients: readonly ProviderClient[]): Promise<Provider> {
  const script = path.join(__dirname, 'processes', 'issuer.mjs');
  const registered = clients.map((client) => ({
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    ...client,
  }));
  const provider = startScript(script, JSON.stringify(registered));
  const issuer = await provider.hear();
  return {
    issuer,
    async rotate() {
      provider.say('rotate');
      await provider.hear();
    },
    async token(client, scope, resource = AUDIENCE) {
      const form = { grant_type: 'client_credentials', scope, resource, ...proof(client) };
      const response = await post(`${issuer}/token`, form, basic(client));
      return answer.parse(await response.json()).access_token;
    },
    async revoke(client, token) {
      const response = await post(`${issuer}/token/revocation`, { token }, basic(client));
      if (response.status !== 200) throw new Error(`revocation: ${response.status}`);
    },
    stop: () => provider.end(),
  };
}

function post(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
}

function basic(client: ProviderClient | { assertion: string }): Record<string, string> {
  if ('assertion' in client) return {};
  const pair = Buffer.from(`${client.client_id}:${client.client_secret ?? ''}`);
  return { Authorization: `Basic ${pair.toString('base64')}` };
}

function proof(client: ProviderClient | { assertion: string }): Record<string, string> {
  if (!('assertion' in client)) return {};
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return { client_assertion_type, client_assertion: client.assertion };
}

/** Authorisation by a provider, for JWTs unless the settings say otherwise. */
export function authAt(provider: Provider, env: Readonly<Record<string, string>> = {}): Auth {
  const settings = settingsOf({
    AUTH_MODE: 'jwt',
    AUTH_ISSUER: provider.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_INTROSPECTION_URL: `${provider.issuer}/token/introspection`,
    AUTH_CLIENT_ID: GATEWAY.client_id,
    AUTH_CLIENT_SECRET: SECRET,
    AUTH_JWKS_COOLDOWN_MS: '1',
    PATIENT_BINDING: 'gateway-id',
    ...env,
  });
  const issuersOfSystem = () => [];
  const source = scripted([]);
  return createAuth(
    authOptions(settings, { patientIds: readablePatientIds, issuersOfSystem, source }),
  );
}
