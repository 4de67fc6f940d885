import type { Members } from '../../fhir/elements';
import { APPLICATION, DESTINATION_ROLE, OAUTH_USER, RECIPIENT, SOURCE_ROLE } from './codes';
import type { AuditedAction, AuditRecord } from './event';

/** Who took part (AuditEvent.agent): client, this server, the application and the person by the token. */
export function agents(record: AuditRecord, server: string): Members[] {
  return [client(record), serverAgent(record, server), ...application(record), ...user(record)];
}

/** Whether the token is told as BALP's OAUTHaccessTokenUse.Comprehensive wants it. */
export function tellsClientAndUser({ caller, token }: AuditRecord): boolean {
  return caller.client !== undefined && (caller.subject === undefined || token?.id !== undefined);
}

/** The client as its connection knows it; R4's network type 2 is an IP address. */
function client(record: AuditRecord): Members {
  const { address, caller } = record;
  const known = caller.client !== undefined && { identifier: { value: caller.client } };
  return {
    type: isQuestion(record) ? SOURCE_ROLE : DESTINATION_ROLE,
    who: { ...known, display: caller.client ?? address },
    requestor: false,
    network: { address, type: '2' },
  };
}

/** This server; R4's network type 5 is a URI. */
function serverAgent(record: AuditRecord, server: string): Members {
  return {
    type: isQuestion(record) ? DESTINATION_ROLE : SOURCE_ROLE,
    who: { display: server },
    requestor: false,
    network: { address: server, type: '5' },
  };
}

/**
 * BALP 3:5.7.3: parameters flow from a searching client to the server, data from the server to a reading one, and
 * the roles say so.
 */
function isQuestion(record: AuditRecord): boolean {
  const action: AuditedAction = record.what === 'denial' ? record.denied : record.what;
  return action === 'search' || action === 'query';
}

/** The application by its client_id; it is the one who asked where no person did. */
function application({ caller, token, address }: AuditRecord): Members[] {
  if (caller.client === undefined) return [];
  return [
    {
      type: APPLICATION,
      who: { identifier: { value: caller.client } },
      requestor: caller.subject === undefined && token?.id === undefined,
      network: { address, type: '2' },
    },
  ];
}

/**
 * The person: `user` of BALP's RESTful patterns and `oUser` of its OAuth patterns at once. A token of nobody is told
 * by its jti alone (OAUTHaccessTokenUse.Minimal).
 */
function user({ caller, token }: AuditRecord): Members[] {
  const { subject } = caller;
  if (subject === undefined && token?.id === undefined) return [];
  return [
    {
      type: {
        coding: [
          ...(subject === undefined ? [] : [RECIPIENT]),
          ...(token?.id === undefined ? [] : [OAUTH_USER]),
        ],
      },
      who:
        subject === undefined
          ? undefined
          : { identifier: { system: token?.issuer, value: subject } },
      name: subject,
      requestor: true,
      policy: token?.id === undefined ? [] : [`urn:ietf:params:oauth:jti:${token.id}`],
    },
  ];
}
