import { z } from 'zod';
import {
  ALGORITHMS,
  LIMITS_OF_CALLERS,
  patientMap,
  PATIENT_BINDINGS,
  restriction,
} from './auth/configured';
import { RELEASES } from './fhir/releases';
import { DIALECT_NAMES, ROW_SOURCES } from './pacs/dialects';

/** One setting: its place in `config/*`, its environment variable, what it may be, and what it means. */
export interface SettingRow {
  readonly env: string;
  readonly schema: z.ZodType;
  /** The form wanted, with an example; ends the message of a wrong value. */
  readonly form: string;
  readonly meaning: string;
  /** Read from the file that `…_FILE` names, too, and never printed. */
  readonly secret?: true;
  /**
   * Whether a running gateway takes a new value on SIGHUP. Only what is read anew at each use may say so: all else
   * is built into parts that hold connections, caches or promises to clients, and is named as needing a restart.
   */
  readonly reload?: true;
}

const text = z.string().trim().min(1);
const httpUrl = text.refine(isHttpUrl).transform((url) => url.replace(/\/+$/, ''));
const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((value) => value === 'true'),
]);
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = z.union([z.array(text), text.transform((value) => value.split(',').map(trim))]);
const systems = z.union([
  z.record(z.string(), text),
  z.string().transform(parseJson).pipe(z.record(z.string(), text)),
]);

const json = <T extends z.ZodType>(schema: T) =>
  z.union([schema, z.string().transform(parseJson).pipe(schema)]);
const exactUrl = text.refine(isHttpUrl);

const milliseconds = (meaning: string, env: string) => ({
  env,
  schema: whole(1, 86_400_000),
  form: 'milliseconds, 1 to 86400000, for example 5000',
  meaning,
});
const number = (meaning: string, env: string, least: number, most: number) => ({
  env,
  schema: whole(least, most),
  form: `a whole number from ${least} to ${most}`,
  meaning,
});
const secret = (meaning: string, env: string) => ({
  env,
  schema: text.optional(),
  form: 'a text that is not empty',
  meaning,
  secret: true as const,
});

const reloaded = <T extends SettingRow>(row: T) => ({ ...row, reload: true as const });
const viewer = (meaning: string, env: string, example: string) => ({
  env,
  schema: text.refine(isViewerUrl).optional(),
  form:
    `an http, https or weasis URL that holds {study} and no token, and whose data source is no dicomjson or ` +
    `dicomwebproxy, for example ${example}`,
  meaning,
});

