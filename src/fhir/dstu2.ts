import { conformance, FHIR_VERSION } from './dstu2/conformance';
import { imagingStudy } from './dstu2/imagingStudy';
import { operationDefinition } from './dstu2/operationDefinition';
import { outcome } from './dstu2/outcome';
import { patientResource } from './dstu2/patient';
import { structureDefinition } from './dstu2/structureDefinition';
import type { FhirRelease } from './releases';
import { searchset } from './shared/searchset';
import { writeResource, XML_DECLARATION, type XmlRules } from './xml';

/** The `id` of a resource is an element (xml.html of 1.0.2). */
const RULES: XmlRules = { resourceIdIsElement: true };

/** DSTU2, version 1.0.2 of FHIR. */
export const dstu2: FhirRelease = {
  name: 'dstu2',
  title: `DSTU2 (${FHIR_VERSION})`,
  version: FHIR_VERSION,
  mediaType: (format) => `application/${format}+fhir`,
  imagingStudy,
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
  conformance,
  toXml: (resource) => XML_DECLARATION + writeResource(resource, RULES),
};
