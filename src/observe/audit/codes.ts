import type { Members } from '../../fhir/elements';
import type { AuditedAction, Outcome } from './event';

/*
 * The codes of an AuditEvent, as BALP 1.1.3 and 1.1.4 (https://profiles.ihe.net/ITI/BALP) and DICOM PS3.15 A.5 have
 * them. Nobody else may make codings of their own in this folder.
 */

const BALP = 'https://profiles.ihe.net/ITI/BALP';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

const dcm = (code: string, display: string) => ({
  system: 'http://dicom.nema.org/resources/ontology/DCM',
  code,
  display,
});
const interaction = (code: string) => ({
  system: 'http://hl7.org/fhir/restful-interaction',
  code,
  display: code,
});

/** Canonical URL of a profile of BALP. */
export const profile = (name: string) => `${BALP}/StructureDefinition/IHE.BasicAudit.${name}`;

const REST = {
  system: `${TERMINOLOGY}/audit-event-type`,
  code: 'rest',
  display: 'Restful Operation',
};
const SEARCH_TYPE = interaction('search-type');
const READ = interaction('read');
export const VREAD = interaction('vread');

/** PS3.15 A.5.3.10. */
const DICOM_QUERY = dcm('110112', 'Query');
/** PS3.15 A.5.3.7. */
const INSTANCES_TRANSFERRED = dcm('110104', 'DICOM Instances Transferred');
/** PS3.15 A.5.3.11, and the one of its subtypes that is about a person and not about a node. */
export const SECURITY_ALERT = dcm('110113', 'Security Alert');
export const RESTRICTED_FUNCTION = dcm('110132', 'Use of Restricted Function');

export const SOURCE_ROLE = { coding: [dcm('110153', 'Source Role ID')] };
export const DESTINATION_ROLE = { coding: [dcm('110152', 'Destination Role ID')] };
export const APPLICATION = { coding: [dcm('110150', 'Application')] };
export const RECIPIENT = {
  system: `${TERMINOLOGY}/v3-ParticipationType`,
  code: 'IRCP',
  display: 'information recipient',
};
export const OAUTH_USER = { system: `${BALP}/CodeSystem/UserAgentTypes`, code: 'UserOauthAgent' };

export const PERSON = {
  system: `${TERMINOLOGY}/audit-entity-type`,
  code: '1',
  display: 'Person',
};
export const SYSTEM_OBJECT = {
  system: `${TERMINOLOGY}/audit-entity-type`,
  code: '2',
  display: 'System Object',
};
/** For the studies that a search showed: BALP lets an event have one System Object, and that is the query. */
export const IMAGING_STUDY = {
  system: 'http://hl7.org/fhir/resource-types',
  code: 'ImagingStudy',
  display: 'ImagingStudy',
};
export const REQUEST_ID = {
  system: `${BALP}/CodeSystem/BasicAuditEntityType`,
  code: 'XrequestId',
};

const role = (code: string, display: string) => ({
  system: `${TERMINOLOGY}/object-role`,
  code,
  display,
});
export const PATIENT = role('1', 'Patient');
export const REPORT = role('3', 'Report');
export const DOMAIN_RESOURCE = role('4', 'Domain Resource');
export const QUERY = role('24', 'Query');

export const STUDY_UID_TYPE = { coding: [dcm('110180', 'Study Instance UID')] };
export const APPLICATION_SERVER = {
  system: `${TERMINOLOGY}/security-source-type`,
  code: '4',
  display: 'Application Server',
};

/** http://terminology.hl7.org/CodeSystem/audit-event-outcome. */
export const OUTCOMES = {
  success: '0',
  'minor-failure': '4',
  'serious-failure': '8',
} as const satisfies Record<Outcome, string>;

/** What distinguishes the kinds of events. */
export interface EventKind {
  readonly type: Members;
  readonly subtype: readonly Members[];
  readonly action: 'E' | 'R';
}

/** THE TABLE of what is done: type, subtype and action; a vread has {@link VREAD} for its subtype. */
export const KINDS = {
  search: { type: REST, subtype: [SEARCH_TYPE], action: 'E' },
  read: { type: REST, subtype: [READ], action: 'R' },
  // "Restful Operation" means FHIR's; QIDO-RS and WADO-RS have events of their own in PS3.15.
  query: { type: DICOM_QUERY, subtype: [], action: 'E' },
  // BALP has no pattern of a transfer. PS3.15 asks whether the receiver had the instances before: no server
  // knows, and R (read) is the one action that claims no change of what the receiver holds.
  retrieve: { type: INSTANCES_TRANSFERRED, subtype: [], action: 'R' },
} as const satisfies Record<AuditedAction, EventKind>;
