import { resource, type Members } from '../elements';
import type { Resource, ServerFacts } from '../releases';
import { conformanceNarrative, DESCRIPTION } from '../shared/conformance';

type ResourceFacts = ServerFacts['resources'][number];
type ParameterFacts = ResourceFacts['parameters'][number];

/** STU3's version number, which its capability statement and its clients know it by. */
export const FHIR_VERSION = '3.0.2';

/** STU3 CapabilityStatement (capabilitystatement.html of 3.0.2): what the gateway can do, for programs. */
export function capabilityStatement(facts: ServerFacts): Resource {
  return resource('CapabilityStatement', {
    text: conformanceNarrative(facts),
    url: `${facts.baseUrl}/metadata`,
    version: facts.software.version,
    name: facts.software.name,
    status: 'active',
    date: facts.date,
    publisher: facts.publisher,
    description: DESCRIPTION,
    kind: 'instance',
    software: { name: facts.software.name, version: facts.software.version },
    implementation: { description: DESCRIPTION, url: facts.baseUrl },
    fhirVersion: FHIR_VERSION,
    acceptUnknown: 'no',
    format: ['application/fhir+xml', 'application/fhir+json', 'xml', 'json'],
    rest: [
      {
        mode: 'server',
        security: { cors: facts.cors },
        resource: facts.resources.map(restResource),
        operation: facts.operations.map(({ name, definition }) => ({
          name,
          definition: { reference: definition },
        })),
        compartment: facts.compartments.map(
          (type) => `http://hl7.org/fhir/CompartmentDefinition/${type.toLowerCase()}`,
        ),
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

/** DSTU2's `target` and `chain` are gone from STU3: the words say which chains work. */
function searchParameter(facts: ParameterFacts): Members {
  const chains = facts.chain?.map((chain) => `${facts.name}.${chain}`).join(', ');
  return {
    name: facts.name,
    type: facts.type,
    documentation: [facts.documentation, ...(chains ? [`chained: ${chains}`] : [])].join('; '),
  };
}
