import type {
  AuditedSubject,
  DenialRecord,
  ReadRecord,
  RetrieveRecord,
  SearchRecord,
} from '../../src/observe/audit/event';

/* Requests of every kind, of patients and people who do not exist. */

export const JANE: AuditedSubject = {
  patient: { id: 'HOSP-2dA.P-2d0001', identifier: { system: 'urn:oid:1.2.3', value: 'P-0001' } },
  studies: [
    { id: '1.2.826.0.1.3680043.8.498.1', uid: '1.2.826.0.1.3680043.8.498.1' },
    { id: '1.2.826.0.1.3680043.8.498.2', uid: '1.2.826.0.1.3680043.8.498.2' },
  ],
};
export const JOHN: AuditedSubject = {
  patient: { id: 'HOSP-2dA.P-2d0002', identifier: { system: 'urn:oid:1.2.3', value: 'P-0002' } },
  studies: [{ id: '1.2.826.0.1.3680043.8.498.3', uid: '1.2.826.0.1.3680043.8.498.3' }],
};
/** A patient of whom the archive knows no Patient ID. */
export const NAMELESS: AuditedSubject = { patient: {}, studies: JOHN.studies };

/** Everything of these records that may stand in no log. */
export const SECRETS = [
  'P-0001',
  'P-2d0001',
  'P-0002',
  'P-2d0002',
  '1.2.826.0.1.3680043.8.498',
  'dr.house',
  'Doe',
  '1980-04-01',
];

const TARGET = '/fhir/r4/ImagingStudy?patient=HOSP-2dA.P-2d0001&_count=10';

const COMMON = {
  outcome: 'success',
  caller: { key: 'k1', kind: 'user', client: 'viewer-app', subject: 'dr.house' },
  token: { issuer: 'https://login.example.org', id: 'a1b2c3' },
  address: '2001:db8::7334',
  requestId: 'req-1',
} as const;

export const SEARCH: SearchRecord = {
  ...COMMON,
  what: 'search',
  route: '/fhir/r4/ImagingStudy',
  asked: { method: 'GET', target: TARGET },
  subjects: [JANE],
};
export const POSTED_SEARCH: SearchRecord = {
  ...SEARCH,
  route: '/fhir/r4/ImagingStudy/_search',
  asked: {
    method: 'POST',
    target: '/fhir/r4/ImagingStudy/_search',
    body: 'patient.name=Doe&patient.birthdate=1980-04-01',
  },
};
export const READ: ReadRecord = {
  ...COMMON,
  what: 'read',
  route: '/fhir/r4/ImagingStudy/:id',
  resource: { type: 'ImagingStudy', id: '1.2.826.0.1.3680043.8.498.3' },
  subjects: [JOHN],
};
export const QIDO: SearchRecord = {
  ...COMMON,
  what: 'query',
  route: '/dicom-web/studies',
  asked: { method: 'GET', target: '/dicom-web/studies?PatientID=P-0001' },
  subjects: [JANE],
};
export const RETRIEVE: RetrieveRecord = {
  ...COMMON,
  what: 'retrieve',
  route: '/dicom-web/studies/:study/series/:series/instances/:instance',
  subjects: [
    {
      patient: JOHN.patient,
      studies: JOHN.studies.map((study) => ({
        ...study,
        series: `${study.uid}.7`,
        instance: `${study.uid}.7.1`,
      })),
    },
  ],
};
export const DENIAL: DenialRecord = {
  ...COMMON,
  what: 'denial',
  denied: 'read',
  outcome: 'serious-failure',
  problem: 'forbidden',
  route: '/fhir/r4/ImagingStudy/:id',
  asked: { method: 'GET', target: '/fhir/r4/ImagingStudy/1.2.826.0.1.3680043.8.498.3' },
  subjects: [],
};
/** Nobody authorises here. */
export const ANONYMOUS = { caller: { key: 'anonymous', kind: 'anonymous' }, token: {} } as const;

/** A search that can be told from others by its request id. */
export function numbered(number: number): SearchRecord {
  return { ...SEARCH, requestId: `req-${number}` };
}
