import { r4 } from './r4';
import { capabilityStatement } from './r4/capabilityStatement';
import { structureDefinition } from './r4/structureDefinition';
import { endpointResource } from './r5/endpoint';
import { imagingStudy } from './r6/imagingStudy';
import { operationDefinition } from './r6/operationDefinition';
import type { FhirRelease } from './releases';

const VERSION = '6.0.0-ballot3';

/** The R6 ballot: not a standard yet, and served to be tried. */
export const r6: FhirRelease = {
  ...r4,
  name: 'r6',
  title: `R6 ballot (${VERSION})`,
  version: VERSION,
  imagingStudy,
  endpoint: endpointResource,
  operationDefinition,
  structureDefinition: (name) => structureDefinition(name, VERSION),
  conformance: (facts) => capabilityStatement(facts, VERSION),
};
