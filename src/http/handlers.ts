import { Problem } from '../errors';
import { extensionNames, extensionUrl } from '../fhir/extensions';
import type { EndpointFacts, RenderContext, SearchEntry } from '../fhir/releases';
import {
  parseSearch,
  type ParsedSearch,
  type SearchContext,
  type SearchType,
} from '../search/parse';
import { searchServed } from '../search/servedSearch';
import type { FoundPatients } from '../study/findPatients';
import { readStudyId, type PatientIds } from '../study/identity';
import type { Patient, Study, StudyHeader } from '../study/model';
import type { StudyQuery } from '../study/query';
import type { FoundStudies } from '../study/search';
import type { Call } from '../study/source';
import { servedTypes } from './conformance';
import { versionOf, type FhirAnswer, type FhirHandler, type FhirRequest } from './exchange';
import { entryOf, openCursor, searchAnswer, type Found } from './searchset';
import type { LinkSigner } from './signing';

/** What the handlers need of the rest of the gateway. */
export interface Services {
  findStudies(query: StudyQuery, call: Call): Promise<FoundStudies>;
  findPatients(query: StudyQuery, call: Call): Promise<FoundPatients>;
  readonly patientIds: PatientIds;
  /** How search values are read; the base and the compartment are the request's. */
  readonly search: Pick<SearchContext, 'defaultCount' | 'maxCount' | 'issuersOfSystem'>;
  /** How resources are rendered; the base is the request's. */
  readonly render: Omit<RenderContext, 'baseUrl'>;
  /** Signs the links between pages. */
  readonly signer: LinkSigner;
}

/** The FHIR interactions that the gateway answers. */
export interface Handlers {
  readonly searchStudies: FhirHandler;
  readonly searchStudiesOfPatient: FhirHandler;
  readonly readStudy: FhirHandler;
  readonly readStudyVersion: FhirHandler;
  readonly searchPatients: FhirHandler;
  readonly readPatient: FhirHandler;
  readonly readPatientVersion: FhirHandler;
  readonly searchEndpoints: FhirHandler;
  readonly readEndpoint: FhirHandler;
  readonly searchDefinitions: FhirHandler;
  readonly readDefinition: FhirHandler;
}

/** Enough rows to see that an id names more than one study. */
const SEVERAL = 10;

