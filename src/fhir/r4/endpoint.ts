import type { Study } from '../../study/model';
import { resource, type Members } from '../elements';
import { narrative, table, title } from '../narrative';
import type { EndpointFacts, RenderContext, Resource } from '../releases';
import { endpointExtensions, endpointOf } from '../shared/endpoint';

/** R4 Endpoint (endpoint.html of 4.0.1) of a WADO-RS service; `address` is its base, without `/studies`. */
export function endpointResource(endpoint: EndpointFacts): Resource {
  return resource('Endpoint', {
    id: endpoint.id,
    text: endpointNarrative(endpoint),
    ...endpointMembers(endpoint),
  });
}

/** What a study says about where it is retrieved. */
export interface EndpointUse {
  readonly contained: readonly Members[];
  readonly reference: Members;
}

/**
 * The endpoint of a study and its series: the served one, or a contained one.
 *
 * @param members the elements of the release's Endpoint
 */
export function endpointUse(
  study: Study,
  context: RenderContext,
  members: (endpoint: EndpointFacts) => Members,
): EndpointUse {
  const { facts, contained } = endpointOf(study, context);
  const display = facts.name;
  if (!contained) {
    const reference = `Endpoint/${facts.id}`;
    return { contained: [], reference: { reference, type: 'Endpoint', display } };
  }
  const copy = { resourceType: 'Endpoint', id: 'endpoint', ...members(facts) };
  return { contained: [copy], reference: { reference: '#endpoint', display } };
}

/** The elements of R4's Endpoint. */
export function endpointMembers(endpoint: EndpointFacts): Members {
  return {
    extension: endpointExtensions(endpoint),
    identifier: [endpointIdentifier(endpoint)],
    status: 'active',
    connectionType: WADO_RS,
    name: endpoint.name,
    payloadType: [{ text: 'DICOM WADO-RS' }],
    payloadMimeType: ['application/dicom'],
    address: endpoint.address,
  };
}

/** The connection type of a WADO-RS service, as a Coding. */
export const WADO_RS: Members = {
  system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
  code: 'dicom-wado-rs',
  display: 'DICOM WADO-RS',
};

/** A service has no identifier but the URL by which the world knows it. */
export function endpointIdentifier(endpoint: EndpointFacts): Members {
  return { system: 'urn:ietf:rfc:3986', value: endpoint.address };
}

/** The text of an Endpoint. */
export function endpointNarrative(endpoint: EndpointFacts): Members {
  const rows = table([
    ['Retrieve by', 'DICOM WADO-RS'],
    ['Address', endpoint.address],
  ]);
  return narrative([title(endpoint.name), rows]);
}
