import type { Settings } from '../config';
import type { DicomWebLimits } from '../http/dicomweb/services';
import type { AuditSettings } from '../observe/audit/audit';
import type { SearchLimits } from '../study/search';

/*
 * The settings of each part, out of the settings of the whole.
 */

/** The settings of a gateway that has an archive. */
export type GatewaySettings = Settings & { readonly 'pacs.url': string };

/**
 * Settings under other names, read at each use, so that a reload reaches whoever holds the object.
 *
 * @param names the key of the setting by each name
 */
function readLate<N extends Readonly<Record<string, keyof Settings>>>(
  settings: Settings,
  names: N,
): { readonly [K in keyof N]: Settings[N[K]] } {
  const late = {} as { [K in keyof N]: Settings[N[K]] };
  for (const [name, key] of Object.entries(names)) {
    Object.defineProperty(late, name, { get: () => settings[key], enumerable: true });
  }
  return late;
}

export function archiveSettings(settings: GatewaySettings) {
  return {
    url: settings['pacs.url'],
    fixed: readLate(settings, {
      username: 'pacs.username',
      password: 'pacs.password',
      token: 'pacs.token',
    }),
    oauth: oauthSettings(settings),
    retries: settings['pacs.retries'],
    maxWaitMs: settings['pacs.maxWaitMs'],
    breaker: {
      consecutive: settings['pacs.breakerConsecutive'],
      failures: settings['pacs.breakerFailures'],
      window: settings['pacs.breakerWindow'],
      openMs: settings['pacs.breakerOpenMs'],
    },
    concurrency: settings['pacs.concurrency'],
    queue: settings['pacs.queue'],
    queueMs: settings['pacs.queueMs'],
    connectTimeoutMs: settings['pacs.connectTimeoutMs'],
    searchFirstByteMs: settings['pacs.searchFirstByteMs'],
    searchTimeoutMs: settings['pacs.searchTimeoutMs'],
    maxAnswerBytes: settings['pacs.maxAnswerBytes'],
  };
}

/** Client credentials, where all that they need is set. */
function oauthSettings(settings: GatewaySettings) {
  const { 'pacs.oauthTokenUrl': tokenUrl, 'pacs.oauthClientId': clientId } = settings;
  if (tokenUrl === undefined || clientId === undefined) return undefined;
  return {
    tokenUrl,
    clientId,
    get clientSecret() {
      return settings['pacs.oauthClientSecret'] ?? '';
    },
    scope: settings['pacs.oauthScope'],
    earlyMs: settings['pacs.oauthEarlyMs'],
    timeoutMs: settings['auth.timeoutMs'],
  };
}

export function auditSettings(settings: Settings): AuditSettings {
  return {
    file: settings['audit.file'],
    fhirUrl: settings['audit.fhirUrl'],
    get fhirToken() {
      return settings['audit.fhirToken'];
    },
    fhirTimeoutMs: settings['audit.fhirTimeoutMs'],
    retryMaxMs: settings['audit.retryMaxMs'],
    spoolDir: settings['audit.spoolDir'],
    spoolMaxBytes: settings['audit.spoolMaxBytes'],
    fail: settings['audit.fail'],
    source: settings['audit.source'],
  };
}

export function streamSettings(settings: GatewaySettings) {
  return {
    ...archiveSettings(settings),
    streams: settings['pacs.streams'],
    streamQueue: settings['pacs.streamQueue'],
    firstByteTimeoutMs: settings['pacs.firstByteTimeoutMs'],
    idleTimeoutMs: settings['pacs.idleTimeoutMs'],
  };
}

export function dicomWebLimits(settings: Settings): DicomWebLimits {
  return readLate(settings, {
    defaultRows: 'dicomWeb.defaultRows',
    maxRows: 'dicomWeb.maxRows',
    scannedRows: 'search.scannedRows',
    warmingRetryAfter: 'dicomWeb.warmingRetryAfter',
    stalledClientMs: 'dicomWeb.stalledClientMs',
    renderMemoryMs: 'render.memoryMs',
    maxMetadataBytes: 'pacs.maxAnswerBytes',
  });
}

export function searchLimits(settings: Settings): SearchLimits {
  return readLate(settings, {
    windowRows: 'search.windowRows',
    scannedRows: 'search.scannedRows',
    belowRows: 'search.belowRows',
    pageInstances: 'search.pageInstances',
    pageSeries: 'search.pageSeries',
  });
}
