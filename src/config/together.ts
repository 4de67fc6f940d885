import type { Settings } from '../config';
import { isLoopback, SETTINGS } from '../settings';

type Key = keyof Settings;

/** Settings of which some may be wrong, and are left out. */
type Some = { readonly [K in Key]?: Settings[K] | undefined };

/**
 * What single settings cannot tell.
 *
 * @param wrong settings that have a problem of their own already
 * @returns the problems, each naming the setting and what to do
 */
export function problemsTogether(settings: Some, wrong: ReadonlySet<string>): string[] {
  return [...exposed(settings), ...lacking(settings, wrong), ...tooManyWorkers(settings)];
}

function exposed(settings: Some): string[] {
  const { host, 'auth.mode': mode } = settings;
  if (host === undefined || mode === undefined) return [];
  const guarded = mode !== 'none' || settings['auth.allowInsecure'] === true;
  if (isLoopback(host) || guarded) return [];
  return [
    `HOST ${host} is reached from other machines, and AUTH_MODE none lets everybody see every study. ` +
      'Set AUTH_MODE=jwt or introspection, HOST=127.0.0.1, or ALLOW_INSECURE=true where something in front of ' +
      'the gateway authorises',
  ];
}

/** Settings that another one is of no use without. */
function lacking(settings: Some, wrong: ReadonlySet<string>): string[] {
  const needs: readonly (readonly [boolean | undefined, string, Key])[] = [
    [settings['auth.mode'] === 'jwt', 'AUTH_MODE=jwt', 'auth.issuer'],
    [settings['auth.mode'] === 'jwt', 'AUTH_MODE=jwt', 'auth.audience'],
    [settings['auth.mode'] === 'introspection', 'AUTH_MODE=introspection', 'auth.introspectionUrl'],
    [settings['auth.clientSecret'] !== undefined, 'AUTH_CLIENT_SECRET', 'auth.clientId'],
    [settings['auth.patientBinding'] === 'fhir', 'PATIENT_BINDING=fhir', 'ehr.fhirUrl'],
    [settings['capability.urls'], 'CAPABILITY_URLS=true', 'capability.keys'],
    [settings['pacs.oauthTokenUrl'] !== undefined, 'PACS_OAUTH_TOKEN_URL', 'pacs.oauthClientId'],
    [
      settings['pacs.oauthTokenUrl'] !== undefined,
      'PACS_OAUTH_TOKEN_URL',
      'pacs.oauthClientSecret',
    ],
    [settings['redis.url'] !== undefined, 'REDIS_URL', 'redis.keys'],
  ];
  return needs
    .filter(([wanted, , key]) => wanted && settings[key] === undefined && !wrong.has(key))
    .map(([, by, key]) => `${SETTINGS[key].env} is missing: ${by} needs it, ${SETTINGS[key].form}`);
}

/** What is divided among workers must leave each of them enough to work with. */
function tooManyWorkers(settings: Some): string[] {
  const { 'workers.count': workers = 1 } = settings;
  const spooled = settings['audit.fhirUrl'] !== undefined;
  const divided: readonly (readonly [Key, number | undefined, number])[] = [
    ['pacs.concurrency', settings['pacs.concurrency'], 1],
    ['pacs.streams', settings['pacs.streams'], 1],
    ['audit.spoolMaxBytes', spooled ? settings['audit.spoolMaxBytes'] : undefined, 16_777_216],
  ];
  return divided
    .filter(([, most, least]) => most !== undefined && most < workers * least)
    .map(
      ([key, most = 0, least]) =>
        `WORKERS ${workers} is too many for ${SETTINGS[key].env} ${most}, which is divided among them: ` +
        `each needs ${least}, so that it must be ${workers * least} at least`,
    );
}
