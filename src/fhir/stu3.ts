import type { FhirRelease } from './releases';
import { searchset } from './shared/searchset';
import { capabilityStatement, FHIR_VERSION } from './stu3/capabilityStatement';
import { endpointResource } from './stu3/endpoint';
import { imagingStudy } from './stu3/imagingStudy';
import { operationDefinition } from './stu3/operationDefinition';
import { outcome } from './stu3/outcome';
import { patientResource } from './stu3/patient';
import { structureDefinition } from './stu3/structureDefinition';
import { writeResource, XML_DECLARATION, type XmlRules } from './xml';

/** The `id` of a resource is an element (xml.html of 3.0.2). */
const RULES: XmlRules = { resourceIdIsElement: true };

/** STU3, version 3.0.2 of FHIR. */
export const stu3: FhirRelease = {
  name: 'stu3',
  title: `STU3 (${FHIR_VERSION})`,
  version: FHIR_VERSION,
  mediaType: (format) => `application/fhir+${format}`,
  imagingStudy,
  endpoint: endpointResource,
  structureDefinition,
  operationDefinition,
  patient: patientResource,
  binary: ({ id, contentType, data }) => ({
    resourceType: 'Binary',
    id,
    contentType,
    content: data,
  }),
  outcome,
  searchset,
  conformance: capabilityStatement,
  toXml: (resource) => XML_DECLARATION + writeResource(resource, RULES),
};
