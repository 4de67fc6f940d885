import { OPERATIONS, VERSIONS_DEFINITION, type OperationName } from '../fhir/operations';
import type { FhirRelease, ServerFacts } from '../fhir/releases';
import type { SearchType } from '../search/dialects';
import { includesOf } from '../search/results';
import { declaredParameters, type DeclaredParameter } from '../search/parameters';
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

/** What the statement tells beside the tables. */
export interface Declared {
  readonly software: Software;
  /** What `_lastUpdated` means at this archive, where that is known: the statement never waits for the archive. */
  describeLastUpdated(): string | undefined;
  /** Answers reads of Binary, where there are any. */
  readonly readBinary?: unknown;
}

/** Answers `metadata` and OPTIONS from the tables that the search runs on. */
export function conformanceHandler(declared: Declared): FhirHandler {
  return async (request) => {
    const resource = request.release.conformance(serverFacts(declared, request));
    const version = await versionOf(resource);
    const headers = { 'Content-Location': `${request.baseUrl}/metadata?-version=${version}` };
    return { resource, kind: 'resource', version, headers };
  };
}

function serverFacts(declared: Declared, { release, baseUrl }: FhirRequest): ServerFacts {
  const { software } = declared;
  const own = release.operationDefinition === undefined ? [] : OWN_OPERATIONS;
  return {
    software,
    publisher: software.name,
    date: software.date,
    baseUrl,
    cors: true,
    operations: [
      ...(release.operationDefinition
        ? [{ name: 'versions', definition: VERSIONS_DEFINITION }]
        : []),
      ...own.map((name) => ({
        name,
        on: OPERATIONS[name].on,
        definition: definitionUrl(baseUrl, name),
      })),
    ],
    compartments: ['Patient'],
    resources: [
      ...servedTypes(release).map((type) => ({
        type,
        interactions: ['read', 'search-type'] as const,
        includes: includesOf(release.name, type),
        parameters: declaredParameters(release.name, type).map((parameter) =>
          parameter.name === '_lastUpdated' && type === 'ImagingStudy'
            ? describe(parameter, declared.describeLastUpdated())
            : parameter,
        ),
      })),
      ...(declared.readBinary === undefined ? [] : [readOnly('Binary')]),
      ...(own.length > 0 ? [readOnly('OperationDefinition')] : []),
    ],
  };
}

/** A type that is read where another resource refers to it, and not searched. */
function readOnly(type: string): ServerFacts['resources'][number] {
  return { type, interactions: ['read'], includes: [], parameters: [] };
}

/** The operations that this gateway defines. */
export const OWN_OPERATIONS = Object.keys(OPERATIONS) as OperationName[];

/** Where the definition of one of the gateway's operations is served. */
export function definitionUrl(baseUrl: string, name: string): string {
  return `${baseUrl}/OperationDefinition/${name}`;
}

/** A parameter with what is known of it at this archive, else as the table has it. */
function describe(parameter: DeclaredParameter, words: string | undefined): DeclaredParameter {
  return words === undefined
    ? parameter
    : { ...parameter, documentation: `${words}; without a zone in UTC` };
}
