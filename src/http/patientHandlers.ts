import { restrict } from '../auth/access';
import { refuseOtherPatient } from '../auth/otherPatient';
import type { SearchEntry } from '../fhir/releases';
import { parseSearch } from '../search/parse';
import type { Patient } from '../study/model';
import {
  callOf,
  contextOf,
  isWhole,
  notFound,
  readAnswer,
  readShown,
  sameVersion,
  searchInput,
} from './answers';
import type { FhirAnswer, FhirHandler, FhirRequest } from './exchange';
import type { Services } from './handlers';
import { entryOf, searchAnswer } from './searchset';

/** The interactions with Patient. */
export interface PatientHandlers {
  readonly searchPatients: FhirHandler;
  readonly readPatient: FhirHandler;
  readonly readPatientVersion: FhirHandler;
}

export function createPatientHandlers(services: Services): PatientHandlers {
  async function searchPatients(request: FhirRequest): Promise<FhirAnswer> {
    const access = await request.access();
    const input = searchInput(services, request, 'Patient');
    const parsed = parseSearch({ ...input, type: 'Patient' });
    refuseOtherPatient(parsed.query, access);
    const found = await services.findPatients(
      restrict(parsed.query, access),
      callOf(request, access),
    );
    const entries = found.patients.map((each) => patientEntry(services, request, each, 'match'));
    return {
      ...(await searchAnswer(request, 'Patient', parsed, { ...found, entries }, services.signer)),
      disclosed: { access, studies: [], patients: found.patients },
      whole: isWhole(found.notices),
    };
  }

  async function readPatient(request: FhirRequest): Promise<FhirAnswer> {
    const access = await request.access();
    const shown = readShown(services, request, 'Patient');
    const key = services.patientIds.decode(request.path('id'));
    if (key === undefined) throw noPatient();
    const issuer = key.issuer === undefined ? ('none' as const) : [key.issuer];
    const clause = [{ on: 'patient' as const, value: key.value, issuer }];
    const query = { clauses: [clause], sort: [], count: 1, detail: false };
    const { patients, notices } = await services.findPatients(
      restrict(query, access),
      callOf(request, access),
    );
    const [patient] = patients;
    if (patient === undefined) throw noPatient();
    const resource = request.release.patient(patient, contextOf(services, request));
    return {
      ...(await readAnswer(request, shown.of(resource), `Patient/${request.path('id')}`)),
      disclosed: { access, studies: [], patients },
      whole: isWhole(notices),
    };
  }

  return {
    searchPatients,
    readPatient,
    readPatientVersion: async (request) => sameVersion(request, await readPatient(request)),
  };
}

/** A patient as an entry of a page. */
export function patientEntry(
  services: Services,
  request: FhirRequest,
  patient: Patient,
  mode: 'match' | 'include',
): SearchEntry {
  const id = services.render.patientId(patient) ?? '';
  const resource = request.release.patient(patient, contextOf(services, request));
  return entryOf(request.baseUrl, id, resource, 'Patient', mode);
}

function noPatient() {
  return notFound('Patient', 'an id out of a subject reference');
}
