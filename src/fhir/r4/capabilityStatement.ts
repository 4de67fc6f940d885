import { resource, type Members } from '../elements';
import { narrative, paragraph, title } from '../narrative';
import type { Resource, ServerFacts } from '../releases';

type ResourceFacts = ServerFacts['resources'][number];

const DESCRIPTION =
  'ImagingStudy, with WADO-RS URLs, answered live from a PACS that speaks DICOMweb; read-only';

/**
 * R4 CapabilityStatement (capabilitystatement.html of 4.0.1), what the gateway can do; R4B, R5 and R6 have the same
 * elements.
 *
 * @param fhirVersion the release's own version, for example `4.0.1`
 */
export function capabilityStatement(facts: ServerFacts, fhirVersion: string): Resource {
  const { software } = facts;
  return resource('CapabilityStatement', {
    text: narrative([title(software.name), paragraph(DESCRIPTION)]),
    url: `${facts.baseUrl}/metadata`,
    version: software.version,
    name: computableName(software.name),
    title: software.name,
    status: 'active',
    date: facts.date,
    publisher: facts.publisher,
    description: DESCRIPTION,
    kind: 'instance',
    software: { name: software.name, version: software.version },
    implementation: { description: DESCRIPTION, url: facts.baseUrl },
    fhirVersion,
    format: ['application/fhir+xml', 'application/fhir+json', 'xml', 'json'],
    rest: [
      {
        mode: 'server',
        security: { cors: facts.cors },
        resource: facts.resources.map((each) => restResource(each, facts.operations)),
        operation: facts.operations.filter(({ on }) => on === undefined).map(operation),
        compartment: facts.compartments.map((type) => `${COMPARTMENTS}/${type.toLowerCase()}`),
      },
    ],
  });
}

/** A name that can stand for something in a program (invariant cpb-0): `DicomwebFhirGateway`. */
export function computableName(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/** Canonical URLs of the compartments (R4 compartmentdefinition.html). */
const COMPARTMENTS = 'http://hl7.org/fhir/CompartmentDefinition';

function operation({ name, definition }: ServerFacts['operations'][number]): Members {
  return { name, definition };
}

function restResource(facts: ResourceFacts, operations: ServerFacts['operations']): Members {
  return {
    type: facts.type,
    interaction: facts.interactions.map((code) => ({ code })),
    versioning: 'no-version',
    readHistory: false,
    updateCreate: false,
    searchInclude: facts.includes,
    searchParam: facts.parameters.map(({ name, type, documentation }) => ({
      name,
      type,
      documentation,
    })),
    operation: operations.filter(({ on }) => on === facts.type).map(operation),
  };
}
