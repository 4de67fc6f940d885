import { renderAuditEvents } from '../../src/observe/audit/render';
import type { AuditRecord } from '../../src/observe/audit/event';
import { golden } from '../fhir/golden';
import { jsonSchemaValidator } from '../schemas/r4JsonSchema';
import { broken, claimed, readEvent, type AuditEvent } from './balp';
import {
  ANONYMOUS,
  DENIAL,
  JANE,
  JOHN,
  NAMELESS,
  POSTED_SEARCH,
  QIDO,
  READ,
  RETRIEVE,
  SEARCH,
} from './records';

const CONTEXT = {
  recorded: new Date('2026-01-02T03:04:05.678Z'),
  server: 'https://gateway.example.org',
  source: 'Radiology North',
};

const app = { key: 'k2', kind: 'system', client: 'pipeline' } as const;
const RECORDS: readonly (readonly [name: string, record: AuditRecord])[] = [
  ['search', SEARCH],
  ['search-posted', POSTED_SEARCH],
  ['search-of-nobody', { ...SEARCH, subjects: [] }],
  ['search-failed', { ...SEARCH, outcome: 'minor-failure', problem: 'pacs-timeout' }],
  ['search-by-anybody', { ...SEARCH, ...ANONYMOUS }],
  ['search-by-a-service', { ...SEARCH, caller: app }],
  ['search-without-jti', { ...SEARCH, token: { issuer: 'https://login.example.org' } }],
  ['read', READ],
  ['read-version', { ...READ, resource: { ...READ.resource, version: 'abc' } }],
  ['read-patient', { ...READ, resource: { type: 'Patient', id: 'HOSP-2dA.P-2d0002' } }],
  ['read-endpoint', { ...READ, resource: { type: 'Endpoint', id: 'wado-rs' }, subjects: [] }],
  ['read-without-patient-id', { ...READ, subjects: [NAMELESS] }],
  ['query', QIDO],
  ['retrieve', RETRIEVE],
  ['retrieve-cut-short', { ...RETRIEVE, outcome: 'minor-failure', problem: 'pacs-broken-answer' }],
  ['denial', DENIAL],
  ['denial-of-a-retrieval', { ...DENIAL, denied: 'retrieve', subjects: [JOHN] }],
];

const validate = jsonSchemaValidator('r4');

function eventsOf(record: AuditRecord): AuditEvent[] {
  return renderAuditEvents(record, CONTEXT).map(readEvent);
}

function eventOf(record: AuditRecord): AuditEvent {
  const [event, ...more] = eventsOf(record);
  if (event === undefined || more.length > 0) throw new Error('not one event');
  return event;
}

describe.each(RECORDS)('the AuditEvent of %s', (name, record) => {
  const [rendered] = renderAuditEvents(record, CONTEXT);
  if (rendered === undefined) throw new Error('nothing was rendered');

  it('is what was read and found right', () => {
    const json = `${JSON.stringify(rendered, null, 2)}\n`;
    expect(json).toBe(golden(`audit/${name}.json`, json));
  });

  it('is valid R4', () => {
    expect(validate(rendered)).toEqual([]);
  });

  it('holds every rule of the BALP profiles that it claims', () => {
    expect(broken(readEvent(rendered))).toEqual([]);
  });
});

test('the rules of BALP are rules: an event without its patient or with another action breaks them', () => {
  const event = eventOf(SEARCH);
  const { entity, ...rest } = event;
  expect(broken({ ...rest, entity: entity.filter(({ type }) => type?.code !== '1') })).toEqual([
    'PatientQuery: one patient',
  ]);
  expect(broken({ ...event, action: 'R' })).toEqual(['PatientQuery: action is E']);
  expect(broken({ ...event, meta: { profile: ['https://example.org/other'] } })).toHaveLength(1);
});

