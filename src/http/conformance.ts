import type { FhirRelease, ServerFacts } from '../fhir/releases';
import type { SearchType } from '../search/dialects';
import { includesOf } from '../search/results';
import { declaredParameters } from '../search/parameters';
import { versionOf, type FhirHandler, type FhirRequest } from './exchange';

/** What the gateway is called and which version of it runs. */
export interface Software {
  readonly name: string;
  readonly version: string;
  /** ISO date of the release. */
  readonly date: string;
}

const TYPES = ['ImagingStudy', 'Patient', 'Endpoint', 'StructureDefinition'] as const;

/** The resource types that a release serves: those it has search parameters for. */
export function servedTypes(release: FhirRelease): readonly SearchType[] {
  return TYPES.filter((type) => declaredParameters(release.name, type).length > 0);
}

/** Answers `metadata` and OPTIONS from the tables that the search runs on. */
export function conformanceHandler(software: Software): FhirHandler {
  return (request) => {
    const resource = request.release.conformance(serverFacts(software, request));
    const version = versionOf(resource);
    const headers = { 'Content-Location': `${request.baseUrl}/metadata?-version=${version}` };
    return Promise.resolve({ resource, kind: 'resource', version, headers });
  };
}

function serverFacts(software: Software, { release, baseUrl }: FhirRequest): ServerFacts {
  return {
    software,
    publisher: software.name,
    date: software.date,
    baseUrl,
    cors: true,
    resources: servedTypes(release).map((type) => ({
      type,
      interactions: ['read', 'search-type'],
      includes: includesOf(release.name, type),
      parameters: declaredParameters(release.name, type),
    })),
  };
}
