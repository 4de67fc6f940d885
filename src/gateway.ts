import type { Express, RequestHandler } from 'express';
import { examineArchive } from './doctor/report';
import { createServices } from './gateway/fhir';
import { belowCapabilities, createImages } from './gateway/images';
import { auditSettings, streamSettings, type GatewaySettings } from './gateway/limits';
import { openObserving } from './gateway/observing';
import { pageOptions } from './gateway/page';
import { hearPeers, NO_PEERS, type Peers } from './gateway/peers';
import { createShared, type Shared } from './gateway/shared';
import { adminRoutes } from './http/admin';
import { createApp } from './http/app';
import { createBinaryHandler } from './http/binaryHandlers';
import type { Software } from './http/conformance';
import { createDicomWebRoutes } from './http/dicomweb/routes';
import { doctorRoutes } from './http/doctorPage';
import { createHandlers } from './http/handlers';
import { createAudit } from './observe/audit/audit';
import { recordDisclosures, type Identities } from './observe/disclosures';
import type { Logger } from './observe/log';
import { logProblems, logRequests } from './observe/requests';
import type { ArchiveFacts } from './pacs/probe';
import { createRenderer } from './render/renderer';
import { isLoopback } from './settings';
import { studyId } from './study/identity';

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

/** Puts the parts together; the only place that knows them all. */
export function createGateway(options: GatewayOptions): Gateway {
  const { settings, software, logger, peers = NO_PEERS } = options;
  const { version } = software;
  const baseUrl = () => settings.publicBaseUrl ?? options.publicBaseUrl();
  const observing = openObserving(settings, version);
  const { meter } = observing;
  const shared = createShared({ settings, logger, version, observing, peers, baseUrl });
  const { archive, auth, roots } = shared;
  hearPeers(peers, auth.limits, archive, () => observing.counted());
  const now = () => new Date();
  const trail = createAudit(auditSettings(settings), { logger, now, publicBaseUrl: baseUrl });
  const audit = recordDisclosures(trail, identitiesOf(shared));
  const services = createServices(shared);
  const report = logProblems(logger, observing.countProblem);
  const renderer = createRenderer({
    maxBytes: settings['render.maxBytes'],
    timeoutMs: settings['render.timeoutMs'],
  });
  const images = createImages(shared, { audit, report, renderer, meter });
  const onReload = new Set<() => void>();
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
      trustsMachine: trustsMachine(settings),
      dicomWeb: roots.proxied ? createDicomWebRoutes(images) : undefined,
      capabilityWeb: roots.own && createDicomWebRoutes(belowCapabilities(images, auth)),
      readBinary: roots.proxied ? createBinaryHandler(services, images) : undefined,
      smartConfiguration: () => auth.smartConfiguration(),
      describeLastUpdated: () => archive.describeLastUpdated(),
      operations: observing.routes({ archive, trail, peers }),
      admin: administration(shared, peers),
      doctor: doctor(settings),
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

/** How the audit names what was seen: as FHIR's answers do. */
function identitiesOf({ patientIds, issuers }: Shared): Identities {
  return {
    studyId,
    patientId: (patient) => patientIds.encode(patient),
    patientSystem: ({ issuer }) => issuers.systemOf(issuer, 'patient'),
  };
}

/** What operators may have done, in all processes and replicas. */
function administration({ settings, archive }: Shared, peers: Peers): RequestHandler {
  return adminRoutes(() => settings.adminToken, {
    async invalidate(change) {
      const told = peers.tellAll({ kind: 'changed', change });
      const [replicas, processes] = await Promise.all([archive.invalidate(change), told]);
      return replicas && processes.all;
    },
  });
}

function doctor(settings: GatewaySettings): RequestHandler {
  return doctorRoutes({
    token: () => settings.adminToken,
    local: trustsMachine(settings),
    keepMs: settings['doctor.keepMs'],
    examine: () => examineArchive(streamSettings(settings), settings['doctor.timeoutMs']),
  });
}

/** Whether whoever is on this machine sees everything, anyhow. */
function trustsMachine(settings: GatewaySettings): boolean {
  return settings['auth.mode'] === 'none' && isLoopback(settings.host);
}
