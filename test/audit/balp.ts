import { z } from 'zod';

/*
 * BALP 1.1.4's profiles of AuditEvent, read from their differentials and written down once more as rules: slices by
 * pattern of `type`, with their cardinalities and fixed values. Independent of the renderer's table of codes.
 */

const coding = z.object({ system: z.string(), code: z.string(), display: z.string().optional() });
const concept = z.object({ coding: z.array(coding) });
const reference = z.looseObject({
  reference: z.string().optional(),
  type: z.string().optional(),
  display: z.string().optional(),
  identifier: z.looseObject({ system: z.string().optional(), value: z.string() }).optional(),
});
const agent = z.looseObject({
  type: concept,
  who: reference.optional(),
  requestor: z.boolean(),
  policy: z.array(z.string()).optional(),
  network: z.object({ address: z.string(), type: z.string() }).optional(),
});
const entity = z.looseObject({
  what: reference.optional(),
  type: coding.optional(),
  role: coding.optional(),
  query: z.string().optional(),
  detail: z.array(z.object({ type: z.string(), valueString: z.string() })).optional(),
});
const auditEvent = z.looseObject({
  resourceType: z.literal('AuditEvent'),
  meta: z.object({ profile: z.array(z.string()) }).optional(),
  type: coding,
  subtype: z.array(coding).optional(),
  action: z.string(),
  recorded: z.iso.datetime(),
  outcome: z.string(),
  outcomeDesc: z.string().optional(),
  agent: z.array(agent),
  source: z.looseObject({ observer: reference }),
  entity: z.array(entity),
});

export type AuditEvent = z.output<typeof auditEvent>;
type Agent = z.output<typeof agent>;
type Entity = z.output<typeof entity>;

export const readEvent = (value: unknown): AuditEvent => auditEvent.parse(value);

const PREFIX = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';

/** Names of the profiles that an event claims. */
export function claimed({ meta }: AuditEvent): string[] {
  return (meta?.profile ?? []).map((url) => url.replace(PREFIX, ''));
}

/** What an event breaks of the profiles that it claims; a profile that is not known here is broken. */
export function broken(event: AuditEvent): string[] {
  return claimed(event).flatMap((name) => {
    const rules = PROFILES[name];
    if (rules === undefined) return [`${name} is no profile`];
    const failed = Object.entries(rules).filter(([, holds]) => !holds(event));
    return failed.map(([rule]) => `${name}: ${rule}`);
  });
}

type Rules = Readonly<Record<string, (event: AuditEvent) => boolean>>;

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
const INTERACTION = 'http://hl7.org/fhir/restful-interaction';

const agentsOf = (event: AuditEvent, system: string, code: string) =>
  event.agent.filter(({ type }) =>
    type.coding.some((each) => each.system === system && each.code === code),
  );
const entitiesOf = (event: AuditEvent, code: string) =>
  event.entity.filter(({ type }) => type?.system === ENTITY_TYPE && type.code === code);
const hasRole = ({ role }: Entity, ...codes: string[]) =>
  role?.system === OBJECT_ROLE && codes.includes(role.code);
const only = <T>(items: readonly T[], holds: (item: T) => boolean) =>
  items.length === 1 && items.every(holds);
const atMostOne = <T>(items: readonly T[], holds: (item: T) => boolean) =>
  items.length === 0 || only(items, holds);
const connected = ({ who, network }: Agent) => who !== undefined && network !== undefined;
const subtypeIs =
  (...codes: string[]) =>
  ({ subtype = [] }: AuditEvent) =>
    subtype.some(({ system, code }) => system === INTERACTION && codes.includes(code));

const rest = (client: string, server: string, action: string): Rules => ({
  'type is rest': ({ type }) =>
    type.system === 'http://terminology.hl7.org/CodeSystem/audit-event-type' &&
    type.code === 'rest',
  [`action is ${action}`]: (event) => event.action === action,
  'outcome is 0': ({ outcome }) => outcome === '0',
  'one client': (event) => only(agentsOf(event, DCM, client), connected),
  'one server': (event) => only(agentsOf(event, DCM, server), connected),
  'at most one user, who asked': (event) =>
    atMostOne(
      agentsOf(event, 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP'),
      ({ who, requestor, network }) => who !== undefined && requestor && network === undefined,
    ),
  'at most one transaction, with its id': ({ entity: all }) =>
    atMostOne(
      all.filter(({ type }) => type?.code === 'XrequestId'),
      ({ type, what }) =>
        type?.system === 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType' &&
        what?.identifier !== undefined,
    ),
});
const patient: Rules = {
  'one patient': (event) =>
    only(
      entitiesOf(event, '1'),
      (each) => hasRole(each, '1') && each.what?.type === 'Patient' && nameable(each),
    ),
};
const nameable = ({ what }: Entity) =>
  (what?.reference ?? what?.identifier ?? what?.display) !== undefined;

const query: Rules = {
  ...rest('110153', '110152', 'E'),
  'subtype is a search': subtypeIs('search', 'search-type', 'search-system'),
  'one query': (event) =>
    only(
      entitiesOf(event, '2'),
      (each) =>
        hasRole(each, '24') &&
        each.query !== undefined &&
        each.what === undefined &&
        each.detail === undefined,
    ),
};
const read: Rules = {
  ...rest('110152', '110153', 'R'),
  'subtype is a read': subtypeIs('read', 'vread'),
  'one data': (event) =>
    only(entitiesOf(event, '2'), (each) => hasRole(each, '4', '3', '20') && nameable(each)),
};
const isJti = ({ policy = [] }: Agent) =>
  only(policy, (each) => /^urn:ietf:params:oauth:jti:./.test(each));

const PROFILES: Readonly<Record<string, Rules>> = {
  Query: query,
  PatientQuery: { ...query, ...patient },
  Read: read,
  PatientRead: { ...read, ...patient },
  'OAUTHaccessTokenUse.Minimal': {
    'a user of OAuth, with jti': (event) => {
      const users = agentsOf(
        event,
        'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes',
        'UserOauthAgent',
      );
      const good = (each: Agent) => each.requestor && isJti(each) && each.network === undefined;
      return users.length > 0 && users.every(good);
    },
  },
  'OAUTHaccessTokenUse.Comprehensive': {
    'one application': (event) =>
      only(agentsOf(event, DCM, '110150'), ({ who }) => who?.identifier !== undefined),
    'at most one person, with jti': (event) =>
      atMostOne(
        agentsOf(event, 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP'),
        (each) => each.who?.identifier !== undefined && each.requestor && isJti(each),
      ),
  },
};
