import { r4 } from './r4';
import { capabilityStatement } from './r4/capabilityStatement';
import { structureDefinition } from './r4/structureDefinition';
import type { FhirRelease } from './releases';

const VERSION = '4.3.0';

/** R4B, version 4.3.0 of FHIR: for imaging, R4 under another version. */
export const r4b: FhirRelease = {
  ...r4,
  name: 'r4b',
  title: `R4B (${VERSION})`,
  version: VERSION,
  structureDefinition: (name) => structureDefinition(name, VERSION),
  conformance: (facts) => capabilityStatement(facts, VERSION),
};
