import type { Discovery, ServerMetadata } from './discovery';

/** What the settings say about the authorisation server, for clients. */
export interface SmartSettings {
  readonly issuer?: string | undefined;
  readonly jwksUrl?: string | undefined;
  readonly authorizationUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
  readonly introspectionUrl?: string | undefined;
  /** Capabilities of the authorisation server; unset: what it says, or what its endpoints allow. */
  readonly capabilities?: readonly string[] | undefined;
  /** Whether tokens for a patient let anybody in here. */
  readonly bindsPatients: boolean;
}

/** The document of `.well-known/smart-configuration` (SMART App Launch 2.2, "Conformance"). */
export type SmartConfiguration = Readonly<Record<string, string | readonly string[]>>;

const GRANTS = ['authorization_code', 'client_credentials'];
const SCOPES = ['ImagingStudy', 'Patient', 'Endpoint'];

/**
 * Describes how to get a token for the gateway: from the settings, and for what they leave out from what the
 * authorisation server publishes.
 *
 * @throws Problem `auth-unavailable` when the server has to be asked and does not answer
 */
export async function describeSmart(
  settings: SmartSettings,
  discover: Discovery,
): Promise<SmartConfiguration> {
  const complete = settings.tokenUrl !== undefined && settings.authorizationUrl !== undefined;
  const published = complete ? {} : await discover();
  const authorization = settings.authorizationUrl ?? published.authorization_endpoint;
  const endpoints = {
    issuer: settings.issuer,
    jwks_uri: settings.jwksUrl ?? published.jwks_uri,
    authorization_endpoint: authorization,
    token_endpoint: settings.tokenUrl ?? published.token_endpoint,
    introspection_endpoint: settings.introspectionUrl ?? published.introspection_endpoint,
    revocation_endpoint: published.revocation_endpoint,
    management_endpoint: published.management_endpoint,
    registration_endpoint: published.registration_endpoint,
  };
  const grants = (published.grant_types_supported ?? GRANTS).filter((grant) =>
    grant === 'authorization_code' ? authorization !== undefined : GRANTS.includes(grant),
  );
  return {
    ...told(endpoints),
    grant_types_supported: grants,
    ...(authorization !== undefined && { response_types_supported: ['code'] }),
    code_challenge_methods_supported: ['S256'],
    scopes_supported: scopesOf(settings),
    capabilities: [
      ...new Set([
        ...serverCapabilities(settings, published, grants),
        ...ownCapabilities(settings),
      ]),
    ],
  };
}

function told(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** What the gateway itself holds to. */
function ownCapabilities({ bindsPatients }: SmartSettings): string[] {
  const patient = bindsPatients ? ['permission-patient'] : [];
  return [...patient, 'permission-user', 'permission-v1', 'permission-v2', 'smart-imaging-access'];
}

/**
 * What is the authorisation server's to promise: as set, as it says itself, or as its endpoints and the ways in
 * which clients authenticate there show. `permission-…` is the gateway's.
 */
function serverCapabilities(
  settings: SmartSettings,
  published: Partial<ServerMetadata>,
  grants: readonly string[],
): readonly string[] {
  const said = settings.capabilities ?? published.capabilities;
  const all = said ?? [...launches(settings, grants), ...clientKinds(published)];
  return all.filter((one) => !one.startsWith('permission-') && one !== 'smart-imaging-access');
}

function launches({ bindsPatients }: SmartSettings, grants: readonly string[]): string[] {
  if (!grants.includes('authorization_code')) return [];
  const contexts = bindsPatients ? ['context-ehr-patient', 'context-standalone-patient'] : [];
  return ['launch-ehr', 'launch-standalone', ...contexts];
}

/** RFC 8414: where a server does not say, clients authenticate by client_secret_basic. */
function clientKinds(published: Partial<ServerMetadata>): string[] {
  const methods = published.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['client-public', ['none']],
    ['client-confidential-symmetric', ['client_secret_basic', 'client_secret_post']],
    ['client-confidential-asymmetric', ['private_key_jwt']],
  ];
  return kinds.flatMap(([kind, ways]) => (ways.some((way) => methods.includes(way)) ? [kind] : []));
}

function scopesOf({ bindsPatients }: SmartSettings): string[] {
  const levels = bindsPatients ? ['patient', 'user', 'system'] : ['user', 'system'];
  const context = bindsPatients ? ['launch', 'launch/patient'] : [];
  const grants = levels.flatMap((level) =>
    SCOPES.flatMap((type) => [`${level}/${type}.rs`, `${level}/${type}.read`]),
  );
  return [...context, ...grants];
}
