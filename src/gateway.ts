import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import type { Access } from './auth/access';
import { createAuth, type Auth } from './auth/auth';
import { authOptions } from './auth/fromSettings';
import type { Counted } from './auth/limits';
import { examineArchive } from './doctor/report';
import { Problem } from './errors';
import { openArchive, type OpenedArchive } from './gateway/archive';
import {
  auditSettings,
  dicomWebLimits,
  searchLimits,
  streamSettings,
  type GatewaySettings,
} from './gateway/limits';
import { openObserving, type Observing } from './gateway/observing';
import { pageOptions } from './gateway/page';
import { hearPeers, NO_PEERS, type Peers } from './gateway/peers';
import { dicomWebRoots, type DicomWebRoots } from './gateway/roots';
import { adminRoutes } from './http/admin';
import { createApp } from './http/app';
import { authenticateCapability, capabilityIn, createAuthenticator } from './http/authenticate';
import { createBinaryHandler } from './http/binaryHandlers';
import type { Software } from './http/conformance';
import { createDicomWebRoutes } from './http/dicomweb/routes';
import type { DicomWebServices } from './http/dicomweb/services';
import { doctorRoutes } from './http/doctorPage';
import { createHandlers, type Services } from './http/handlers';
import { createLinkSigner } from './http/signing';
import { createAudit } from './observe/audit/audit';
import { recordDisclosures } from './observe/disclosures';
import type { Logger } from './observe/log';
import { logProblems, logRequests } from './observe/requests';
import type { ArchiveFacts } from './pacs/probe';
import { createRenderer } from './render/renderer';
import { isLoopback } from './settings';
import { contentOf } from './study/content';
import { findPatients } from './study/findPatients';
import { findStudies } from './study/findStudies';
import { opaquePatientIds, readablePatientIds, studyId, type PatientIds } from './study/identity';
import { createIssuerSystems, type IssuerSystems } from './study/issuers';
import { isBroad, planQuery } from './study/plan';
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
  /** Forgets what was made by settings that have been replaced. */
  reloaded(): void;
  /** Drops the connections to the archive, and ends the audit after what is under way. */
  close(): Promise<void>;
}

/** What the gateway is told beside its settings. */
export interface GatewayOptions {
  /** Those of a `reload` row may be others at each reading. */
  readonly settings: GatewaySettings;
  readonly software: Software;
  readonly logger: Logger;
  /** The URL clients reach it at, when the settings do not say. */
  readonly publicBaseUrl: () => string;
  /** The other processes of the same gateway, where there are any. */
  readonly peers?: Peers;
}

/** What the parts of the gateway share. */
interface Shared {
  readonly settings: GatewaySettings;
  readonly archive: OpenedArchive;
  readonly patientIds: PatientIds;
  readonly issuers: IssuerSystems;
  readonly auth: Auth;
  readonly roots: DicomWebRoots;
}

/** Puts the parts together; the only place that knows them all. */
export function createGateway(options: GatewayOptions): Gateway {
  const { settings, software, logger, peers = NO_PEERS } = options;
  const baseUrl = () => settings.publicBaseUrl ?? options.publicBaseUrl();
  const observing = openObserving(settings, software.version);
  const shared = createShared(options, observing, baseUrl);
  const { archive, auth, roots, patientIds, issuers } = shared;
  hearPeers(peers, auth.limits, archive, () => observing.counted());
  const now = () => new Date();
  const trail = createAudit(auditSettings(settings), { logger, now, publicBaseUrl: baseUrl });
  const audit = recordDisclosures(trail, {
    studyId,
    patientId: (patient) => patientIds.encode(patient),
    patientSystem: ({ issuer }) => issuers.systemOf(issuer, 'patient'),
  });
  const services = createServices(shared);
  const report = logProblems(logger, observing.countProblem);
  const renderer = createRenderer({
    maxBytes: settings['render.maxBytes'],
    timeoutMs: settings['render.timeoutMs'],
  });
  const { meter } = observing;
  const images = createImages(shared, { audit, report, renderer, meter });
  const onReload = new Set<() => void>();
  const trustsMachine = settings['auth.mode'] === 'none' && isLoopback(settings.host);
  let draining = false;
  const app = createApp(
    createHandlers(services),
    {
      publicBaseUrl: baseUrl,
      defaultRelease: settings.defaultFhirRelease,
      corsOrigins: () => settings['cors.origins'],
      maxBodyBytes: settings['server.maxBodyBytes'],
      software,
      draining: () => draining,
      page: pageOptions(settings),
      audit,
      access: (request) => images.access(request),
      countSearch: ({ caller }) => auth.limits.search(caller.key),
      keep: {
        maxBytes: settings['cache.maxBytes'] === 0 ? 0 : settings['cache.answerBytes'],
        byCaller: roots.own !== undefined,
        onChanged(listener) {
          archive.onInvalidated(listener);
          onReload.add(listener);
        },
        watchStore: observing.watchStore,
      },
      authorises: settings['auth.mode'] !== 'none',
      trustsMachine,
      dicomWeb: roots.proxied ? createDicomWebRoutes(images) : undefined,
      capabilityWeb: roots.own && createDicomWebRoutes(belowCapabilities(images, auth)),
      readBinary: roots.proxied ? createBinaryHandler(services, images) : undefined,
      smartConfiguration: () => auth.smartConfiguration(),
      describeLastUpdated: () => archive.describeLastUpdated(),
      operations: observing.routes({ archive, trail, peers }),
      admin: adminRoutes(() => settings.adminToken, {
        async invalidate(change) {
          const told = peers.tellAll({ kind: 'changed', change });
          const [replicas, processes] = await Promise.all([archive.invalidate(change), told]);
          return replicas && processes.all;
        },
      }),
      doctor: doctorRoutes({
        token: () => settings.adminToken,
        local: trustsMachine,
        keepMs: settings['doctor.keepMs'],
        examine: () => examineArchive(streamSettings(settings), settings['doctor.timeoutMs']),
      }),
    },
    {
      request: logRequests(logger, observing.countRequest),
      problem: report,
      meter: observing.tally,
    },
  );
  return {
    app,
    probe: () => archive.probe({ signal: new AbortController().signal, meter }),
    drain: () => {
      draining = true;
    },
    reloaded() {
      for (const forget of onReload) forget();
    },
    async close() {
      archive.close();
      renderer.close();
      await trail.close();
    },
  };
}

