import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import { dated } from './cache/dated';
import { cached } from './cache/memory';
import { Flights } from './cache/flights';
import type { Settings } from './config';
import { offsetInZone } from './dicom/zone';
import { createApp } from './http/app';
import type { Software } from './http/conformance';
import { createHandlers } from './http/handlers';
import { createLinkSigner } from './http/signing';
import { createMeter } from './http/timing';
import type { Logger } from './observe/log';
import { logProblems, logRequests } from './observe/requests';
import { createArchiveClient, type ArchiveClient } from './pacs/client';
import type { DialectName } from './pacs/dialects';
import { probeArchive, type ArchiveFacts } from './pacs/probe';
import { createArchiveSource } from './pacs/source';
import { findPatients } from './study/findPatients';
import { findStudies } from './study/findStudies';
import { opaquePatientIds, readablePatientIds, studyId } from './study/identity';
import { createIssuerSystems } from './study/issuers';
import type { WadoUrls } from './study/model';
import type { SearchLimits } from './study/search';
import type { Call } from './study/source';

/** A gateway that is put together but does not listen. */
export interface Gateway {
  readonly app: Express;
  /**
   * Asks the archive what it is, for the operator.
   * @throws Problem that says what is wrong and what to do
   */
  probe(): Promise<ArchiveFacts>;
  /** Makes `/health/ready` say that no more requests are wanted. */
  drain(): void;
  /** Drops the connections to the archive. */
  close(): void;
}

/** What the gateway is told beside its settings. */
export interface GatewayOptions {
  readonly settings: Settings & { readonly 'pacs.url': string };
  readonly software: Software;
  readonly logger: Logger;
  /** The URL clients reach it at, when the settings do not say. */
  readonly publicBaseUrl: () => string;
}

/** Puts the parts together; the only place that knows them all. */
export function createGateway({
  settings,
  software,
  logger,
  publicBaseUrl,
}: GatewayOptions): Gateway {
  const client = createArchiveClient(archiveSettings(settings));
  const facts = rememberFacts(client, settings['pacs.dialect']);
  const zone = settings.archiveTimeZone;
  const archive = createArchiveSource(client, facts, (date, time) =>
    zone === undefined ? undefined : offsetInZone(zone, date, time),
  );
  const source = cached(
    dated(archive, () => new Date()),
    {
      maxBytes: settings['cache.maxBytes'],
      studyRowsMs: settings['cache.studyRowsMs'],
      detailMs: settings['cache.detailMs'],
    },
  );
  const limits = searchLimits(settings);
  const patientIds =
    settings.patientIdKey === undefined
      ? readablePatientIds
      : opaquePatientIds(settings.patientIdKey);
  const issuers = createIssuerSystems(settings.issuers);
  const wadoRoot = settings['wado.baseUrl'] ?? settings['pacs.url'];
  let draining = false;
  const handlers = createHandlers({
    findStudies: (query, call) => findStudies(query, source, limits, call),
    findPatients: (query, call) => findPatients(query, source, limits, call),
    patientIds,
    search: {
      defaultCount: settings['search.defaultCount'],
      maxCount: settings['search.maxCount'],
      issuersOfSystem: (system) => issuers.issuersOf(system),
    },
    signer: createLinkSigner(settings.pagingKey ?? randomBytes(32).toString('hex')),
    render: {
      wado: wadoUrls(wadoRoot),
      endpoint: { id: 'wado-rs', name: 'DICOM WADO-RS', address: wadoRoot },
      endpointAs: settings.endpointAs,
      lastUpdated: ({ lastUpdated }) =>
        lastUpdated === undefined ? undefined : new Date(lastUpdated),
      studyId,
      patientId: (patient) => patientIds.encode(patient),
      identifierSystem: (issuer, of) => issuers.systemOf(issuer, of),
    },
  });
  const app = createApp(
    handlers,
    {
      publicBaseUrl: () => settings.publicBaseUrl ?? publicBaseUrl(),
      defaultRelease: settings.defaultFhirRelease,
      corsOrigins: settings['cors.origins'],
      maxBodyBytes: settings['server.maxBodyBytes'],
      software,
      draining: () => draining,
    },
    { request: logRequests(logger), problem: logProblems(logger) },
  );
  return {
    app,
    probe: () => facts({ signal: new AbortController().signal, meter: createMeter() }),
    drain: () => {
      draining = true;
    },
    close: () => client.close(),
  };
}

/** What the archive is, asked once; after a failure it is asked again. */
function rememberFacts(
  client: ArchiveClient,
  dialect: DialectName | undefined,
): (call: Call) => Promise<ArchiveFacts> {
  const flights = new Flights<ArchiveFacts>();
  let known: ArchiveFacts | undefined;
  return async (call) => {
    if (known !== undefined) return known;
    const { value } = await flights.join('facts', call, (shared) =>
      probeArchive(client, dialect, shared),
    );
    known = value;
    return value;
  };
}

/** WADO-RS URLs (PS3.18 10.4.1.1) below a DICOMweb root, made of UIDs and nothing that an archive sent. */
function wadoUrls(root: string): WadoUrls {
  const study = (uid: string) => `${root}/studies/${encodeURIComponent(uid)}`;
  const series = (of: string, uid: string) => `${study(of)}/series/${encodeURIComponent(uid)}`;
  return {
    study,
    series,
    instance: (of, within, uid) => `${series(of, within)}/instances/${encodeURIComponent(uid)}`,
  };
}

function archiveSettings(settings: GatewayOptions['settings']) {
  const { 'pacs.username': username, 'pacs.password': password, 'pacs.token': token } = settings;
  return {
    url: settings['pacs.url'],
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(token !== undefined && { token }),
    concurrency: settings['pacs.concurrency'],
    queue: settings['pacs.queue'],
    connectTimeoutMs: settings['pacs.connectTimeoutMs'],
    searchTimeoutMs: settings['pacs.searchTimeoutMs'],
    maxAnswerBytes: settings['pacs.maxAnswerBytes'],
  };
}

function searchLimits(settings: Settings): SearchLimits {
  return {
    windowRows: settings['search.windowRows'],
    scannedRows: settings['search.scannedRows'],
    belowRows: settings['search.belowRows'],
    pageInstances: settings['search.pageInstances'],
    pageSeries: settings['search.pageSeries'],
  };
}
