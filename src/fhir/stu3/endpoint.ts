import type { Study } from '../../study/model';
import { resource, type Members } from '../elements';
import { narrative, table, title } from '../narrative';
import type { EndpointFacts, RenderContext, Resource } from '../releases';
import { endpointExtensions, endpointOf } from '../shared/endpoint';
import { resourceId } from '../shared/primitives';

/** STU3 Endpoint (endpoint.html of 3.0.2) of the WADO-RS service that studies are retrieved from. */
export function endpointResource(endpoint: EndpointFacts): Resource {
  return resource('Endpoint', {
    id: resourceId(endpoint.id),
    text: narrative([title(endpoint.name), table([['WADO-RS', endpoint.address]])]),
    ...endpointMembers(endpoint),
  });
}

/** Where a study is retrieved: the reference, and the Endpoint to contain where it is not served. */
export interface EndpointLink {
  readonly reference: Members;
  readonly contained: readonly Members[];
}

/** The Endpoint of a study; a contained resource has no narrative (references.html). */
export function endpointLink(study: Study, context: RenderContext): EndpointLink {
  const { facts, contained } = endpointOf(study, context);
  const display = facts.name;
  if (!contained) {
    return { reference: { reference: `Endpoint/${facts.id}`, display }, contained: [] };
  }
  const copy = { resourceType: 'Endpoint', id: 'endpoint', ...endpointMembers(facts) };
  return { reference: { reference: '#endpoint', display }, contained: [copy] };
}

/**
 * `address` is the base of the service, and its identifier: it has no other. The payload is as HL7's example
 * of a WADO-RS Endpoint has it.
 */
function endpointMembers(endpoint: EndpointFacts): Members {
  return {
    extension: endpointExtensions(endpoint),
    identifier: [{ system: 'urn:ietf:rfc:3986', value: endpoint.address }],
    status: 'active',
    connectionType: {
      system: 'http://hl7.org/fhir/endpoint-connection-type',
      code: 'dicom-wado-rs',
      display: 'DICOM WADO-RS',
    },
    name: endpoint.name,
    payloadType: [{ text: 'DICOM WADO-RS' }],
    payloadMimeType: ['application/dicom'],
    address: endpoint.address,
  };
}
