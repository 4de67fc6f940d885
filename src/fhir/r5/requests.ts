import type { ImagingRequest } from '../../study/model';
import type { Members } from '../elements';
import { requestCode, requestId, requestIdentifiers, type RequestParties } from '../r4/requests';
import type { RenderContext } from '../releases';

/** The contained ServiceRequests (servicerequest.html of 5.0.0) of a study's requests; R6 has the same elements. */
export function requestsOf(
  requests: readonly ImagingRequest[],
  parties: RequestParties,
  context: RenderContext,
): Members[] {
  return requests.map((request, i) => ({
    resourceType: 'ServiceRequest',
    id: requestId(i),
    identifier: requestIdentifiers(request, context),
    status: 'unknown',
    intent: 'order',
    code: { concept: requestCode(request) },
    subject: parties.subject,
    requester: parties.requester,
    reason: request.reason ? [{ concept: { text: request.reason } }] : [],
  }));
}
