import { resource, type Members } from '../elements';
import type { Resource, ServerFacts } from '../releases';
import { conformanceNarrative, DESCRIPTION } from '../shared/conformance';

type ResourceFacts = ServerFacts['resources'][number];
type ParameterFacts = ResourceFacts['parameters'][number];

/** DSTU2's version number, which its conformance statement and its clients know it by. */
export const FHIR_VERSION = '1.0.2';

/** DSTU2 Conformance (conformance.html of 1.0.2): what the gateway can do, for programs. */
export function conformance(facts: ServerFacts): Resource {
  return resource('Conformance', {
    text: conformanceNarrative(facts),
    url: `${facts.baseUrl}/metadata`,
    version: facts.software.version,
    name: facts.software.name,
    status: 'active',
    publisher: facts.publisher,
    date: facts.date,
    description: DESCRIPTION,
    kind: 'instance',
    software: { name: facts.software.name, version: facts.software.version },
    implementation: { description: DESCRIPTION, url: facts.baseUrl },
    fhirVersion: FHIR_VERSION,
    acceptUnknown: 'no',
    format: ['application/xml+fhir', 'application/json+fhir', 'xml', 'json'],
    rest: [
      {
        mode: 'server',
        security: { cors: facts.cors },
        resource: facts.resources.map(restResource),
        operation: facts.operations.map(({ name, definition }) => ({
          name,
          definition: { reference: definition },
        })),
        compartment: facts.compartments.map((type) => `http://hl7.org/fhir/compartment/${type}`),
      },
    ],
  });
}

function restResource(facts: ResourceFacts): Members {
  return {
    type: facts.type,
    interaction: facts.interactions.map((code) => ({ code })),
    versioning: 'no-version',
    readHistory: false,
    updateCreate: false,
    searchInclude: facts.includes,
    searchParam: facts.parameters.map(searchParameter),
  };
}

function searchParameter(facts: ParameterFacts): Members {
  return {
    name: facts.name,
    type: facts.type,
    documentation: facts.documentation,
    target: facts.target,
    chain: facts.chain,
  };
}
