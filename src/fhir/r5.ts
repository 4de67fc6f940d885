import { r4 } from './r4';
import { capabilityStatement } from './r4/capabilityStatement';
import { structureDefinition } from './r4/structureDefinition';
import { endpointResource } from './r5/endpoint';
import { imagingStudy } from './r5/imagingStudy';
import type { FhirRelease } from './releases';

const VERSION = '5.0.0';

/** R5, version 5.0.0 of FHIR; all but ImagingStudy and Endpoint is as in R4, in what the gateway tells. */
export const r5: FhirRelease = {
  ...r4,
  name: 'r5',
  title: `R5 (${VERSION})`,
  version: VERSION,
  imagingStudy,
  endpoint: endpointResource,
  structureDefinition: (name) => structureDefinition(name, VERSION),
  conformance: (facts) => capabilityStatement(facts, VERSION),
};
