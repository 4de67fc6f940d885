import { Problem } from '../errors';
import { RELEASES, type ReleaseName } from '../fhir/releases';
import type { FhirHandler } from './exchange';
import { minorVersion } from './negotiate';

/**
 * `$versions` (R4 capabilitystatement-operation-versions.html): the releases that can be had, and the default.
 * Parameters came with DSTU2; a DSTU1 client is answered by Conformance.
 */
export function versionsHandler(fallback: ReleaseName): FhirHandler {
  return ({ release }) => {
    if (release.structureDefinition === undefined) {
      const text = 'DSTU1 has no Parameters resource. Ask /fhir/r4/$versions, or metadata.';
      throw new Problem('not-found', text);
    }
    const versions = Object.values(RELEASES).map((each) => ({
      name: 'version',
      valueCode: minorVersion(each),
    }));
    const standard = { name: 'default', valueCode: minorVersion(RELEASES[fallback]) };
    const resource = { resourceType: 'Parameters', parameter: [...versions, standard] };
    return { resource, kind: 'resource' };
  };
}
