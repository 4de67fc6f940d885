import { requireScope } from '../auth/scopes';
import { Problem } from '../errors';
import { extensionNames, extensionUrl } from '../fhir/extensions';
import type { SearchEntry } from '../fhir/releases';
import type { ParsedSearch, SearchType } from '../search/parse';
import { searchServed } from '../search/servedSearch';
import { notFound, readAnswer, readShown, searchInput, servedEndpoint } from './answers';
import { definitionUrl, OWN_OPERATIONS, servedTypes } from './conformance';
import type { FhirAnswer, FhirHandler, FhirRequest } from './exchange';
import type { Services } from './handlers';
import { entryOf, searchAnswer, type Found } from './searchset';

/** The interactions with the gateway's own resources: its Endpoint, and the definitions of its extensions. */
export interface ServedHandlers {
  readonly searchEndpoints: FhirHandler;
  readonly readEndpoint: FhirHandler;
  readonly searchDefinitions: FhirHandler;
  readonly readDefinition: FhirHandler;
  readonly readOperation: FhirHandler;
}

/** The definitions of the gateway's extensions, as their search parameters see them. */
const DEFINITIONS = extensionNames().map((id) => ({ id, name: id, url: extensionUrl(id) }));

export function createServedHandlers(services: Services): ServedHandlers {
  const { render, signer } = services;

  async function searchEndpoints(request: FhirRequest): Promise<FhirAnswer> {
    requireType(request, 'Endpoint');
    requireScope(await request.access(), 'Endpoint', 'search');
    const input = searchInput(services, request, 'Endpoint');
    const { parsed, found } = searchServed({ ...input, type: 'Endpoint' }, [
      servedEndpoint(render),
    ]);
    const entries = found.length > 0 ? endpointEntries(services, request, 'match') : [];
    return searchAnswer(request, 'Endpoint', parsed, pageOfServed(parsed, entries), signer);
  }

  async function readEndpoint(request: FhirRequest): Promise<FhirAnswer> {
    requireScope(await request.access(), 'Endpoint', 'read');
    const { id } = render.endpoint;
    const resource = request.release.endpoint?.(render.endpoint);
    if (resource === undefined || request.path('id') !== id) throw notFound('Endpoint', id);
    const shown = readShown(services, request, 'Endpoint');
    return readAnswer(request, shown.of(resource), `Endpoint/${id}`);
  }

  async function searchDefinitions(request: FhirRequest): Promise<FhirAnswer> {
    const type = 'StructureDefinition' as const;
    requireType(request, type);
    const input = searchInput(services, request, type);
    const { parsed, found } = searchServed({ ...input, type }, DEFINITIONS);
    const entries = found.flatMap(({ id }) => {
      const resource = request.release.structureDefinition?.(id);
      return resource ? [entryOf(request.baseUrl, id, resource, id, 'match')] : [];
    });
    return searchAnswer(request, type, parsed, pageOfServed(parsed, entries), signer);
  }

  async function readDefinition(request: FhirRequest): Promise<FhirAnswer> {
    const type = 'StructureDefinition';
    const known = DEFINITIONS.find(({ id }) => id === request.path('id'));
    const resource = known && request.release.structureDefinition?.(known.id);
    if (resource === undefined) throw notFound(type, 'the last part of an extension URL');
    const shown = readShown(services, request, type);
    return readAnswer(request, shown.of(resource), `${type}/${request.path('id')}`);
  }

  async function readOperation(request: FhirRequest): Promise<FhirAnswer> {
    const type = 'OperationDefinition';
    const id = request.path('id');
    const name = OWN_OPERATIONS.find((each) => each === id);
    const url = definitionUrl(request.baseUrl, id);
    const resource = name && request.release.operationDefinition?.(name, url);
    if (resource === undefined) throw notFound(type, 'the name of an operation');
    return readAnswer(request, resource, `${type}/${id}`);
  }

  return { searchEndpoints, readEndpoint, searchDefinitions, readDefinition, readOperation };
}

/** The Endpoint as the entry of a page, in releases that have one. */
export function endpointEntries(
  { render }: Services,
  request: FhirRequest,
  mode: 'match' | 'include',
): SearchEntry[] {
  const resource = request.release.endpoint?.(render.endpoint);
  if (resource === undefined) return [];
  return [entryOf(request.baseUrl, render.endpoint.id, resource, 'Endpoint', mode)];
}

/** Refuses a search for a resource type that the release does not have. */
function requireType({ release }: FhirRequest, type: SearchType): void {
  if (servedTypes(release).includes(type)) return;
  throw new Problem('not-found', `${release.title} has no resource type ${type}.`);
}

/** A page of the gateway's own resources, whose cursor is the place where it starts. */
function pageOfServed({ query }: ParsedSearch, entries: readonly SearchEntry[]): Found {
  const start = Number(query.cursor ?? 0);
  const end = start + query.count;
  return {
    entries: entries.slice(start, end),
    total: entries.length,
    notices: [],
    ...(end < entries.length && { next: String(end) }),
    ...(start > 0 && { previous: String(Math.max(0, start - query.count)) }),
  };
}
