import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { SYSTEMS } from './people';

/*
 * What the gateway asks about callers, over a real socket: an authorisation server that publishes its keys and
 * introspects tokens, and an EHR that knows its patients' identifiers.
 */

const AUDIENCE = 'https://imaging.test/fhir';

/** What a token says beside what every good one does. */
export interface Claims {
  readonly scope?: string;
  /** More than one is what no good token says. */
  readonly patient?: string | readonly string[];
  readonly sub?: string;
  readonly client_id?: string;
  readonly iss?: string;
  readonly aud?: string;
  /** Seconds from now. */
  readonly lives?: number;
}

export interface Authority {
  readonly url: string;
  /** Settings that have a gateway believe it. */
  readonly env: Readonly<Record<string, string>>;
  sign(claims: Claims): Promise<string>;
  /** Signed with HS256, the public key as its secret. */
  signWithPublicKey(claims: Claims): Promise<string>;
  /** With the algorithm `none`. */
  leaveUnsigned(claims: Claims): string;
  /** Signed by a key that the authority does not publish. */
  signWithForeignKey(claims: Claims): Promise<string>;
  /** A token that only introspection tells of; `active` false for one that was revoked. */
  issueOpaque(claims: Claims, active?: boolean): string;
  close(): Promise<void>;
}

export async function startAuthority(): Promise<Authority> {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const foreign = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey));
  const opaque = new Map<string, object>();
  const answers = (path: string, form: URLSearchParams): object | undefined => {
    if (path === '/jwks') return { keys: [jwk] };
    if (path === '/introspect') return opaque.get(form.get('token') ?? '') ?? { active: false };
    return path === '/fhir/Patient/ehr-a' ? PATIENT_A : undefined;
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const found = answers(request.url ?? '', new URLSearchParams(body));
      response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(found ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signed = (claims: Claims, alg: string) => {
    const { iss = url, aud = AUDIENCE, lives = 600, ...own } = claims;
    return new SignJWT({ ...own })
      .setProtectedHeader({ alg, kid: 'one', typ: 'at+jwt' })
      .setIssuer(iss)
      .setAudience(aud)
      .setExpirationTime(Math.floor(Date.now() / 1000) + lives);
  };
  return {
    url,
    env: {
      AUTH_ISSUER: url,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: `${url}/jwks`,
      AUTH_INTROSPECTION_URL: `${url}/introspect`,
      EHR_FHIR_URL: `${url}/fhir`,
    },
    sign: (claims) => signed(claims, 'ES256').sign(keys.privateKey),
    signWithPublicKey: (claims) => signed(claims, 'HS256').sign(secret),
    signWithForeignKey: (claims) => signed(claims, 'ES256').sign(foreign.privateKey),
    leaveUnsigned: ({ lives = 600, ...claims }) =>
      new UnsecuredJWT({ ...claims })
        .setIssuer(url)
        .setAudience(AUDIENCE)
        .setExpirationTime(Math.floor(Date.now() / 1000) + lives)
        .encode(),
    issueOpaque({ lives = 600, ...claims }, active = true) {
      const token = `opaque-${opaque.size}`;
      const exp = Math.floor(Date.now() / 1000) + lives;
      opaque.set(token, active ? { active, iss: url, aud: AUDIENCE, exp, ...claims } : { active });
      return token;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const MR = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] };
const ACCOUNT = { coding: [{ system: MR.coding[0]?.system, code: 'AN' }] };

/** A as the EHR knows them; what of it is B's is an old number, another type of number, or of nobody. */
const PATIENT_A = {
  resourceType: 'Patient',
  id: 'ehr-a',
  identifier: [
    { type: MR, use: 'old', system: SYSTEMS.CLINIC, value: 'PAT-1' },
    { type: ACCOUNT, system: SYSTEMS.CLINIC, value: 'PAT-1' },
    { type: MR, system: 'urn:oid:9.9.9', value: 'PAT-DD-44' },
    { type: MR, value: 'PAT-DD-44' },
    { type: MR, system: SYSTEMS.HOSP, value: '*' },
    { type: MR, system: SYSTEMS.HOSP, value: 'PAT-1' },
  ],
};
