import { nameGroups, readPersonName, type PersonName } from '../../src/dicom/names';
import type { Instance, Series, Study } from '../../src/study/model';

/*
 * Studies made by hand, one for each thing that a renderer must get right.
 */

/** A person name from its DICOM form, groups joined by `=`. */
export function name(text: string): PersonName {
  const read = readPersonName(text);
  if (!read || nameGroups(read).length === 0) throw new Error(`${text} is no name`);
  return read;
}

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';

/** The least that a study row tells, no details asked for. */
export const bare: Study = {
  uid: '1.2.826.0.1.3680043.10.1',
  shared: false,
  patient: { otherIds: [] },
  requests: [],
  readers: [],
  admittingDiagnoses: [],
  reasons: [],
  procedures: [],
  numberOfSeries: 2,
  numberOfInstances: 30,
  defects: [],
};

const ctSeries: Series = {
  uid: '1.2.826.0.1.3680043.10.2.1',
  number: 1,
  modality: 'CT',
  description: 'Thorax  1.0 & "lung" <B70f>',
  numberOfInstances: 2,
  availability: 'ONLINE',
  bodyPart: 'CHEST',
  laterality: 'L',
  started: { date: '2020-01-02', time: '11:05', offset: '+02:00' },
  performers: [name('Operator^Otto')],
  operators: [],
  instances: [
    ctInstance(1),
    { ...ctInstance(2), title: 'ORIGINAL\\PRIMARY\\AXIAL', recordType: 'IMAGE', frames: 3 },
  ],
};

const keyObjects: Series = {
  uid: '1.2.826.0.1.3680043.10.2.2',
  number: 99,
  modality: 'KO',
  performers: [],
  operators: [],
  instances: [
    {
      uid: '1.2.826.0.1.3680043.10.2.2.1',
      sopClass: '1.2.840.10008.5.1.4.1.1.88.59',
      title: 'For Referring Provider',
    },
  ],
};

function ctInstance(number: number): Instance {
  return { uid: `1.2.826.0.1.3680043.10.2.1.${number}`, sopClass: CT_IMAGE, number };
}

/** Everything that the model can hold. */
export const rich: Study = {
  uid: '1.2.826.0.1.3680043.10.2',
  shared: false,
  patient: {
    id: 'P-1/7',
    issuer: { name: 'HOSP' },
    otherIds: [
      {
        value: '756.1234',
        issuer: { name: 'AHV', universalId: '2.16.756.5.32', universalIdType: 'ISO' },
      },
      { value: 'OLD-9', issuer: { name: 'LEGACY' } },
    ],
    name: name('Rossi^Maria^Anna^Dr.^MD'),
    birthDate: '1961-12-24',
    sex: 'F',
  },
  started: { date: '2020-01-02', time: '11:01:20.123456', offset: '+02:00' },
  accession: { value: 'ACC-1', issuer: { name: 'HOSP' } },
  studyId: 'S 17',
  requests: [
    {
      accession: { value: 'ACC-1', issuer: { name: 'HOSP' } },
      procedureId: 'RP-1',
      placerNumber: { value: 'PL-1', issuer: { name: 'EHR' } },
      fillerNumber: { value: 'FI-1', issuer: { name: 'HOSP' } },
      description: 'CT chest with contrast',
      codes: [{ value: '24627-2', scheme: 'LN', meaning: 'CT Chest' }],
      reason: 'Cough for 6 weeks',
    },
    { codes: [] },
  ],
  modalities: ['CT', 'KO', 'SR'],
  referrer: name('Haus^Gregor^^Dr.'),
  requester: name('Wilson^James'),
  readers: [name('Read^Rita'), name('Second^Sam')],
  availability: 'NEARLINE',
  admittingDiagnoses: ['Pneumonia?', 'Cough for 6 weeks'],
  reasons: ['Cough for 6 weeks'],
  procedures: [
    { value: '169069000', scheme: 'SCT', meaning: 'CT of chest' },
    { value: 'CTTHO', scheme: '99LAB', version: '2', meaning: 'Thorax-CT' },
    { value: '113014', scheme: 'DCM', meaning: 'Study' },
  ],
  description: 'CT Thorax',
  institution: 'General Hospital',
  department: 'Radiology',
  numberOfSeries: 2,
  numberOfInstances: 3,
  series: [ctSeries, keyObjects],
  defects: [],
};

/** Names in three scripts, and a patient without Patient ID. */
export const scripts: Study = {
  ...bare,
  uid: '1.2.826.0.1.3680043.10.3',
  patient: { otherIds: [], name: name('Yamada^Tarou=山田^太郎=やまだ^たろう'), sex: 'O' },
  started: { date: '2020-01-02', time: '11:01:20' },
  referrer: name('=Παπαδόπουλος^Γιώργος'),
  requester: name('Suzuki^Hanako=鈴木^花子'),
  modalities: ['OPR', 'DX'],
};

/** All that can be wrong with a study, at once. */
export const defective: Study = {
  ...rich,
  uid: '1.2.826.0.1.3680043.10.4',
  shared: true,
  started: { date: '2020-01-02', time: '11', offset: '+02:00' },
  requests: [],
  series: [ctSeries, { ...keyObjects, instances: [] }],
  defects: [
    { kind: 'incomplete', expected: 3, received: 2 },
    { kind: 'mixed-patients' },
    { kind: 'no-details' },
    { kind: 'illegal-uid' },
  ],
};

/** UIDs that break PS3.5 9.1, and a SOP class that nobody told. */
const illegalUids: Study = {
  ...bare,
  uid: '1.2.03.4',
  series: [
    {
      ...ctSeries,
      uid: 'abc/../x y',
      instances: [
        { uid: '1.2.840.00001' },
        { uid: '1.2.3.4', sopClass: 'CT<Image>' },
        { uid: `1.${'2'.repeat(63)}`, sopClass: CT_IMAGE },
      ],
    },
  ],
  defects: [{ kind: 'illegal-uid' }],
};

/** Modalities that are young, private, padded or untold; body parts without a code; no counts. */
export const oddModalities: Study = {
  uid: '1.2.826.0.1.3680043.10.5',
  shared: false,
  patient: { id: '42', otherIds: [] },
  requests: [],
  readers: [],
  admittingDiagnoses: [],
  reasons: [],
  procedures: [],
  series: [
    { ...ctSeries, modality: 'DOC', bodyPart: 'LEFT PINKY' },
    { ...ctSeries, modality: ' MR ', bodyPart: 'hand', availability: 'UNAVAILABLE' },
    {
      uid: '1.2.3',
      performers: [],
      operators: [],
      instances: [ctInstance(1)],
    },
  ],
  defects: [],
};

/** A study of which nothing but the UID is known. */
export const uncounted: Study = {
  uid: bare.uid,
  shared: false,
  patient: bare.patient,
  requests: [],
  readers: [],
  admittingDiagnoses: [],
  reasons: [],
  procedures: [],
  defects: [{ kind: 'no-details' }],
};

export const STUDIES = {
  bare,
  rich,
  scripts,
  defective,
  illegalUids,
  oddModalities,
  uncounted,
} as const satisfies Record<string, Study>;
