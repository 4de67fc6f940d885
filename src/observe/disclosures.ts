import type { Request } from 'express';
import type { Caller } from '../auth/access';
import { Problem } from '../errors';
import type { Audit, Disclosure } from '../http/disclosure';
import { patientKey } from '../study/identity';
import type { Patient, StudyHeader } from '../study/model';
import type { Audit as AuditTrail } from './audit/audit';
import type { AuditedPatient, AuditedSubject, AuditRecord, RawRequest } from './audit/event';
import { routeOf } from './requests';

/** What the audit needs of the gateway's identities. */
export interface Identities {
  studyId(study: StudyHeader): string;
  patientId(patient: Patient): string | undefined;
  /** System of the patient's own identifier; undefined where it has none. */
  patientSystem(patient: Patient): string | undefined;
}

/** Records what answers show, and what was refused. */
export function recordDisclosures(trail: AuditTrail, identities: Identities): Audit {
  return async (disclosure) => {
    if (trail.on) await trail.record(toRecord(disclosure, identities));
  };
}

function toRecord(disclosure: Disclosure, identities: Identities): AuditRecord {
  const { action, request, access, error } = disclosure;
  const common = {
    ...outcomeOf(disclosure),
    caller: access?.caller ?? NOBODY,
    address: request.socket.remoteAddress ?? '',
    requestId: request.res?.get('X-Request-Id') ?? '',
    route: `${withoutCapability(request.baseUrl)}${routeOf(request)}`,
    subjects: subjectsOf(disclosure, identities),
  };
  const asked = rawRequest(request);
  if (isDenial(error)) {
    return { ...common, what: 'denial', denied: action, asked, outcome: 'serious-failure' };
  }
  switch (action) {
    case 'search':
    case 'query':
      return { ...common, what: action, asked };
    case 'retrieve':
      return { ...common, what: 'retrieve' };
    case 'read':
      return { ...common, what: 'read', resource: resourceOf(request) };
  }
}

/** Who asks where nobody could tell. */
const NOBODY: Caller = { key: '', kind: 'anonymous' };

function outcomeOf({ outcome, error }: Disclosure): Pick<AuditRecord, 'outcome' | 'problem'> {
  if (outcome === 'success') return { outcome };
  const code = error instanceof Problem ? error.code : 'internal-error';
  return { outcome: 'minor-failure', problem: code };
}

function isDenial(error: unknown): boolean {
  return (
    error instanceof Problem && (error.code === 'unauthenticated' || error.code === 'forbidden')
  );
}

/** Path, query and form as they came; a capability in the path is a credential and is left out. */
function rawRequest(request: Request): RawRequest {
  const body: unknown = request.body;
  return {
    method: request.method,
    target: withoutToken(withoutCapability(request.originalUrl)),
    ...(typeof body === 'string' && body !== '' && { body: withoutToken(body) }),
  };
}

function withoutCapability(target: string): string {
  return target.replace(/\/~[^/?]+/, '/~');
}

/** Without what RFC 6750 2.2 and 2.3 have in a form or a query: it lets nobody in here, but may do so elsewhere. */
function withoutToken(text: string): string {
  return text.replace(/(?<![\w.-])access_token=[^&]*/gi, 'access_token=');
}

/** The resource that a path below a FHIR base reads: `…/{type}/{id}[/_history/{version}]`. */
function resourceOf(request: Request) {
  const [path = ''] = request.originalUrl.split('?');
  const [, type = '', id = '', version] =
    /\/([A-Z]\w*)\/([^/]+)(?:\/_history\/([^/]+))?$/.exec(path) ?? [];
  return { type, id: decodeURIComponent(id), ...(version !== undefined && { version }) };
}

/** Each patient once, with those of its studies that are shown. */
function subjectsOf(
  { studies, patients = [], part }: Disclosure,
  identities: Identities,
): AuditedSubject[] {
  const whole = [...studies.map(({ patient }) => patient), ...patients];
  const byKey = new Map(whole.map((patient) => [patientKey(patient), patient]));
  return Array.from(byKey, ([key, patient]) => ({
    patient: auditedPatient(patient, identities),
    studies: studies
      .filter((study) => patientKey(study.patient) === key)
      .map((study) => ({ id: identities.studyId(study), uid: study.uid, ...below(part) })),
  }));
}

function below(part: Disclosure['part']) {
  return {
    ...(part?.series !== undefined && { series: part.series }),
    ...(part?.instance !== undefined && { instance: part.instance }),
  };
}

function auditedPatient(patient: Patient, identities: Identities): AuditedPatient {
  const id = identities.patientId(patient);
  const system = identities.patientSystem(patient);
  return {
    ...(id !== undefined && { id }),
    ...(patient.id !== undefined && {
      identifier: { value: patient.id, ...(system !== undefined && { system }) },
    }),
  };
}
