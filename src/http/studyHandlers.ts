import { restrict, type Access } from '../auth/access';
import { refuseOtherPatient } from '../auth/otherPatient';
import { Problem } from '../errors';
import type { RenderContext, SearchEntry } from '../fhir/releases';
import { narrowingParameters } from '../search/parameters';
import { parseSearch, type ParsedSearch } from '../search/parse';
import { readStudyId } from '../study/identity';
import type { Patient, Study, StudyHeader } from '../study/model';
import type { FoundStudies } from '../study/search';
import type { Notice } from '../study/source';
import { beginTurn } from '../study/turns';
import {
  callOf,
  isWhole,
  notFound,
  readAnswer,
  readShown,
  sameVersion,
  searchInput,
  studyContext,
} from './answers';
import type { FhirAnswer, FhirHandler, FhirRequest } from './exchange';
import { explanation, watchCall } from './explain';
import type { Services } from './handlers';
import { patientEntry } from './patientHandlers';
import { renderStudy } from './renderStudy';
import { entryOf, issuesOf, searchAnswer } from './searchset';
import { endpointEntries } from './servedHandlers';

/** The interactions with ImagingStudy. */
export interface StudyHandlers {
  readonly searchStudies: FhirHandler;
  readonly searchStudiesOfPatient: FhirHandler;
  readonly explainStudies: FhirHandler;
  readonly readStudy: FhirHandler;
  readonly readStudyVersion: FhirHandler;
}

/** A search that has been asked of the archive. */
interface Ran {
  readonly parsed: ParsedSearch;
  readonly access: Access;
  readonly found: FoundStudies;
  /** What was asked of the archive and what became of its rows, where that is wanted. */
  readonly told?: readonly Notice[];
}

const PATIENTS_LEFT_OUT: Notice = {
  code: 'patients-left-out',
  text: 'The token does not grant reading Patient: the patients of the studies are not included.',
};

/** Enough rows to see that an id names more than one study. */
const SEVERAL = 10;
const PATH = 'ImagingStudy';

export function createStudyHandlers(services: Services): StudyHandlers {
  const { render } = services;

  /** Understands a search, refuses what may not be asked, and asks the archive; explained where that is wanted. */
  async function run(
    request: FhirRequest,
    path: string,
    { patientId, explain = false }: { patientId?: string; explain?: boolean },
  ): Promise<Ran> {
    const access = await request.access();
    const input = searchInput(services, request, path, patientId);
    const parsed = parseSearch({ ...input, type: 'ImagingStudy' });
    refuseOtherPatient(parsed.query, access);
    const query = restrict(parsed.query, access);
    await refuseBroad(request, query);
    if (!explain && !parsed.explain) {
      return { parsed, access, found: await services.findStudies(query, callOf(request, access)) };
    }
    services.allowExplain(access);
    const watched = watchCall(request.call);
    const found = await services.findStudies(query, watched.call);
    return { parsed, access, found, told: explanation(query, watched.events) };
  }

  async function page(
    request: FhirRequest,
    path: string,
    { parsed, access, found, told }: Ran,
  ): Promise<FhirAnswer> {
    const patients = parsed.includes.includes('patient');
    const mayRead = access.may('Patient', 'read');
    // An endpoint for one study and one caller is contained in the study already.
    const served = services.capabilityRoot === undefined && found.studies.length > 0;
    const endpoints = parsed.includes.includes('endpoint') && served;
    const context = studyContext(services, request, access, found.studies);
    const entries = [
      ...(await studyEntries(request, found.studies, context)),
      ...(patients && mayRead ? includedPatients(request, found.studies) : []),
      ...(endpoints ? endpointEntries(services, request, 'include') : []),
    ];
    const notices = [
      ...found.notices,
      ...(patients && !mayRead ? [PATIENTS_LEFT_OUT] : []),
      ...(told ?? []),
    ];
    const page = { ...found, entries, notices };
    return {
      ...(await searchAnswer(request, path, parsed, page, services.signer)),
      disclosed: { access, studies: found.studies },
      whole: isWhole(found.notices),
    };
  }

  async function refuseBroad(request: FhirRequest, query: ParsedSearch['query']): Promise<void> {
    if (!(await services.isTooBroad(query, request.call))) return;
    const names = narrowingParameters(request.release.name, 'ImagingStudy').join(', ');
    const text = `This search would read the whole archive, which is switched off here. Add one of: ${names}.`;
    throw new Problem('too-costly', text);
  }

  async function studyEntries(
    request: FhirRequest,
    studies: readonly Study[],
    context: RenderContext,
  ): Promise<SearchEntry[]> {
    const turn = beginTurn();
    const entries: SearchEntry[] = [];
    for (const study of studies) {
      const resource = await renderStudy(request.release, study, context, turn);
      const title = study.description ?? 'Imaging study';
      entries.push(entryOf(request.baseUrl, render.studyId(study), resource, title, 'match'));
    }
    return entries;
  }

  /** Each patient of a page once; one without an id is contained in the study already. */
  function includedPatients(request: FhirRequest, studies: readonly Study[]) {
    const byId = new Map<string, Patient>();
    for (const { patient } of studies) {
      const id = render.patientId(patient);
      if (id !== undefined && !byId.has(id)) byId.set(id, patient);
    }
    return [...byId.values()].map((patient) => patientEntry(services, request, patient, 'include'));
  }

  async function readStudy(request: FhirRequest): Promise<FhirAnswer> {
    const access = await request.access();
    const shown = readShown(services, request, 'ImagingStudy');
    const { uid, patientMark } = readStudyId(request.path('id'));
    const id = { on: 'id' as const, uid, ...(patientMark !== undefined && { patientMark }) };
    const query = { clauses: [[id]], sort: [], count: SEVERAL, ...shown.depth };
    const { studies, notices } = await services.findStudies(
      restrict(query, access),
      callOf(request, access),
    );
    const [study] = studies;
    if (study === undefined) throw notFound('ImagingStudy', 'a Study Instance UID');
    if (studies.length > 1) throw ambiguous(studies);
    const context = studyContext(services, request, access, studies);
    const resource = await renderStudy(request.release, study, context, beginTurn());
    return {
      ...(await readAnswer(request, shown.of(resource), `ImagingStudy/${render.studyId(study)}`)),
      disclosed: { access, studies },
      whole: isWhole(notices),
    };
  }

  function ambiguous(studies: readonly StudyHeader[]): Problem {
    const ids = studies.map((study) => render.studyId(study)).join(' and ');
    const text = 'The archive holds this Study Instance UID under several patients. Read one of';
    return new Problem('ambiguous-study', `${text} ${ids}.`);
  }

  return {
    searchStudies: async (request) => page(request, PATH, await run(request, PATH, {})),
    async searchStudiesOfPatient(request) {
      const patientId = request.path('id');
      const path = `Patient/${encodeURIComponent(patientId)}/${PATH}`;
      return page(request, path, await run(request, path, { patientId }));
    },
    async explainStudies(request) {
      const { parsed, access, found, told = [] } = await run(request, PATH, { explain: true });
      const issues = issuesOf(parsed, [...told, ...found.notices]);
      const disclosed = { access, studies: found.studies };
      return { resource: request.release.outcome(issues), kind: 'resource', disclosed };
    },
    readStudy,
    readStudyVersion: async (request) => sameVersion(request, await readStudy(request)),
  };
}
