import { z } from 'zod';
import { RELEASES } from './fhir/releases';
import { DIALECT_NAMES } from './pacs/dialects';

/** One setting: its place in `config/*`, its environment variable, what it may be, and what it means. */
export interface SettingRow {
  readonly env: string;
  readonly schema: z.ZodType;
  /** The form wanted, with an example; ends the message of a wrong value. */
  readonly form: string;
  readonly meaning: string;
  /** Read from the file that `…_FILE` names, too, and never printed. */
  readonly secret?: true;
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
  'pacs.username': secret('user name at the archive (HTTP Basic)', 'PACS_USERNAME'),
  'pacs.password': secret('password at the archive', 'PACS_PASSWORD'),
  'pacs.token': secret('bearer token at the archive, instead of name and password', 'PACS_TOKEN'),
  'pacs.concurrency': number('calls to the archive under way at once', 'PACS_CONCURRENCY', 1, 64),
  'pacs.queue': number('calls that may wait for their turn', 'PACS_QUEUE', 0, 10_000),
  'pacs.connectTimeoutMs': milliseconds(
    'deadline of a connection to the archive',
    'PACS_CONNECT_TIMEOUT_MS',
  ),
  'pacs.searchTimeoutMs': milliseconds(
    'deadline of a whole search answer',
    'PACS_SEARCH_TIMEOUT_MS',
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
    schema: z.literal('direct'),
    form: 'direct',
    meaning: '`direct`: WADO-RS URLs lead to `WADO_BASE_URL`',
  },
  'wado.baseUrl': {
    env: 'WADO_BASE_URL',
    schema: httpUrl.optional(),
    form: 'an http or https URL, for example https://pacs.example.org/dicom-web',
    meaning: 'DICOMweb root in the WADO-RS URLs that clients get. Default `PACS_URL`',
  },
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
    'signs page links; the same in every replica. Unset: made anew at each start',
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
    schema: z.literal('none'),
    form: 'none',
    meaning: '`none`: whoever reaches the port may see everything',
  },
  'auth.allowInsecure': {
    env: 'ALLOW_INSECURE',
    schema: flag,
    form: 'true or false',
    meaning: 'listen beyond loopback although `AUTH_MODE` is `none`',
  },
  'cors.origins': {
    env: 'CORS_ORIGINS',
    schema: list,
    form: 'origins separated by commas, for example https://app.example.org; `:*` for any port, * for all',
    meaning: 'origins whose pages may read answers',
  },
  'log.level': {
    env: 'LOG_LEVEL',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    form: 'one of fatal, error, warn, info, debug, trace, silent',
    meaning: 'least severity that is logged',
  },
  'search.defaultCount': number(
    'studies a page when `_count` is not given',
    'SEARCH_DEFAULT_COUNT',
    1,
    1000,
  ),
  'search.maxCount': number('studies a page at most', 'SEARCH_MAX_COUNT', 1, 1000),
  'search.windowRows': number(
    'study rows read at once; a result within them is sorted and counted',
    'SEARCH_WINDOW_ROWS',
    2,
    5000,
  ),
  'search.scannedRows': number(
    'study rows read for one answer at most, to sort or to filter',
    'SEARCH_SCANNED_ROWS',
    2,
    100_000,
  ),
  'search.belowRows': number(
    'series or instance rows that a search below the study may list',
    'SEARCH_BELOW_ROWS',
    2,
    100_000,
  ),
  'search.pageInstances': number('instances a page at most', 'SEARCH_PAGE_INSTANCES', 1, 100_000),
  'search.pageSeries': number('series a page at most', 'SEARCH_PAGE_SERIES', 1, 100_000),
  'cache.maxBytes': number(
    'bytes of archive rows kept in memory; 0 keeps none',
    'CACHE_MAX_BYTES',
    0,
    2 ** 36,
  ),
  'cache.studyRowsMs': milliseconds('how long study rows are believed', 'CACHE_STUDY_ROWS_MS'),
  'cache.detailMs': milliseconds(
    'how long series and instances are kept while the study row stays the same',
    'CACHE_DETAIL_MS',
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
} as const satisfies Record<string, SettingRow>;

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash, username } = new URL(value);
  return /^https?:$/.test(protocol) && search + hash + username === '';
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
