import { createAuth, type Auth } from '../auth/auth';
import { authOptions } from '../auth/fromSettings';
import type { Counted } from '../auth/limits';
import type { Logger } from '../observe/log';
import { opaquePatientIds, readablePatientIds, type PatientIds } from '../study/identity';
import { createIssuerSystems, type IssuerSystems } from '../study/issuers';
import { openArchive, type OpenedArchive } from './archive';
import type { GatewaySettings } from './limits';
import type { Observing } from './observing';
import type { Peers } from './peers';
import { dicomWebRoots, type DicomWebRoots } from './roots';

/** What the parts of the gateway share. */
export interface Shared {
  readonly settings: GatewaySettings;
  readonly archive: OpenedArchive;
  readonly patientIds: PatientIds;
  readonly issuers: IssuerSystems;
  readonly auth: Auth;
  readonly roots: DicomWebRoots;
}

/** What they are made from. */
export interface SharedFrom {
  readonly settings: GatewaySettings;
  readonly logger: Logger;
  /** Of the gateway, which it names to the archive. */
  readonly version: string;
  readonly observing: Observing;
  readonly peers: Peers;
  /** URL at which clients reach the gateway. */
  readonly baseUrl: () => string;
}

/** Opens the archive and what stands between it and its callers. */
export function createShared({ observing, peers, baseUrl, ...given }: SharedFrom): Shared {
  const { settings } = given;
  const { meter, watchStore, onKeysRead } = observing;
  const archive = openArchive({ ...given, meter, watchStore });
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