function createShared(
  { settings, logger, software, peers = NO_PEERS }: GatewayOptions,
  observing: Observing,
  baseUrl: () => string,
): Shared {
  const { meter, watchStore, onKeysRead } = observing;
  const archive = openArchive({ settings, logger, version: software.version, meter, watchStore });
  const patientIds =
    settings.patientIdKey === undefined
      ? readablePatientIds
      : opaquePatientIds(settings.patientIdKey);
  const issuers = createIssuerSystems(settings.issuers);
  const issuersOfSystem = (system: string) => issuers.issuersOf(system);
  const { source } = archive;
  const onCounted = (counted: Counted) => peers.tell({ kind: 'counted', counted });
  const parts = { patientIds, issuersOfSystem, source, onCounted, onKeysRead };
  const auth = createAuth(authOptions(settings, parts));
  const roots = dicomWebRoots(settings, baseUrl, auth.capabilities);
  return { settings, archive, patientIds, issuers, auth, roots };
}

/** What the FHIR handlers need. */
function createServices(shared: Shared): Services {
  const { settings, archive, patientIds, issuers, roots } = shared;
  const { source } = archive;
  const limits = searchLimits(settings);
  return {
    findStudies: (query, call) => findStudies(query, source, limits, call),
    findPatients: (query, call) => findPatients(query, source, limits, call),
    isTooBroad: async ({ clauses }, call) =>
      settings['search.refuseBroad'] && isBroad(planQuery(clauses, await source.abilities(call))),
    allowExplain(access: Access) {
      const allowed = settings['search.explain'] ?? isLoopback(settings.host);
      if (!allowed || access.clauses.length > 0) throw explainOff();
    },
    capabilityRoot: roots.own,
    patientIds,
    search: {
      get defaultCount() {
        return settings['search.defaultCount'];
      },
      get maxCount() {
        return settings['search.maxCount'];
      },
      issuersOfSystem: (system) => issuers.issuersOf(system),
    },
    signer: createLinkSigner(settings.pagingKey ?? randomBytes(32).toString('hex')),
    render: createRendering(shared),
  };
}

/** How resources are rendered, whoever asks. */
function createRendering({ settings, patientIds, issuers, roots }: Shared): Services['render'] {
  return {
    wado: wadoUrls(() => roots.shared()),
    endpoint: {
      id: 'wado-rs',
      name: 'DICOM WADO-RS',
      requiresToken: roots.requiresToken,
      get address() {
        return roots.shared();
      },
    },
    endpointAs: settings.endpointAs,
    lastUpdated: ({ lastUpdated }) =>
      lastUpdated === undefined ? undefined : new Date(lastUpdated),
    studyId,
    patientId: (patient) => patientIds.encode(patient),
    identifierSystem: (issuer, of) => issuers.systemOf(issuer, of),
    ...(roots.proxied && { contentOf }),
  };
}

/** What the routes of the images need. */
function createImages(
  { settings, archive, auth, roots }: Shared,
  given: Pick<DicomWebServices, 'audit' | 'report' | 'renderer' | 'meter'>,
): DicomWebServices {
  return {
    ...given,
    access: createAuthenticator(auth),
    ownership: auth.ownership,
    openStream: auth.limits.openStream,
    countSearch: auth.limits.search,
    retriever: archive.retriever,
    rows: archive.rows,
    rootUrl: () => roots.shared(),
    limits: dicomWebLimits(settings),
  };
}

/** The same below a capability URL: the capability says who asks, and links stay below it. */
function belowCapabilities(images: DicomWebServices, auth: Auth): DicomWebServices {
  return {
    ...images,
    access: (request) => authenticateCapability(auth, request, capabilityIn(request)),
    rootUrl: (request) => `${images.rootUrl(request)}/~${capabilityIn(request)}`,
  };
}

/** What is asked of the archive tells of other patients' studies, too. */
function explainOff(): Problem {
  const text =
    'Searches are not explained here: it takes SEARCH_EXPLAIN=true, and a caller who may see every study.';
  return new Problem('forbidden', text);
}
