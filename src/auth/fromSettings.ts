import type { PatientIds } from '../study/identity';
import type { StudySource } from '../study/source';
import type { AuthOptions, TokenSettings } from './auth';
import type { AnswerLimits } from './answers';
import type { BindingSettings } from './binding';
import type { Counted } from './limits';
import {
  LIMITS_OF_CALLERS,
  type PatientBinding,
  type PatientMap,
  type Restriction,
} from './configured';

/** The settings that authorisation reads, by their place in `config/*`. */
export interface AuthSettings {
  readonly 'auth.mode': 'none' | 'jwt' | 'introspection';
  readonly 'auth.issuer': string | undefined;
  readonly 'auth.audience': readonly string[] | undefined;
  readonly 'auth.algorithms': readonly string[];
  readonly 'auth.tokenTypes': readonly string[];
  readonly 'auth.clockSkewMs': number;
  readonly 'auth.jwksUrl': string | undefined;
  readonly 'auth.jwksCacheMs': number;
  readonly 'auth.jwksCooldownMs': number;
  readonly 'auth.jwtCacheMs': number;
  readonly 'auth.introspectionUrl': string | undefined;
  readonly 'auth.introspectionCacheMs': number;
  readonly 'auth.clientId': string | undefined;
  readonly 'auth.clientSecret': string | undefined;
  readonly 'auth.patientClaim': string;
  readonly 'auth.authorizationUrl': string | undefined;
  readonly 'auth.tokenUrl': string | undefined;
  readonly 'auth.smartCapabilities': readonly string[] | undefined;
  readonly 'auth.timeoutMs': number;
  readonly 'auth.maxAnswerBytes': number;
  readonly 'auth.ownershipMs': number;
  readonly 'auth.patientBinding': PatientBinding | undefined;
  readonly 'auth.patientMap': PatientMap;
  readonly 'auth.restrictedStudies': readonly Restriction[];
  readonly 'ehr.fhirUrl': string | undefined;
  readonly 'ehr.token': string | undefined;
  readonly 'ehr.forwardToken': boolean;
  readonly 'ehr.mrnSystems': readonly string[] | undefined;
  readonly 'ehr.mrnType': string;
  readonly 'ehr.patientCacheMs': number;
  readonly 'capability.urls': boolean;
  readonly 'capability.keys': readonly string[] | undefined;
  readonly 'capability.ttlMs': number;
  readonly 'capability.requiresToken': boolean;
  readonly 'limits.searchesPerMinute': number | undefined;
  readonly 'limits.streams': number | undefined;
}

/** What authorisation needs of the rest of the gateway. */
export interface AuthParts {
  readonly patientIds: PatientIds;
  /** The issuers of DICOM that an identifier system stands for. */
  readonly issuersOfSystem: (system: string) => readonly string[];
  /** The studies of the archive. */
  readonly source: StudySource;
  /** Tells the other processes of the gateway what this one has counted of a caller. */
  readonly onCounted?: (counted: Counted) => void;
  /** Hears that the issuer's keys were read. */
  readonly onKeysRead?: () => void;
}

/** How the settings have callers authorised. Getters are for what a reload may change: nobody may copy them. */
export function authOptions(settings: AuthSettings, parts: AuthParts): AuthOptions {
  const answers = {
    timeoutMs: settings['auth.timeoutMs'],
    maxAnswerBytes: settings['auth.maxAnswerBytes'],
  };
  const limits = settings['auth.mode'] === 'none' ? NO_LIMITS : LIMITS_OF_CALLERS;
  return {
    tokens: tokenSettings(settings, parts, answers),
    binding: bindingSettings(settings, parts, answers),
    get restrictions() {
      return settings['auth.restrictedStudies'];
    },
    smart: {
      issuer: settings['auth.issuer'],
      jwksUrl: settings['auth.jwksUrl'],
      authorizationUrl: settings['auth.authorizationUrl'],
      tokenUrl: settings['auth.tokenUrl'],
      introspectionUrl: settings['auth.introspectionUrl'],
      capabilities: settings['auth.smartCapabilities'],
      bindsPatients: settings['auth.patientBinding'] !== undefined,
    },
    capabilities: settings['capability.urls']
      ? {
          get keys() {
            return settings['capability.keys'] ?? [];
          },
          ttlMs: settings['capability.ttlMs'],
          requiresToken: settings['capability.requiresToken'],
        }
      : undefined,
    limits: {
      get searchesPerMinute() {
        return settings['limits.searchesPerMinute'] ?? limits.searchesPerMinute;
      },
      get streams() {
        return settings['limits.streams'] ?? limits.streams;
      },
      onCounted: parts.onCounted,
    },
    ownershipMs: settings['auth.ownershipMs'],
    source: parts.source,
    discoveryMs: settings['auth.jwksCacheMs'],
    answers,
  };
}

/** Where nobody authorises, callers are told apart by address, which many may share. */
const NO_LIMITS = { searchesPerMinute: 0, streams: 0 };

function tokenSettings(
  settings: AuthSettings,
  { onKeysRead }: AuthParts,
  answers: AnswerLimits,
): TokenSettings {
  const common = {
    ...answers,
    clockSkewMs: settings['auth.clockSkewMs'],
    patientClaim: settings['auth.patientClaim'],
  };
  switch (settings['auth.mode']) {
    case 'none':
      return { mode: 'none' };
    case 'jwt': {
      const jwt = {
        ...common,
        issuer: needed(settings, 'auth.issuer'),
        audience: needed(settings, 'auth.audience'),
        algorithms: settings['auth.algorithms'],
        tokenTypes: settings['auth.tokenTypes'],
        jwksUrl: settings['auth.jwksUrl'],
        jwksCacheMs: settings['auth.jwksCacheMs'],
        jwksCooldownMs: settings['auth.jwksCooldownMs'],
        cacheMs: settings['auth.jwtCacheMs'],
        onKeysRead,
      };
      return { mode: 'jwt', jwt };
    }
    case 'introspection': {
      const introspection = {
        ...common,
        url: needed(settings, 'auth.introspectionUrl'),
        clientId: settings['auth.clientId'],
        get clientSecret() {
          return settings['auth.clientSecret'];
        },
        issuer: settings['auth.issuer'],
        audience: settings['auth.audience'],
        cacheMs: settings['auth.introspectionCacheMs'],
      };
      return { mode: 'introspection', introspection };
    }
  }
}

function bindingSettings(
  settings: AuthSettings,
  { patientIds, issuersOfSystem }: AuthParts,
  answers: AnswerLimits,
): BindingSettings {
  const url = settings['ehr.fhirUrl'];
  const ehr = url === undefined ? undefined : ehrSettings(settings, url, answers);
  return {
    by: settings['auth.patientBinding'],
    patientIds,
    issuersOfSystem,
    get map() {
      return settings['auth.patientMap'];
    },
    ehr,
  };
}

function ehrSettings(settings: AuthSettings, url: string, answers: AnswerLimits) {
  return {
    ...answers,
    url,
    get token() {
      return settings['ehr.token'];
    },
    forwardToken: settings['ehr.forwardToken'],
    mrnSystems: settings['ehr.mrnSystems'] ?? [],
    mrnType: settings['ehr.mrnType'],
    cacheMs: settings['ehr.patientCacheMs'],
  };
}

/** A setting that `config.ts` refuses to start without. */
function needed<K extends keyof AuthSettings>(
  settings: AuthSettings,
  key: K,
): NonNullable<AuthSettings[K]> {
  const value = settings[key];
  if (value === undefined) throw new Error(`${key} is not set`);
  return value;
}
