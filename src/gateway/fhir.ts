import { randomBytes } from 'node:crypto';
import type { Access } from '../auth/access';
import { Problem } from '../errors';
import type { Services } from '../http/handlers';
import { createLinkSigner } from '../http/signing';
import { isLoopback } from '../settings';
import { contentOf } from '../study/content';
import { findPatients } from '../study/findPatients';
import { findStudies } from '../study/findStudies';
import { studyId } from '../study/identity';
import { isBroad, planQuery } from '../study/plan';
import { wadoUrls } from '../study/wado';
import { searchLimits } from './limits';
import type { Shared } from './shared';

/** What the FHIR handlers need. */
export function createServices(shared: Shared): Services {
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

/** What is asked of the archive tells of other patients' studies, too. */
function explainOff(): Problem {
  const text =
    'Searches are not explained here: it takes SEARCH_EXPLAIN=true, and a caller who may see every study.';
  return new Problem('forbidden', text);
}
