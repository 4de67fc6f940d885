import type { DemoPatient } from '../model';

/** The two organisations whose patients this archive holds. */
const ISSUERS = { a: 'HOSP-A', b: 'HOSP-B' } as const;

/**
 * THE TABLE of patients. Names in several scripts, two different people with the PatientID 4711 under
 * two issuers, an ID that begins with another one's, and one with no issuer whose ID needs encoding.
 */
export const PATIENTS = {
  mueller: {
    name: 'Müller^Jürgen',
    id: 'P-1001',
    issuer: ISSUERS.a,
    birthDate: '19610423',
    sex: 'M',
    attributes: {
      IssuerOfPatientIDQualifiersSequence: [
        { UniversalEntityID: '1.2.276.0.76.3.1.999.1', UniversalEntityIDType: 'ISO' },
      ],
      OtherPatientIDsSequence: [
        { PatientID: 'X110411319', IssuerOfPatientID: 'NATIONAL', TypeOfPatientID: 'TEXT' },
        { PatientID: '88-1001', IssuerOfPatientID: ISSUERS.b, TypeOfPatientID: 'TEXT' },
      ],
    },
  },
  yamada: {
    name: 'Yamada^Tarou=山田^太郎=やまだ^たろう',
    id: 'P-1002',
    issuer: ISSUERS.a,
    birthDate: '19750909',
    sex: 'M',
  },
  papadopoulou: {
    name: 'Παπαδοπούλου^Ελένη',
    id: 'P-1003',
    issuer: ISSUERS.a,
    birthDate: '19540117',
    sex: 'F',
  },
  ivanova: {
    name: 'Иванова^Ольга^Сергеевна',
    id: 'P-1004',
    issuer: ISSUERS.b,
    birthDate: '19881230',
    sex: 'F',
  },
  adams: {
    name: 'Adams^John Robert Quincy^Edward^Rev.^B.A. M.Div.',
    id: 'P-1005',
    issuer: ISSUERS.b,
    birthDate: '19450711',
    sex: 'M',
  },
  schmidt: { name: 'Schmidt^Anna', id: '4711', issuer: ISSUERS.a, birthDate: '19921105', sex: 'F' },
  dupont: { name: 'Dupont^Zoé', id: '4711', issuer: ISSUERS.b, birthDate: '19670318', sex: 'F' },
  soerensen: {
    name: 'Sørensen^Kåre',
    id: '47110',
    issuer: ISSUERS.b,
    birthDate: '20150602',
    sex: 'M',
  },
  garcia: { name: 'García^Lucía', id: 'X+77/2 B', sex: 'O' },
  hong: {
    name: 'Hong^Gildong=洪^吉洞=홍^길동',
    id: 'P-1009',
    issuer: ISSUERS.a,
    birthDate: '19830214',
    sex: 'M',
  },
} as const satisfies Readonly<Record<string, DemoPatient>>;
