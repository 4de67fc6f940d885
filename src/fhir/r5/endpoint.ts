import { resource, type Members } from '../elements';
import { endpointIdentifier, endpointNarrative, WADO_RS } from '../r4/endpoint';
import type { EndpointFacts, Resource } from '../releases';
import { endpointExtensions } from '../shared/endpoint';

/** R5 Endpoint (endpoint.html of 5.0.0) of a WADO-RS service; R6 has the same elements. */
export function endpointResource(endpoint: EndpointFacts): Resource {
  return resource('Endpoint', {
    id: endpoint.id,
    text: endpointNarrative(endpoint),
    ...endpointMembers(endpoint),
  });
}

/** The elements of R5's Endpoint. */
export function endpointMembers(endpoint: EndpointFacts): Members {
  return {
    extension: endpointExtensions(endpoint),
    identifier: [endpointIdentifier(endpoint)],
    status: 'active',
    connectionType: [{ coding: [WADO_RS] }],
    name: endpoint.name,
    payload: [{ type: [{ text: 'DICOM WADO-RS' }], mimeType: ['application/dicom'] }],
    address: endpoint.address,
  };
}
