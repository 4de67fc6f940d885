import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import type { Access } from './auth/access';
import { createAuth } from './auth/auth';
import { authOptions } from './auth/fromSettings';
import { dated } from './cache/dated';
import { cached } from './cache/memory';
import { Flights } from './cache/flights';
import type { Settings } from './config';
import { offsetInZone } from './dicom/zone';
import { Problem } from './errors';
import { createApp } from './http/app';
import { createBinaryHandler } from './http/binaryHandlers';
import { authenticateCapability, capabilityIn, createAuthenticator } from './http/authenticate';
import type { Software } from './http/conformance';
import { createDicomWebRoutes } from './http/dicomweb/routes';
import type { DicomWebLimits, DicomWebServices } from './http/dicomweb/services';
import { createHandlers } from './http/handlers';
import { createLinkSigner } from './http/signing';
import { createMeter } from './http/timing';
import { createAudit, type AuditSettings } from './observe/audit/audit';
import { recordDisclosures } from './observe/disclosures';
import type { Logger } from './observe/log';
import { logProblems, logRequests } from './observe/requests';
import { createArchiveClient } from './pacs/client';
import { probeArchive, type ArchiveFacts } from './pacs/probe';
import { createRetriever } from './pacs/retrieve';
import { createRowSearch } from './pacs/searchRows';
import { createArchiveSource } from './pacs/source';
import { UPDATE_TIME_WORDS } from './pacs/updateTime';
import { createRenderer } from './render/renderer';
import { isLoopback } from './settings';
import { contentOf } from './study/content';
import { findPatients } from './study/findPatients';
import { findStudies } from './study/findStudies';
import type { ZoneOfArchive } from './study/fromDicom';
import { opaquePatientIds, patientMark, readablePatientIds, studyId } from './study/identity';
import { createIssuerSystems } from './study/issuers';
import type { StudyHeader } from './study/model';
import { isBroad, planQuery } from './study/plan';
import type { StudyQuery } from './study/query';
import type { SearchLimits } from './study/search';
import type { Call } from './study/source';
import { wadoUrls } from './study/wado';

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
  /** Drops the connections to the archive, and ends the audit after what is under way. */
  close(): Promise<void>;
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
  const zone: ZoneOfArchive = (date, time) =>
    settings.archiveTimeZone === undefined
      ? undefined
      : offsetInZone(settings.archiveTimeZone, date, time);
  const facts = rememberFacts((call) => probeArchive(client, settings['pacs.dialect'], zone, call));
  const archive = createArchiveSource(client, (call) => facts.ask(call), zone);
  const rows = dated(archive, () => new Date());
  const source = cached(rows, {
    maxBytes: settings['cache.maxBytes'],
    studyRowsMs: settings['cache.studyRowsMs'],
    detailMs: settings['cache.detailMs'],
  });
  const limits = searchLimits(settings);
  const patientIds =
    settings.patientIdKey === undefined
      ? readablePatientIds
      : opaquePatientIds(settings.patientIdKey);
  const issuers = createIssuerSystems(settings.issuers);
  const baseUrl = () => settings.publicBaseUrl ?? publicBaseUrl();
  const proxied = settings['wado.mode'] === 'proxy';
  const wadoRoot = () =>
    proxied ? `${baseUrl()}/dicom-web` : (settings['wado.baseUrl'] ?? settings['pacs.url']);
  const issuersOfSystem = (system: string) => issuers.issuersOf(system);
  const auth = createAuth(authOptions(settings, { patientIds, issuersOfSystem, source }));
  const audit = createAudit(auditSettings(settings), {
    logger,
    now: () => new Date(),
    publicBaseUrl: () => settings.publicBaseUrl ?? publicBaseUrl(),
  });
  const { capabilities } = auth;
  const capabilityRoot =
    proxied && capabilities !== undefined
      ? ({ caller }: Access, study: StudyHeader) => {
          const opens = { study: study.uid, patientMark: patientMark(study.patient) };
          const text = capabilities.seal({ ...opens, callerKey: caller.key }, Date.now());
          return `${wadoRoot()}/~${text}`;
        }
      : undefined;
  let draining = false;
  const searches = {
    findStudies: (query: StudyQuery, call: Call) => findStudies(query, source, limits, call),
    isTooBroad: async ({ clauses }: StudyQuery, call: Call) =>
      settings['search.refuseBroad'] && isBroad(planQuery(clauses, await source.abilities(call))),
  };
  const handlers = createHandlers({
    ...searches,
    findPatients: (query, call) => findPatients(query, source, limits, call),
    allowExplain(access) {
      const allowed = settings['search.explain'] ?? isLoopback(settings.host);
      if (!allowed || access.clauses.length > 0) throw explainOff();
    },
    patientIds,
    search: {
      defaultCount: settings['search.defaultCount'],
      maxCount: settings['search.maxCount'],
      issuersOfSystem,
    },
    capabilityRoot,
    countSearch: ({ caller }) => auth.limits.search(caller.key),
    signer: createLinkSigner(settings.pagingKey ?? randomBytes(32).toString('hex')),
    render: {
      wado: wadoUrls(() => wadoRoot()),
      endpoint: {
        id: 'wado-rs',
        name: 'DICOM WADO-RS',
        requiresToken: tokenAtAddress(settings),
        get address() {
          return wadoRoot();
        },
      },
      endpointAs: settings.endpointAs,
      lastUpdated: ({ lastUpdated }) =>
        lastUpdated === undefined ? undefined : new Date(lastUpdated),
      studyId,
      patientId: (patient) => patientIds.encode(patient),
      identifierSystem: (issuer, of) => issuers.systemOf(issuer, of),
      ...(proxied && { contentOf }),
    },
  });
  const retriever = createRetriever(streamSettings(settings));
  const renderer = createRenderer({
    maxBytes: settings['render.maxBytes'],
    timeoutMs: settings['render.timeoutMs'],
  });
  const disclosures = recordDisclosures(audit, {
    studyId,
    patientId: (patient) => patientIds.encode(patient),
    patientSystem: ({ issuer }) => issuers.systemOf(issuer, 'patient'),
  });
  const authenticator = createAuthenticator(auth);
  const reportProblem = logProblems(logger);
  const images: DicomWebServices = {
    access: authenticator,
    ownership: auth.ownership,
    openStream: auth.limits.openStream,
    retriever,
    rows: createRowSearch(async (call) => ({ client, facts: await facts.ask(call), zone })),
    renderer,
    audit: disclosures,
    report: reportProblem,
    rootUrl: wadoRoot,
    limits: dicomWebLimits(settings),
  };
  const capabilityImages: DicomWebServices = {
    ...images,
    access: (request) => authenticateCapability(auth, request, capabilityIn(request)),
    rootUrl: (request) => `${wadoRoot()}/~${capabilityIn(request)}`,
  };
  const binary = { dicomWeb: images, maxMetadataBytes: settings['pacs.maxAnswerBytes'] };
  const app = createApp(
    handlers,
    {
      publicBaseUrl: baseUrl,
      defaultRelease: settings.defaultFhirRelease,
      corsOrigins: settings['cors.origins'],
      maxBodyBytes: settings['server.maxBodyBytes'],
      software,
      draining: () => draining,
      audit: disclosures,
      access: authenticator,
      dicomWeb: proxied ? createDicomWebRoutes(images) : undefined,
      capabilityWeb: capabilityRoot && createDicomWebRoutes(capabilityImages),
      readBinary: proxied ? createBinaryHandler(searches, binary) : undefined,
      smartConfiguration: () => auth.smartConfiguration(),
      describeLastUpdated: () => {
        const known = facts.known();
        return known && UPDATE_TIME_WORDS[known.dialect.updateTime];
      },
    },
    { request: logRequests(logger), problem: reportProblem },
  );
  return {
    app,
    probe: () => facts.ask({ signal: new AbortController().signal, meter: createMeter() }),
    drain: () => {
      draining = true;
    },
    async close() {
      client.close();
      retriever.close();
      renderer.close();
      await audit.close();
    },
  };
}

