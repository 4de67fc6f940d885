import { resource, type Members } from '../elements';
import { narrative, paragraph, title } from '../narrative';
import type { Resource, ServerFacts } from '../releases';

type ResourceFacts = ServerFacts['resources'][number];
type ParameterFacts = ResourceFacts['parameters'][number];

/** DSTU1's publication number, which its conformance statement and its clients know it by. */
export const FHIR_VERSION = '0.0.82';

/** DSTU1 Conformance (conformance.html of 0.0.82): what the gateway can do, for programs. */
export function conformance(facts: ServerFacts): Resource {
  const description =
    'ImagingStudy, with WADO-RS URLs, answered live from a PACS that speaks DICOMweb; read-only';
  return resource('Conformance', {
    text: narrative([title(facts.software.name), paragraph(description)]),
    version: facts.software.version,
    name: facts.software.name,
    publisher: facts.publisher,
    description,
    status: 'active',
    date: facts.date,
    software: { name: facts.software.name, version: facts.software.version },
    implementation: { description, url: facts.baseUrl },
    fhirVersion: FHIR_VERSION,
    acceptUnknown: false,
    format: ['xml', 'json'],
    rest: [
      {
        mode: 'server',
        security: { cors: facts.cors },
        resource: facts.resources.map(restResource),
      },
    ],
  });
}

/** What later releases call `interaction` is `operation` here. */
function restResource(facts: ResourceFacts): Members {
  return {
    type: facts.type,
    operation: facts.interactions.map((code) => ({ code })),
    readHistory: false,
    updateCreate: false,
    searchInclude: facts.includes,
    searchParam: facts.parameters.map(searchParameter),
  };
}

/** DSTU1 has no parameter type `uri`; matching a whole URI without a system is what `token` does. */
function searchParameter(facts: ParameterFacts): Members {
  return {
    name: facts.name,
    type: facts.type === 'uri' ? 'token' : facts.type,
    documentation: facts.documentation,
    target: facts.target,
    chain: facts.chain,
  };
}