test.each<[string, AuditRecord, string[]]>([
  ['a search of a patient', SEARCH, ['PatientQuery']],
  ['a search that concerns nobody', { ...SEARCH, subjects: [] }, ['Query']],
  ['a read of a study', READ, ['PatientRead']],
  ['a read of the Endpoint', { ...READ, subjects: [] }, ['Read']],
])('%s claims its BALP pattern', (_name, record, profiles) => {
  expect(claimed(eventOf({ ...record, ...ANONYMOUS }))).toEqual(profiles);
});

test.each<[string, AuditRecord]>([
  ['a search that failed', { ...SEARCH, outcome: 'minor-failure' }],
  ['a QIDO-RS query', QIDO],
  ['a WADO-RS retrieval', RETRIEVE],
  ['a denial', DENIAL],
])('%s claims no pattern of BALP that is for successful FHIR interactions', (_name, record) => {
  expect(claimed(eventOf({ ...record, ...ANONYMOUS }))).toEqual([]);
});

test('the OAuth patterns are claimed as far as the token told enough', () => {
  const oauth = (record: AuditRecord) =>
    claimed(eventOf(record)).filter((name) => name.startsWith('OAUTH'));
  const [comprehensive, minimal] = [
    'OAUTHaccessTokenUse.Comprehensive',
    'OAUTHaccessTokenUse.Minimal',
  ];
  expect(oauth(SEARCH)).toEqual([comprehensive, minimal]);
  expect(oauth({ ...SEARCH, token: {} })).toEqual([]);
  expect(oauth({ ...SEARCH, caller: app, token: {} })).toEqual([comprehensive]);
  expect(oauth({ ...SEARCH, ...ANONYMOUS })).toEqual([]);
});

test('a search that showed two patients is two events, and each names one patient and his studies only', () => {
  const events = eventsOf({ ...SEARCH, subjects: [JANE, JOHN] });
  const named = events.map(({ entity }) =>
    entity.flatMap(({ what }) => (what?.reference === undefined ? [] : [what.reference])),
  );
  const base = 'https://gateway.example.org/fhir/r4';
  expect(named).toEqual(
    [JANE, JOHN].map(({ patient, studies }) => [
      `${base}/Patient/${patient.id ?? ''}`,
      ...studies.map(({ id }) => `${base}/ImagingStudy/${id}`),
    ]),
  );
});

test('the query is what was asked, byte for byte, with the form of a posted search', () => {
  const query = eventOf(POSTED_SEARCH).entity.find(({ role }) => role?.code === '24')?.query ?? '';
  expect(Buffer.from(query, 'base64').toString()).toBe(
    'POST /fhir/r4/ImagingStudy/_search\n\npatient.name=Doe&patient.birthdate=1980-04-01',
  );
});

test('a person asks where the token names one, else the application, else nobody', () => {
  const asking = (record: AuditRecord) =>
    eventOf(record)
      .agent.filter(({ requestor }) => requestor)
      .map(({ type }) => type.coding[0]?.code);
  expect(asking(SEARCH)).toEqual(['IRCP']);
  expect(asking({ ...SEARCH, caller: app, token: {} })).toEqual(['110150']);
  expect(asking({ ...SEARCH, ...ANONYMOUS })).toEqual([]);
});

test('a denial is a security alert that is found by what was denied, too', () => {
  const codes = (record: AuditRecord) => {
    const { type, subtype = [], outcome, outcomeDesc } = eventOf(record);
    return [type.code, ...subtype.map(({ code }) => code), outcome, outcomeDesc];
  };
  expect(codes(DENIAL)).toEqual(['110113', '110132', 'read', '8', 'forbidden']);
  expect(codes({ ...DENIAL, denied: 'retrieve' })).toEqual([
    '110113',
    '110132',
    '110104',
    '8',
    'forbidden',
  ]);
});

test('whoever does not name the source has the gateway for it', () => {
  const [event] = renderAuditEvents(SEARCH, { ...CONTEXT, source: undefined });
  expect(readEvent(event).source.observer.display).toBe('https://gateway.example.org');
});
