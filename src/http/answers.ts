import type { Access } from '../auth/access';
import { Problem } from '../errors';
import type { RenderContext, Resource } from '../fhir/releases';
import { subset } from '../fhir/subset';
import { parseSearch, type SearchInput, type SearchType } from '../search/parse';
import type { StudyHeader } from '../study/model';
import type { StudyQuery } from '../study/query';
import type { Call, Notice } from '../study/source';
import { wadoUrls } from '../study/wado';
import { versionOf, type FhirAnswer, type FhirRequest } from './exchange';
import type { Services } from './handlers';
import { openCursor } from './searchset';

/*
 * What the handlers of every resource type have in common.
 */

/** A search as the parser takes it. */
export function searchInput(
  services: Services,
  request: FhirRequest,
  path: string,
  compartmentPatient?: string,
): Omit<SearchInput, 'type'> {
  const { search, patientIds, render, signer } = services;
  return {
    release: request.release.name,
    parameters: openCursor(signer, path, request.parameters),
    handling: request.handling,
    context: {
      ...search,
      patientIds,
      baseUrl: request.baseUrl,
      now: request.received,
      endpoint: servedEndpoint(render),
      ...(compartmentPatient !== undefined && { compartmentPatient }),
    },
  };
}

/** The Endpoint as its search parameters see it. */
export function servedEndpoint({ endpoint: { id, name, address } }: Services['render']) {
  return { id, name, identifiers: [{ system: 'urn:ietf:rfc:3986', value: address }] };
}

/** How this gateway renders for this request. */
export function contextOf({ render }: Services, { baseUrl }: FhirRequest): RenderContext {
  return { ...render, baseUrl };
}

/**
 * How studies are rendered for a caller: where there are capability URLs, every URL of a study leads below the one
 * that opens this study to this caller.
 */
export function studyContext(
  services: Services,
  request: FhirRequest,
  access: Access,
  studies: readonly StudyHeader[],
): RenderContext {
  const context = contextOf(services, request);
  const { capabilityRoot } = services;
  if (capabilityRoot === undefined) return context;
  const roots = new Map(studies.map((study) => [study.uid, capabilityRoot(access, study)]));
  return {
    ...context,
    wado: wadoUrls((uid) => roots.get(uid) ?? context.endpoint.address),
    addressOf: ({ uid }) => roots.get(uid),
  };
}

/** The parameters of a read that choose how much of the resource is given (R4 search.html "summary"). */
const SHOWN = ['_summary', '_elements'];

/** How much of a resource a read wants. */
export interface Shown {
  /** Whether that takes series and instances. */
  readonly depth: Pick<StudyQuery, 'detail' | 'instances'>;
  readonly of: (resource: Resource) => Resource;
}

/**
 * Reads `_summary` and `_elements` of a read; other parameters mean nothing to a read.
 *
 * @throws Problem `invalid-value`, also for `_summary=count`, which counts what a search finds
 */
export function readShown(services: Services, request: FhirRequest, type: SearchType): Shown {
  const parameters = request.parameters.filter(([name]) => SHOWN.includes(name));
  const input = searchInput(services, { ...request, parameters }, type);
  const { summary, elements, countOnly, query } = parseSearch({ ...input, type });
  if (countOnly) {
    const text = '_summary: "count" is for searches; for example _summary=true';
    throw new Problem('invalid-value', text, { location: ['_summary'] });
  }
  const wanted = { summary, ...(elements !== undefined && { elements }) };
  return {
    depth: { detail: query.detail, ...(query.instances === false && { instances: false }) },
    of: (resource) => subset(resource, request.release.name, wanted),
  };
}

/** DSTU1 http.html "read": Content-Location is the version-specific URL. */
export async function readAnswer(
  request: FhirRequest,
  resource: Resource,
  path: string,
): Promise<FhirAnswer> {
  const version = await versionOf(resource);
  const location = `${request.baseUrl}/${path}/_history/${version}`;
  return { resource, kind: 'resource', version, headers: { 'Content-Location': location } };
}

/** Whether nothing is wrong with an answer, nor missing; see `FhirAnswer.whole`. */
export function isWhole(notices: readonly Notice[]): boolean {
  return notices.every(({ lasting }) => lasting === true);
}

/** Only the present version can be read: the archive keeps no other. */
export function sameVersion(request: FhirRequest, answer: FhirAnswer): FhirAnswer {
  if (answer.version === request.path('version')) return answer;
  const text =
    'This version is not kept: the archive only has the present one. Read it without _history.';
  throw new Problem('version-not-kept', text);
}

/** One text, whatever the reason: what a caller may not see looks like what is not there. */
export function notFound(type: string, form: string): Problem {
  return new Problem(
    'not-found',
    `There is no such ${type} here. Its id is ${form}, as a search gives it.`,
  );
}

/**
 * The call of a request. Only who may see every study may be answered with older rows: for everybody else, whose a
 * study is decides what they get, and that is never decided by what was true a while ago.
 */
export function callOf({ call }: FhirRequest, { clauses }: Access): Call {
  return clauses.length === 0 ? { ...call, mayBeStale: true } : call;
}
