import { capabilityStatement } from './r4/capabilityStatement';
import { endpointResource } from './r4/endpoint';
import { imagingStudy } from './r4/imagingStudy';
import { operationDefinition } from './r4/operationDefinition';
import { outcome } from './r4/outcome';
import { patientResource } from './r4/patient';
import { structureDefinition } from './r4/structureDefinition';
import type { FhirRelease } from './releases';
import { searchset } from './shared/searchset';
import { writeResource, XML_DECLARATION } from './xml';

const VERSION = '4.0.1';

/** R4, version 4.0.1 of FHIR, which most clients of today speak. */
export const r4: FhirRelease = {
  name: 'r4',
  title: `R4 (${VERSION})`,
  version: VERSION,
  mediaType: (format) => `application/fhir+${format}`,
  imagingStudy,
  endpoint: endpointResource,
  structureDefinition: (name) => structureDefinition(name, VERSION),
  operationDefinition,
  patient: patientResource,
  binary: ({ id, contentType, data }) => ({ resourceType: 'Binary', id, contentType, data }),
  outcome,
  searchset,
  conformance: (facts) => capabilityStatement(facts, VERSION),
  toXml: (resource) => XML_DECLARATION + writeResource(resource, { resourceIdIsElement: true }),
};
