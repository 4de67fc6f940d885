import { writeFeed } from './dstu1/atom';
import { conformance, FHIR_VERSION } from './dstu1/conformance';
import { imagingStudy } from './dstu1/imagingStudy';
import { outcome } from './dstu1/outcome';
import { patientResource } from './dstu1/patient';
import { searchset } from './dstu1/searchset';
import type { FhirRelease, Format } from './releases';
import { writeResource, XML_DECLARATION, type XmlRules } from './xml';

/** Only contained resources have an `id` in DSTU1, and in XML it is an attribute (xml.html of 0.0.82). */
const RULES: XmlRules = { resourceIdIsElement: false };

/** DSTU1, version 0.0.82 of FHIR, the release this gateway was first made for. */
export const dstu1: FhirRelease = {
  name: 'dstu1',
  title: `DSTU1 (${FHIR_VERSION})`,
  version: FHIR_VERSION,
  mediaType,
  imagingStudy,
  patient: patientResource,
  outcome,
  searchset,
  conformance,
  toXml(resource) {
    const write = resource.resourceType === 'Bundle' ? writeFeed : writeResource;
    return XML_DECLARATION + write(resource, RULES);
  },
};

function mediaType(format: Format, kind: 'resource' | 'bundle'): string {
  if (format === 'json') return 'application/json+fhir';
  return kind === 'bundle' ? 'application/atom+xml' : 'application/xml+fhir';
}
