import type { Settings } from '../config';
import type { DicomWebLimits } from '../http/dicomweb/services';
import type { AuditSettings } from '../observe/audit/audit';
import type { SearchLimits } from '../study/search';

/*
 * The settings of each part, out of the settings of the whole.
 */

/** The settings of a gateway that has an archive. */
export type GatewaySettings = Settings & { readonly 'pacs.url': string };

export function archiveSettings(settings: GatewaySettings) {
  const { 'pacs.username': username, 'pacs.password': password, 'pacs.token': token } = settings;
  return {
    url: settings['pacs.url'],
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(token !== undefined && { token }),
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
    clientSecret: settings['pacs.oauthClientSecret'] ?? '',
    scope: settings['pacs.oauthScope'],
    earlyMs: settings['pacs.oauthEarlyMs'],
    timeoutMs: settings['auth.timeoutMs'],
  };
}

export function auditSettings(settings: Settings): AuditSettings {
  return {
    file: settings['audit.file'],
    fhirUrl: settings['audit.fhirUrl'],
    fhirToken: settings['audit.fhirToken'],
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
  return {
    defaultRows: settings['dicomWeb.defaultRows'],
    maxRows: settings['dicomWeb.maxRows'],
    scannedRows: settings['search.scannedRows'],
    warmingRetryAfter: settings['dicomWeb.warmingRetryAfter'],
    stalledClientMs: settings['dicomWeb.stalledClientMs'],
    renderMemoryMs: settings['render.memoryMs'],
    maxMetadataBytes: settings['pacs.maxAnswerBytes'],
  };
}

export function searchLimits(settings: Settings): SearchLimits {
  return {
    windowRows: settings['search.windowRows'],
    scannedRows: settings['search.scannedRows'],
    belowRows: settings['search.belowRows'],
    pageInstances: settings['search.pageInstances'],
    pageSeries: settings['search.pageSeries'],
  };
}