/** Whether the DICOMweb service wants the client's token; undefined where it is not the gateway's. */
function tokenAtAddress(settings: Settings): boolean | undefined {
  if (settings['wado.mode'] === 'direct') return undefined;
  if (settings['auth.mode'] === 'none') return false;
  return !settings['capability.urls'] || settings['capability.requiresToken'];
}

/** What is asked of the archive tells of other patients' studies, too. */
function explainOff(): Problem {
  const text =
    'Searches are not explained here: it takes SEARCH_EXPLAIN=true, and a caller who may see every study.';
  return new Problem('forbidden', text);
}

/** What the archive is, asked once; after a failure it is asked again. */
function rememberFacts(probe: (call: Call) => Promise<ArchiveFacts>) {
  const flights = new Flights<ArchiveFacts>();
  let known: ArchiveFacts | undefined;
  return {
    async ask(call: Call): Promise<ArchiveFacts> {
      if (known !== undefined) return known;
      const { value } = await flights.join('facts', call, probe);
      known = value;
      return value;
    },
    /** Without asking: undefined as long as the archive has not answered. */
    known: () => known,
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

function auditSettings(settings: Settings): AuditSettings {
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

function streamSettings(settings: GatewayOptions['settings']) {
  return {
    ...archiveSettings(settings),
    streams: settings['pacs.streams'],
    streamQueue: settings['pacs.streamQueue'],
    firstByteTimeoutMs: settings['pacs.firstByteTimeoutMs'],
    idleTimeoutMs: settings['pacs.idleTimeoutMs'],
  };
}

function dicomWebLimits(settings: Settings): DicomWebLimits {
  return {
    defaultRows: settings['dicomWeb.defaultRows'],
    maxRows: settings['dicomWeb.maxRows'],
    scannedRows: settings['search.scannedRows'],
    warmingRetryAfter: settings['dicomWeb.warmingRetryAfter'],
    stalledClientMs: settings['dicomWeb.stalledClientMs'],
    renderMemoryMs: settings['render.memoryMs'],
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
