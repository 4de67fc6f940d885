import { resource } from '../../fhir/elements';
import type { Resource } from '../../fhir/releases';
import { agents, tellsClientAndUser } from './agents';
import {
  APPLICATION_SERVER,
  KINDS,
  OUTCOMES,
  profile,
  RESTRICTED_FUNCTION,
  SECURITY_ALERT,
  VREAD,
  type EventKind,
} from './codes';
import { entities } from './entities';
import type { AuditedSubject, AuditRecord } from './event';

/** What every event of this gateway says alike. */
export interface AuditContext {
  /** When it is recorded. */
  readonly recorded: Date;
  /** Base URL at which clients reach the gateway. */
  readonly server: string;
  /** Name of the site or the system that records (AuditEvent.source); the server where nobody named one. */
  readonly source: string | undefined;
}

/**
 * The R4 AuditEvents of a record: one for each of its patients, as BALP wants it (PatientQuery: "one AuditEvent is
 * created for every Patient identified in the resulting search set"), or one of no patient.
 */
export function renderAuditEvents(record: AuditRecord, context: AuditContext): Resource[] {
  const { subjects } = record;
  if (subjects.length === 0) return [renderAuditEvent(record, undefined, context)];
  return subjects.map((subject) => renderAuditEvent(record, subject, context));
}

function renderAuditEvent(
  record: AuditRecord,
  subject: AuditedSubject | undefined,
  { recorded, server, source = server }: AuditContext,
): Resource {
  const { type, subtype, action } = kindOf(record);
  return resource('AuditEvent', {
    meta: { profile: profiles(record, subject) },
    type,
    subtype,
    action,
    recorded: recorded.toISOString(),
    outcome: OUTCOMES[record.outcome],
    outcomeDesc: record.problem,
    agent: agents(record, server),
    source: { site: source, observer: { display: source }, type: [APPLICATION_SERVER] },
    entity: entities(record, subject, `${server}/fhir/r4`),
  });
}

/** A denial is a security alert whose further subtype is what was denied, so that it is found by both. */
function kindOf(record: AuditRecord): EventKind {
  if (record.what === 'denial') {
    const { type, subtype } = KINDS[record.denied];
    const denied = subtype.length === 0 ? [type] : subtype;
    return { type: SECURITY_ALERT, subtype: [RESTRICTED_FUNCTION, ...denied], action: 'E' };
  }
  const isVread = record.what === 'read' && record.resource.version !== undefined;
  return isVread ? { ...KINDS.read, subtype: [VREAD] } : KINDS[record.what];
}

/**
 * The profiles that hold. BALP's are for success (outcome is fixed to 0) and for FHIR: a claim on anything else
 * would make a repository that validates refuse the event.
 */
function profiles(record: AuditRecord, subject: AuditedSubject | undefined): string[] {
  const patient = subject === undefined ? '' : 'Patient';
  const names = { search: 'Query', read: 'Read', query: '', retrieve: '', denial: '' };
  const name = record.outcome === 'success' ? names[record.what] : '';
  return [
    ...(name === '' ? [] : [profile(patient + name)]),
    ...(tellsClientAndUser(record) ? [profile('OAUTHaccessTokenUse.Comprehensive')] : []),
    ...(record.token?.id === undefined ? [] : [profile('OAUTHaccessTokenUse.Minimal')]),
  ];
}