/** THE TABLE of settings, by their place in `config/*`. The README's table is tested against it. */
export const SETTINGS = {
  'pacs.url': {
    env: 'PACS_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example http://127.0.0.1:8042/dicom-web',
    meaning: 'DICOMweb root of the archive; required by `npm start`',
  },
  'pacs.dialect': {
    env: 'PACS_DIALECT',
    schema: z.enum(DIALECT_NAMES).optional(),
    form: `one of ${DIALECT_NAMES.join(', ')}`,
    meaning:
      '`orthanc`, `dcm4chee` or `generic`; unset: `generic`, unless the archive says that it is an Orthanc',
  },
  'pacs.rows': {
    env: 'PACS_ROWS',
    schema: z.enum(ROW_SOURCES).optional(),
    form: `one of ${ROW_SOURCES.join(', ')}`,
    meaning:
      'where series and instances of an Orthanc are read: `qido`: as of any other archive; `files`: its files, the same studies; ' +
      '`index`: its index and one file a series, in some 60 % of the time, without the titles of other images; ' +
      'unset: `files` where its QIDO-RS leaves sequences out, else `qido`',
  },
  'pacs.username': reloaded(secret('user name at the archive (HTTP Basic)', 'PACS_USERNAME')),
  'pacs.password': reloaded(secret('password at the archive', 'PACS_PASSWORD')),
  'pacs.token': reloaded(
    secret('bearer token at the archive, instead of name and password', 'PACS_TOKEN'),
  ),
  'pacs.oauthTokenUrl': {
    env: 'PACS_OAUTH_TOKEN_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://auth.example.org/token',
    meaning:
      'token endpoint at which the gateway gets its own tokens for the archive (OAuth 2.0 client credentials), instead of name and password',
  },
  'pacs.oauthClientId': {
    env: 'PACS_OAUTH_CLIENT_ID',
    schema: text.optional(),
    form: 'a text that is not empty',
    meaning: 'the gateway’s own name at that endpoint',
  },
  'pacs.oauthClientSecret': reloaded(
    secret('the gateway’s own secret at that endpoint', 'PACS_OAUTH_CLIENT_SECRET'),
  ),
  'pacs.oauthScope': {
    env: 'PACS_OAUTH_SCOPE',
    schema: text.optional(),
    form: 'scopes separated by spaces, for example dicomweb.read',
    meaning: 'scope that is asked for there; unset: none',
  },
  'pacs.oauthEarlyMs': milliseconds(
    'how long before its end a token for the archive is renewed',
    'PACS_OAUTH_EARLY_MS',
  ),
  'pacs.retries': number(
    'how often a call of which nothing came (refused, reset, 500, 502) is made again',
    'PACS_RETRIES',
    0,
    5,
  ),
  'pacs.maxWaitMs': number(
    'longest `Retry-After` of the archive that a call waits out, in milliseconds; a longer one is passed on',
    'PACS_MAX_WAIT_MS',
    0,
    60_000,
  ),
  'pacs.breakerConsecutive': number(
    'failed calls in a row after which the archive is left alone; each worker counts its own',
    'PACS_BREAKER_CONSECUTIVE',
    1,
    10_000,
  ),
  'pacs.breakerFailures': number(
    'failed calls among the last `PACS_BREAKER_WINDOW` after which the archive is left alone; each worker counts its own',
    'PACS_BREAKER_FAILURES',
    1,
    10_000,
  ),
  'pacs.breakerWindow': number(
    'calls among which failures are counted',
    'PACS_BREAKER_WINDOW',
    1,
    10_000,
  ),
  'pacs.breakerOpenMs': milliseconds(
    'how long the archive is left alone before one call tries it again',
    'PACS_BREAKER_OPEN_MS',
  ),
  'pacs.concurrency': number(
    'calls to the archive under way at once; divided among `WORKERS`',
    'PACS_CONCURRENCY',
    1,
    64,
  ),
  'pacs.queue': number(
    'calls, small and large each, that may wait for their turn; divided among `WORKERS`',
    'PACS_QUEUE',
    0,
    10_000,
  ),
  'pacs.queueMs': milliseconds(
    'how long a search may wait for its turn among those of other callers; then it is answered 503 with Retry-After',
    'PACS_QUEUE_MS',
  ),
  'pacs.streams': number(
    'transfers (WADO-RS) from the archive under way at once; divided among `WORKERS`',
    'PACS_STREAMS',
    1,
    256,
  ),
  'pacs.streamQueue': number(
    'transfers that may wait for their turn; divided among `WORKERS`',
    'PACS_STREAM_QUEUE',
    0,
    10_000,
  ),
  'pacs.firstByteTimeoutMs': milliseconds(
    'deadline until a transfer begins',
    'PACS_FIRST_BYTE_TIMEOUT_MS',
  ),
  'pacs.idleTimeoutMs': milliseconds(
    'longest silence of the archive within a transfer',
    'PACS_IDLE_TIMEOUT_MS',
  ),
  'pacs.connectTimeoutMs': milliseconds(
    'deadline of a connection to the archive',
    'PACS_CONNECT_TIMEOUT_MS',
  ),
  'pacs.searchTimeoutMs': milliseconds(
    'deadline of a whole search answer, calls that are made again included',
    'PACS_SEARCH_TIMEOUT_MS',
  ),
  'pacs.searchFirstByteMs': milliseconds(
    'deadline until a search answer begins',
    'PACS_SEARCH_FIRST_BYTE_MS',
  ),
  'pacs.maxAnswerBytes': number(
    'bytes of one archive answer, decompressed, at most',
    'PACS_MAX_ANSWER_BYTES',
    1024,
    1_073_741_824,
  ),
  publicBaseUrl: {
    env: 'PUBLIC_BASE_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL without query, for example https://fhir.example.org/imaging',
    meaning:
      'URL at which clients reach the gateway; every link is built from it. Default `http://HOST:PORT`',
  },
  host: {
    env: 'HOST',
    schema: text,
    form: 'a host name or address, for example 127.0.0.1',
    meaning: 'address to listen on',
  },
  port: number('port to listen on; 0 takes a free one', 'PORT', 0, 65_535),
  'wado.mode': {
    env: 'WADO_MODE',
    schema: z.enum(['proxy', 'direct']),
    form: 'proxy or direct',
    meaning:
      '`proxy`: WADO-RS URLs lead through the gateway, to its own `/dicom-web`; `direct`: to `WADO_BASE_URL`, and there is no `/dicom-web`',
  },
  'wado.baseUrl': {
    env: 'WADO_BASE_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://pacs.example.org/dicom-web',
    meaning:
      'DICOMweb root in the WADO-RS URLs that clients get in mode `direct`. Default `PACS_URL`',
  },
  'dicomWeb.defaultRows': reloaded(
    number(
      'rows of a QIDO-RS query across studies that names no limit',
      'QIDO_DEFAULT_LIMIT',
      1,
      10_000,
    ),
  ),
  'dicomWeb.maxRows': reloaded(
    number('rows of a QIDO-RS query across studies at most', 'QIDO_MAX_LIMIT', 1, 10_000),
  ),
  'dicomWeb.warmingRetryAfter': number(
    'seconds after which a client may ask again for a study that the archive is fetching from slow storage',
    'WARMING_RETRY_AFTER',
    1,
    86_400,
  ),
  'dicomWeb.stalledClientMs': reloaded(
    milliseconds(
      'how long a client may not read before its transfer is ended',
      'STALLED_CLIENT_MS',
    ),
  ),
  'render.memoryMs': milliseconds(
    'how long it is remembered that the archive cannot render an instance',
    'RENDER_MEMORY_MS',
  ),
  'render.maxBytes': number(
    'bytes of a file that the gateway renders itself, where the archive cannot; 0 renders none',
    'RENDER_MAX_BYTES',
    0,
    1_073_741_824,
  ),
  'render.timeoutMs': milliseconds('deadline of one rendering', 'RENDER_TIMEOUT_MS'),
  defaultFhirRelease: {
    env: 'DEFAULT_FHIR_RELEASE',
    schema: z.enum(Object.keys(RELEASES) as [keyof typeof RELEASES]),
    form: `one of ${Object.keys(RELEASES).join(', ')}`,
    meaning: 'release that `/fhir` answers in when a request names none',
  },
  endpointAs: {
    env: 'ENDPOINT_AS',
    schema: z.enum(['reference', 'contained']),
    form: 'reference or contained',
    meaning:
      'whether studies of STU3 and later refer to the served Endpoint or contain a copy of it',
  },
  pagingKey: secret(
    'signs page links; the same in every replica. Unset: made anew at each start, one for all `WORKERS`',
    'PAGING_KEY',
  ),
  archiveTimeZone: {
    env: 'ARCHIVE_TIME_ZONE',
    schema: text.refine(isTimeZone).optional(),
    form: 'an IANA time zone, for example Europe/Vienna',
    meaning: 'zone of times that come without an offset; unset: they are given as dates',
  },
  issuers: {
    env: 'ISSUERS',
    schema: systems,
    form: 'a JSON object of issuer to system URI, for example {"HOSP-A":"urn:oid:1.2.3"}',
    meaning:
      'system URI of each Issuer of Patient ID or of accession numbers; `""` stands for identifiers without issuer',
  },
  patientIdKey: secret('makes Patient ids opaque; the same in every replica', 'PATIENT_ID_KEY'),
  'auth.mode': {
    env: 'AUTH_MODE',
    schema: z.enum(['none', 'jwt', 'introspection']),
    form: 'none, jwt or introspection',
    meaning:
      '`none`: whoever reaches the port may see everything; `jwt`: access tokens are JWTs, checked against the keys of their issuer; `introspection`: the authorisation server is asked about each (RFC 7662)',
  },
  'auth.allowInsecure': {
    env: 'ALLOW_INSECURE',
    schema: flag,
    form: 'true or false',
    meaning: 'listen beyond loopback although `AUTH_MODE` is `none`',
  },
  'auth.issuer': {
    env: 'AUTH_ISSUER',
    schema: exactUrl.optional(),
    form: 'an http or https URL as the tokens have it, for example https://auth.example.org/realms/main',
    meaning: 'issuer of access tokens, to the letter; required by `jwt`',
  },
  'auth.audience': {
    env: 'AUTH_AUDIENCE',
    schema: list.optional(),
    form: 'audiences separated by commas, for example https://imaging.example.org/fhir',
    meaning:
      'whom access tokens must be for, one of these; required by `jwt`. With `introspection` unset: not checked',
  },
  'auth.algorithms': {
    env: 'AUTH_ALGORITHMS',
    schema: list.pipe(z.array(z.enum(ALGORITHMS)).min(1)),
    form: `some of ${ALGORITHMS.join(', ')}, separated by commas`,
    meaning: 'signature algorithms that JWTs may have; `none` and those of shared keys never may',
  },
  'auth.tokenTypes': {
    env: 'AUTH_TOKEN_TYPES',
    schema: list,
    form: 'types separated by commas, for example at+jwt,JWT',
    meaning: 'values that `typ` of a JWT may have; `absent` for JWTs without',
  },
  'auth.clockSkewMs': number(
    'milliseconds that the clocks of issuer and gateway may differ',
    'AUTH_CLOCK_SKEW_MS',
    0,
    300_000,
  ),
  'auth.jwksUrl': {
    env: 'AUTH_JWKS_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://auth.example.org/jwks',
    meaning: 'where the issuer publishes its keys; unset: where its `.well-known` document says',
  },
  'auth.jwksCacheMs': milliseconds(
    'how long the keys and the `.well-known` document of the issuer are believed',
    'AUTH_JWKS_CACHE_MS',
  ),
  'auth.jwksCooldownMs': milliseconds(
    'how soon after keys were read an unknown key has them read again',
    'AUTH_JWKS_COOLDOWN_MS',
  ),
  'auth.jwtCacheMs': number(
    'milliseconds that a JWT which was found good is believed, never beyond its end; 0 checks its signature at every request',
    'AUTH_JWT_CACHE_MS',
    0,
    60_000,
  ),
  'auth.introspectionUrl': {
    env: 'AUTH_INTROSPECTION_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://auth.example.org/introspect',
    meaning: 'introspection endpoint (RFC 7662); required by `introspection`',
  },
  'auth.introspectionCacheMs': number(
    'milliseconds that an introspection is believed, never beyond the end of the token',
    'AUTH_INTROSPECTION_CACHE_MS',
    1,
    60_000,
  ),
  'auth.clientId': {
    env: 'AUTH_CLIENT_ID',
    schema: text.optional(),
    form: 'a text that is not empty',
    meaning: 'the gateway’s own name at the introspection endpoint (HTTP Basic)',
  },
  'auth.clientSecret': reloaded(
    secret('the gateway’s own secret at the introspection endpoint', 'AUTH_CLIENT_SECRET'),
  ),
  'auth.patientClaim': {
    env: 'AUTH_PATIENT_CLAIM',
    schema: text,
    form: 'the name of a claim, for example patient',
    meaning: 'claim of a token that names its patient',
  },
  'auth.authorizationUrl': {
    env: 'AUTH_AUTHORIZATION_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://auth.example.org/authorize',
    meaning:
      'authorisation endpoint told in `smart-configuration`; unset: what the issuer publishes',
  },
  'auth.tokenUrl': {
    env: 'AUTH_TOKEN_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://auth.example.org/token',
    meaning: 'token endpoint told in `smart-configuration`; unset: what the issuer publishes',
  },
  'auth.smartCapabilities': {
    env: 'SMART_CAPABILITIES',
    schema: list.optional(),
    form: 'capabilities separated by commas, for example launch-ehr,client-public',
    meaning:
      'SMART capabilities of the authorisation server; unset: what it publishes, or what its endpoints show. The gateway adds its own',
  },
  'auth.timeoutMs': milliseconds(
    'deadline of a whole answer of the authorisation server or the EHR',
    'AUTH_TIMEOUT_MS',
  ),
  'auth.maxAnswerBytes': number(
    'bytes of such an answer, decompressed, at most',
    'AUTH_MAX_ANSWER_BYTES',
    1024,
    67_108_864,
  ),
  'auth.ownershipMs': milliseconds(
    'how long it is believed whose a study is, when its images are asked for',
    'AUTH_OWNERSHIP_MS',
  ),
  'auth.patientBinding': {
    env: 'PATIENT_BINDING',
    schema: z.enum(PATIENT_BINDINGS).optional(),
    form: `one of ${PATIENT_BINDINGS.join(', ')}`,
    meaning:
      'what the patient of a token is: `gateway-id`: a Patient id of the gateway; `map`: a key of `PATIENT_MAP`; `fhir`: a Patient of the EHR, whose identifiers are read there. Unset: tokens for a patient are refused',
  },
  'auth.patientMap': {
    env: 'PATIENT_MAP',
    schema: json(patientMap),
    form: 'a JSON object of patient to identifiers, for example {"42":[{"system":"urn:oid:1.2.3","value":"P1"}]}',
    meaning: 'identifiers of the patients that tokens name, for `PATIENT_BINDING=map`',
    secret: true,
    reload: true,
  },
  'ehr.fhirUrl': {
    env: 'EHR_FHIR_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://ehr.example.org/fhir',
    meaning: 'FHIR base URL of the EHR, for `PATIENT_BINDING=fhir`',
  },
  'ehr.token': reloaded(secret('the gateway’s own bearer token at the EHR', 'EHR_FHIR_TOKEN')),
  'ehr.forwardToken': {
    env: 'EHR_FORWARD_TOKEN',
    schema: flag,
    form: 'true or false',
    meaning: 'reads the EHR’s Patient with the caller’s token instead of `EHR_FHIR_TOKEN`',
  },
  'ehr.mrnSystems': {
    env: 'EHR_MRN_SYSTEMS',
    schema: list.optional(),
    form: 'systems separated by commas, for example urn:oid:1.2.3',
    meaning:
      'systems of the EHR’s identifiers that are Patient IDs of the archive; unset: those of `EHR_MRN_TYPE`',
  },
  'ehr.mrnType': {
    env: 'EHR_MRN_TYPE',
    schema: text,
    form: 'a code of HL7 table 0203, for example MR',
    meaning: 'type of the EHR’s identifiers that are Patient IDs of the archive (HL7 table 0203)',
  },
  'ehr.patientCacheMs': milliseconds(
    'how long identifiers of the EHR are believed',
    'EHR_PATIENT_CACHE_MS',
  ),
  'auth.restrictedStudies': {
    env: 'RESTRICTED_STUDIES',
    schema: json(z.array(restriction).readonly()),
    form:
      'a JSON list of rules, for example [{"studies":["1.2.3"]},' +
      '{"attribute":"ConfidentialityCode","values":["VIP"],"untold":"show","allow":["user","system"]}]',
    meaning:
      'studies that are not there for callers whose class (`anonymous`, `patient`, `user`, `system`) no `allow` of the rule names: by UID, or by an attribute of the study row (`ConfidentialityCode`, `RetrieveAETitle`, `InstitutionName`, `InstitutionalDepartmentName`). `untold`: `hide` (default) or `show` those of which the archive does not tell it',
    secret: true,
    reload: true,
  },
  'capability.urls': {
    env: 'CAPABILITY_URLS',
    schema: flag,
    form: 'true or false',
    meaning:
      'Endpoint addresses are capability URLs: each opens one study to one caller for a while',
  },
  'capability.keys': {
    env: 'CAPABILITY_KEYS',
    schema: list.pipe(z.array(z.string().min(32))).optional(),
    form: 'secrets of 32 characters or more, separated by commas',
    meaning:
      'seal capability URLs; the first seals, all of them open. The same in every replica; required by `CAPABILITY_URLS`',
    secret: true,
    reload: true,
  },
  'capability.ttlMs': milliseconds('how long a capability URL opens', 'CAPABILITY_TTL_MS'),
  'capability.requiresToken': {
    env: 'CAPABILITY_REQUIRES_TOKEN',
    schema: flag,
    form: 'true or false',
    meaning: 'whether a capability URL opens only together with the caller’s token',
  },
  'limits.searchesPerMinute': {
    env: 'RATE_LIMIT_SEARCHES',
    schema: whole(0, 1_000_000).optional(),
    form: 'a whole number from 0 to 1000000',
    meaning: `searches a minute for each caller, over all \`WORKERS\`; 0 for no limit. Default ${LIMITS_OF_CALLERS.searchesPerMinute}, and none where \`AUTH_MODE\` is \`none\`: one address may be many people`,
    reload: true,
  },
  'limits.streams': {
    env: 'STREAMS_PER_CALLER',
    schema: whole(0, 10_000).optional(),
    form: 'a whole number from 0 to 10000',
    meaning: `retrievals under way at once for each caller, over all \`WORKERS\`; 0 for no limit. Default ${LIMITS_OF_CALLERS.streams}, and none where \`AUTH_MODE\` is \`none\``,
    reload: true,
  },
  'audit.file': {
    env: 'AUDIT_FILE',
    schema: text.optional(),
    form: 'the path of a file in a folder that exists, for example /var/log/gateway/audit.ndjson',
    meaning:
      'file of AuditEvents (IHE BALP, FHIR R4, NDJSON), appended to; unset: none. Renaming it starts a new one. Of several `WORKERS` the second writes `audit.worker-2.ndjson`, and so on',
  },
  'audit.fhirUrl': {
    env: 'AUDIT_FHIR_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://audit.example.org/fhir',
    meaning: 'FHIR R4 base URL of the server that AuditEvents are created at; unset: none',
  },
  'audit.fhirToken': reloaded(secret('bearer token at the audit server', 'AUDIT_FHIR_TOKEN')),
  'audit.fhirTimeoutMs': milliseconds(
    'deadline of a whole answer of the audit server',
    'AUDIT_FHIR_TIMEOUT_MS',
  ),
  'audit.retryMaxMs': milliseconds(
    'longest pause before the audit server is tried again',
    'AUDIT_RETRY_MAX_MS',
  ),
  'audit.spoolDir': {
    env: 'AUDIT_SPOOL_DIR',
    schema: text,
    form: 'the path of a folder on a disk that lasts, for example /var/lib/gateway/audit-spool',
    meaning:
      'folder of what the audit server has not got yet; one for each gateway (of several `WORKERS` the second uses `worker-2` in it, and so on). Made and used with `AUDIT_FHIR_URL` only',
  },
  'audit.spoolMaxBytes': number(
    'bytes of audit records that may wait for the audit server at most; divided among `WORKERS`',
    'AUDIT_SPOOL_MAX_BYTES',
    16_777_216,
    2 ** 40,
  ),
  'audit.fail': {
    env: 'AUDIT_FAIL',
    schema: z.enum(['closed', 'open']),
    form: 'closed or open',
    meaning:
      '`closed`: a request whose audit record cannot be kept is refused (503); `open`: it is answered, and the gap counted and logged',
  },
  'audit.source': {
    env: 'AUDIT_SOURCE',
    schema: text.optional(),
    form: 'a text that is not empty, for example Radiology North',
    meaning:
      'name of the recording system in AuditEvents. Default: the URL at which clients reach it',
  },
  'page.ohifUrl': viewer(
    'OHIF viewer that the page opens a study in, `{study}` standing for its UID; it reads the studies by its own data source and credential. Unset: no link',
    'VIEWER_OHIF_URL',
    'https://viewer.example.org/viewer?StudyInstanceUIDs={study}',
  ),
  'page.weasisUrl': viewer(
    'the same for Weasis; its own settings say where it reads the studies',
    'VIEWER_WEASIS_URL',
    'weasis://?$dicom:rs%20--url%20%22https://imaging.example.org/dicom-web%22%20-r%20%22studyUID={study}%22',
  ),
  'page.clientId': {
    env: 'PAGE_CLIENT_ID',
    schema: text.optional(),
    form: 'a text that is not empty',
    meaning:
      'the page at `/` as a public client of the authorisation server (SMART standalone launch with PKCE; its redirect URI is the URL of the page). Unset: the page takes a pasted token',
  },
  'page.scope': {
    env: 'PAGE_SCOPE',
    schema: text,
    form: 'scopes separated by spaces, for example user/ImagingStudy.rs',
    meaning: 'scopes that the page asks for when it launches',
  },
  'cors.origins': {
    env: 'CORS_ORIGINS',
    schema: list,
    form: 'origins separated by commas, for example https://app.example.org; `:*` for any port, * for all',
    meaning: 'origins whose pages may read answers',
    reload: true,
  },
  'log.level': {
    env: 'LOG_LEVEL',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    form: 'one of fatal, error, warn, info, debug, trace, silent',
    meaning: 'least severity that is logged',
    reload: true,
  },
  'search.defaultCount': reloaded(
    number('studies a page when `_count` is not given', 'SEARCH_DEFAULT_COUNT', 1, 1000),
  ),
  'search.maxCount': reloaded(number('studies a page at most', 'SEARCH_MAX_COUNT', 1, 1000)),
  'search.windowRows': reloaded(
    number(
      'study rows read at once; a result within them is sorted and counted',
      'SEARCH_WINDOW_ROWS',
      2,
      5000,
    ),
  ),
  'search.scannedRows': reloaded(
    number(
      'study rows read for one answer at most, to sort or to filter',
      'SEARCH_SCANNED_ROWS',
      2,
      100_000,
    ),
  ),
  'search.belowRows': reloaded(
    number(
      'series or instance rows that a search below the study may list',
      'SEARCH_BELOW_ROWS',
      2,
      100_000,
    ),
  ),
  'search.refuseBroad': {
    env: 'SEARCH_REFUSE_BROAD',
    schema: flag,
    form: 'true or false',
    meaning:
      'refuse a search of studies that names no patient, study, identifier or closed range of dates and would read the whole archive',
    reload: true,
  },
  'search.explain': {
    env: 'SEARCH_EXPLAIN',
    schema: flag.optional(),
    form: 'true or false',
    meaning:
      'answer `$explain` and `_explain`, which tell what is asked of the archive. Default: on loopback only',
    reload: true,
  },
  'search.pageInstances': reloaded(
    number('instances a page at most', 'SEARCH_PAGE_INSTANCES', 1, 100_000),
  ),
  'search.pageSeries': reloaded(number('series a page at most', 'SEARCH_PAGE_SERIES', 1, 100_000)),
  'cache.maxBytes': number(
    'bytes of archive rows kept in memory; 0 keeps none. Divided among `WORKERS`',
    'CACHE_MAX_BYTES',
    0,
    2 ** 36,
  ),
  'cache.answerBytes': number(
    'bytes of finished answers kept in memory, in all codings; 0 keeps none, as CACHE_MAX_BYTES=0 does. Divided among `WORKERS`',
    'CACHE_ANSWER_BYTES',
    0,
    2 ** 36,
  ),
  'cache.studyRowsMs': milliseconds('how long study rows are believed', 'CACHE_STUDY_ROWS_MS'),
  'cache.detailMs': milliseconds(
    'how long series and instances are kept while the study row stays the same',
    'CACHE_DETAIL_MS',
  ),
  'cache.staleIfErrorMs': number(
    'how much older study rows may be answered, marked as old, while the archive fails, in milliseconds; 0: never. Only to callers who may see every study',
    'STALE_IF_ERROR_MS',
    0,
    86_400_000,
  ),
  'cache.changesPollMs': number(
    'pause between two looks at what changed in the archive, in milliseconds: what did is forgotten at once; each worker looks for itself. Orthanc keeps a log; dcm4chee is asked for all its studies, as long as that takes it 1.5 s at most. 0: never. Only where CACHE_STUDY_ROWS_MS or CACHE_DETAIL_MS is above its default, which then may be long',
    'CHANGES_POLL_MS',
    0,
    3_600_000,
  ),
  'redis.url': {
    env: 'REDIS_URL',
    schema: text.refine(isRedisUrl).optional(),
    form: 'a redis or rediss URL, for example rediss://user:password@redis.example.org:6379/0',
    meaning:
      'Redis whose cache all replicas share; needs REDIS_KEY. Unset: each replica has its memory only',
    secret: true,
  },
  'redis.keys': {
    env: 'REDIS_KEY',
    schema: list.pipe(z.array(z.string().min(32)).min(1)).optional(),
    form: 'secrets of 32 characters or more, separated by commas',
    meaning:
      'encrypt what is in Redis; the first encrypts, all of them decrypt. The same in every replica; required by `REDIS_URL`',
    secret: true,
  },
  'redis.timeoutMs': number(
    'milliseconds that one command to Redis may take; then it is as if Redis held nothing',
    'REDIS_TIMEOUT_MS',
    1,
    10_000,
  ),
  'redis.maxValueBytes': number(
    'bytes of one value in Redis, compressed, at most; larger ones are not shared',
    'REDIS_MAX_VALUE_BYTES',
    1024,
    67_108_864,
  ),
  adminToken: {
    env: 'ADMIN_TOKEN',
    schema: z.string().trim().min(32).optional(),
    form: 'a secret of 32 characters or more',
    meaning:
      'bearer token of `POST /admin/cache/invalidate`, where there is nothing without it, and of `/doctor`',
    secret: true,
    reload: true,
  },
  'workers.count': number(
    'processes that answer, on one port. 1: no more than the one. Limits of the archive and of memory are divided ' +
      'among them, limits of callers counted over all of them. Each keeps its own memory of the archive',
    'WORKERS',
    1,
    64,
  ),
  'workers.restartMs': milliseconds(
    'least time between two starts of a worker that ends',
    'WORKER_RESTART_MS',
  ),
  metricsToken: {
    env: 'METRICS_TOKEN',
    schema: z.string().trim().min(32).optional(),
    form: 'a secret of 32 characters or more',
    meaning:
      'bearer token of `/metrics` (Prometheus) and `/status`; unset: there is nothing at these paths, and nothing is counted',
    secret: true,
  },
  'doctor.timeoutMs': milliseconds(
    'how long an examination of the archive (`doctor`, `/doctor`) may take',
    'DOCTOR_TIMEOUT_MS',
  ),
  'doctor.keepMs': milliseconds(
    'how long `/doctor` shows the same report instead of asking the archive again',
    'DOCTOR_KEEP_MS',
  ),
  'server.keepAliveMs': milliseconds(
    'how long an idle client connection stays open',
    'SERVER_KEEP_ALIVE_MS',
  ),
  'server.requestTimeoutMs': milliseconds(
    'how long a client may take to send a request',
    'SERVER_REQUEST_TIMEOUT_MS',
  ),
  'server.maxBodyBytes': number(
    'bytes of a posted search at most',
    'SERVER_MAX_BODY_BYTES',
    256,
    1_048_576,
  ),
  'server.shutdownMs': milliseconds(
    'how long running requests may take at shutdown',
    'SERVER_SHUTDOWN_MS',
  ),
  'health.port': {
    env: 'HEALTH_PORT',
    schema: whole(0, 65_535).optional(),
    form: 'a port, 0 (any free one) to 65535, for example 8081',
    meaning:
      'port of its own for /health/live, which answers in time also while the process is busy; with several workers it tells of the process that keeps them. Unset: only PORT answers it',
  },
  'health.stalledMs': milliseconds(
    'how long the process may be too busy to do anything before HEALTH_PORT calls it stalled (status 503)',
    'HEALTH_STALLED_MS',
  ),
} as const satisfies Record<string, SettingRow>;

/** Whether only this machine reaches an address to listen on. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash, username } = new URL(value);
  return /^https?:$/.test(protocol) && search + hash + username === '';
}

function isRedisUrl(value: string): boolean {
  return URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol);
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function trim(value: string): string {
  return value.trim();
}

/**
 * A template of a viewer's URL. A token in it would be in every history and log on its way, and the data sources
 * `dicomjson` and `dicomwebproxy` of OHIF load whatever another address tells them to.
 */
function isViewerUrl(value: string): boolean {
  const refused =
    /[?&#](access_token|token|dicomjson|dicomwebproxy)\b|\/(dicomjson|dicomwebproxy)\b|:\/\/[^/]*@/i;
  return /^(https?|weasis):\/\//.test(value) && value.includes('{study}') && !refused.test(value);
}