export function createHandlers(services: Services): Handlers {
  const { render, patientIds } = services;

  const input = (request: FhirRequest, path: string, compartmentPatient?: string) => ({
    release: request.release.name,
    parameters: openCursor(services.signer, path, request.parameters),
    handling: request.handling,
    context: {
      ...services.search,
      patientIds,
      baseUrl: request.baseUrl,
      now: new Date(),
      endpoint: servedEndpoint(render.endpoint),
      ...(compartmentPatient !== undefined && { compartmentPatient }),
    },
  });

  const page = (request: FhirRequest, path: string, parsed: ParsedSearch, found: Found) =>
    searchAnswer(request, path, parsed, found, services.signer);

  const contextOf = (request: FhirRequest): RenderContext => ({
    ...render,
    baseUrl: request.baseUrl,
  });

  async function searchStudies(request: FhirRequest, path: string, patientId?: string) {
    const parsed = parseSearch({ ...input(request, path, patientId), type: 'ImagingStudy' });
    const found = await services.findStudies(parsed.query, request.call);
    const entries = [
      ...found.studies.map((study) => studyEntry(request, study)),
      ...(parsed.includes.includes('patient') ? includedPatients(request, found) : []),
      ...(parsed.includes.includes('endpoint') && found.studies.length > 0
        ? endpointEntries(request, 'include')
        : []),
    ];
    return page(request, path, parsed, { ...found, entries });
  }

  function studyEntry(request: FhirRequest, study: Study) {
    const resource = request.release.imagingStudy(study, contextOf(request));
    const title = study.description ?? 'Imaging study';
    return entryOf(request.baseUrl, render.studyId(study), resource, title, 'match');
  }

  function patientEntry(request: FhirRequest, patient: Patient, mode: 'match' | 'include') {
    const id = render.patientId(patient) ?? '';
    const resource = request.release.patient(patient, contextOf(request));
    return entryOf(request.baseUrl, id, resource, 'Patient', mode);
  }

  /** Each patient of a page once; one without an id is contained in the study already. */
  function includedPatients(request: FhirRequest, found: FoundStudies) {
    const byId = new Map<string, Patient>();
    for (const { patient } of found.studies) {
      const id = render.patientId(patient);
      if (id !== undefined && !byId.has(id)) byId.set(id, patient);
    }
    return [...byId.values()].map((patient) => patientEntry(request, patient, 'include'));
  }

  async function readStudy(request: FhirRequest): Promise<FhirAnswer> {
    const { uid, patientMark } = readStudyId(request.path('id'));
    const id = { on: 'id' as const, uid, ...(patientMark !== undefined && { patientMark }) };
    const query = { clauses: [[id]], sort: [], count: SEVERAL, detail: true };
    const { studies } = await services.findStudies(query, request.call);
    const [study] = studies;
    if (study === undefined) throw notFound('ImagingStudy', 'a Study Instance UID');
    if (studies.length > 1) throw ambiguous(studies);
    const resource = request.release.imagingStudy(study, contextOf(request));
    return readAnswer(request, resource, `ImagingStudy/${render.studyId(study)}`);
  }

  async function readPatient(request: FhirRequest): Promise<FhirAnswer> {
    const key = patientIds.decode(request.path('id'));
    if (key === undefined) throw notFound('Patient', 'an id out of a subject reference');
    const issuer = key.issuer === undefined ? ('none' as const) : [key.issuer];
    const clause = [{ on: 'patient' as const, value: key.value, issuer }];
    const query = { clauses: [clause], sort: [], count: 1, detail: false };
    const { patients } = await services.findPatients(query, request.call);
    const [patient] = patients;
    if (patient === undefined) throw notFound('Patient', 'an id out of a subject reference');
    const resource = request.release.patient(patient, contextOf(request));
    return readAnswer(request, resource, `Patient/${request.path('id')}`);
  }

  function endpointEntries(request: FhirRequest, mode: 'match' | 'include') {
    const resource = request.release.endpoint?.(render.endpoint);
    if (resource === undefined) return [];
    return [entryOf(request.baseUrl, render.endpoint.id, resource, 'Endpoint', mode)];
  }

  function ambiguous(studies: readonly StudyHeader[]): Problem {
    const ids = studies.map((study) => render.studyId(study)).join(' and ');
    const text = 'The archive holds this Study Instance UID under several patients. Read one of';
    return new Problem('ambiguous-study', `${text} ${ids}.`);
  }

  return {
    searchStudies: (request) => searchStudies(request, 'ImagingStudy'),
    searchStudiesOfPatient: (request) => {
      const id = request.path('id');
      return searchStudies(request, `Patient/${encodeURIComponent(id)}/ImagingStudy`, id);
    },
    readStudy,
    readStudyVersion: async (request) => sameVersion(request, await readStudy(request)),
    async searchPatients(request) {
      const parsed = parseSearch({ ...input(request, 'Patient'), type: 'Patient' });
      const found = await services.findPatients(parsed.query, request.call);
      const entries = found.patients.map((patient) => patientEntry(request, patient, 'match'));
      return page(request, 'Patient', parsed, { ...found, entries });
    },
    readPatient,
    readPatientVersion: async (request) => sameVersion(request, await readPatient(request)),
    searchEndpoints(request) {
      requireType(request, 'Endpoint');
      const { parsed, found } = searchServed({ ...input(request, 'Endpoint'), type: 'Endpoint' }, [
        servedEndpoint(render.endpoint),
      ]);
      const entries = found.length > 0 ? endpointEntries(request, 'match') : [];
      return Promise.resolve(page(request, 'Endpoint', parsed, pageOfServed(parsed, entries)));
    },
    readEndpoint(request) {
      const resource = request.release.endpoint?.(render.endpoint);
      if (resource === undefined || request.path('id') !== render.endpoint.id) {
        return Promise.reject(notFound('Endpoint', render.endpoint.id));
      }
      return Promise.resolve(readAnswer(request, resource, `Endpoint/${render.endpoint.id}`));
    },
    searchDefinitions(request) {
      const type = 'StructureDefinition' as const;
      requireType(request, type);
      const { parsed, found } = searchServed({ ...input(request, type), type }, DEFINITIONS);
      const entries = found.flatMap(({ id }) => {
        const resource = request.release.structureDefinition?.(id);
        return resource ? [entryOf(request.baseUrl, id, resource, id, 'match')] : [];
      });
      return Promise.resolve(page(request, type, parsed, pageOfServed(parsed, entries)));
    },
    readDefinition(request) {
      const known = DEFINITIONS.find(({ id }) => id === request.path('id'));
      const resource = known && request.release.structureDefinition?.(known.id);
      if (known === undefined || resource === undefined) {
        const text = 'the last part of an extension URL';
        return Promise.reject(notFound('StructureDefinition', text));
      }
      return Promise.resolve(readAnswer(request, resource, `StructureDefinition/${known.id}`));
    },
  };
}

/** The Endpoint as its search parameters see it. */
function servedEndpoint({ id, name, address }: EndpointFacts) {
  return { id, name, identifiers: [{ system: 'urn:ietf:rfc:3986', value: address }] };
}

/** The definitions of the gateway's extensions, as their search parameters see them. */
const DEFINITIONS = extensionNames().map((id) => ({ id, name: id, url: extensionUrl(id) }));

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

/** DSTU1 http.html "read": Content-Location is the version-specific URL. */
function readAnswer(
  request: FhirRequest,
  resource: FhirAnswer['resource'],
  path: string,
): FhirAnswer {
  const version = versionOf(resource);
  const location = `${request.baseUrl}/${path}/_history/${version}`;
  return { resource, kind: 'resource', version, headers: { 'Content-Location': location } };
}

/** Only the present version can be read: the archive keeps no other. */
function sameVersion(request: FhirRequest, answer: FhirAnswer): FhirAnswer {
  if (answer.version === request.path('version')) return answer;
  const text =
    'This version is not kept: the archive only has the present one. Read it without _history.';
  throw new Problem('version-not-kept', text);
}

function notFound(type: string, form: string): Problem {
  return new Problem(
    'not-found',
    `There is no such ${type} here. Its id is ${form}, as a search gives it.`,
  );
}
