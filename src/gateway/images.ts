import type { Auth } from '../auth/auth';
import { authenticateCapability, capabilityIn, createAuthenticator } from '../http/authenticate';
import type { DicomWebServices } from '../http/dicomweb/services';
import { dicomWebLimits } from './limits';
import type { Shared } from './shared';

/** What the routes of the images need. */
export function createImages(
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
export function belowCapabilities(images: DicomWebServices, auth: Auth): DicomWebServices {
  return {
    ...images,
    access: (request) => authenticateCapability(auth, request, capabilityIn(request)),
    rootUrl: (request) => `${images.rootUrl(request)}/~${capabilityIn(request)}`,
  };
}
