import fc from 'fast-check';
import { readPersonName, type PersonName } from '../../src/dicom/names';
import type { Moment } from '../../src/dicom/values';
import type {
  Defect,
  ImagingRequest,
  Instance,
  Patient,
  Series,
  Study,
} from '../../src/study/model';

/*
 * Studies as the worst archive could tell them: every text may hold markup, control characters and lone
 * surrogates, every optional member may be missing.
 */

const FRAGMENTS = [
  '<b>&amp;',
  ']]>',
  '"\'',
  '\u0000',
  '\u001b$B',
  '\uD800',
  '\uDC00x',
  '\uFFFE\uFFFF',
  '\u0085\u2028',
  '\r\n\t',
  '  ',
  '<!--',
  '<?xml ?>',
  '&#0;',
  '山田^太郎',
  '😀',
];

/** A text with something nasty in it. */
export const nasty: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary', maxLength: 5 })), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

const uid = fc.oneof(fc.constantFrom('1.2.3', '1.2.840.10008.5.1.4.1.1.2', '1.02', '0'), nasty);
const int = fc.integer({ min: 0, max: 0x7fffffff });
const name: fc.Arbitrary<PersonName | undefined> = fc
  .record({ Alphabetic: nasty, Ideographic: nasty, Phonetic: nasty })
  .map(readPersonName);
const someName = name.filter((read) => read !== undefined);

const issuedId = sparse(
  { issuer: sparse({ name: nasty, universalId: nasty }, {}) },
  { value: nasty },
);
const codeItem = sparse(
  {
    scheme: fc.oneof(fc.constantFrom('SCT', 'DCM', 'LN', '99X'), nasty),
    version: nasty,
    meaning: nasty,
  },
  { value: nasty },
);

const moment: fc.Arbitrary<Moment> = sparse(
  {
    time: fc.constantFrom('23', '23:59', '23:59:59', '00:00:00.5', '12:00:00.123456'),
    offset: fc.constantFrom('+00:00', '-12:00', '+14:00', '+05:45'),
  },
  { date: fc.constantFrom('0000-01-01', '0001-01-01', '1970-02-28', '2024-02-29', '9999-12-31') },
);

const patient: fc.Arbitrary<Patient> = sparse(
  {
    id: nasty,
    issuer: sparse({ name: nasty }, {}),
    name: someName,
    birthDate: fc.constantFrom('0000-01-01', '1961-12-24'),
    sex: fc.constantFrom('M', 'F', 'O'),
  },
  { otherIds: fc.array(issuedId, { maxLength: 2 }) },
);

const instance: fc.Arbitrary<Instance> = sparse(
  { sopClass: uid, number: int, recordType: nasty, title: nasty, frames: int },
  { uid },
);

const availability = fc.constantFrom('ONLINE', 'NEARLINE', 'OFFLINE', 'UNAVAILABLE');
const modality = fc.oneof(fc.constantFrom('CT', 'KO', 'ASMT', 'OPR', ' MR '), nasty);

const series: fc.Arbitrary<Series> = sparse(
  {
    number: int,
    modality,
    description: nasty,
    numberOfInstances: int,
    availability,
    bodyPart: fc.oneof(fc.constantFrom('CHEST', 'FETALARM'), nasty),
    laterality: nasty,
    started: moment,
    specimens: fc.array(issuedId, { maxLength: 2 }),
    procedureSteps: fc.array(nasty, { maxLength: 2 }),
  },
  {
    uid,
    performers: fc.array(someName, { maxLength: 2 }),
    operators: fc.array(someName, { maxLength: 2 }),
    instances: fc.array(instance, { maxLength: 3 }),
  },
);

const request: fc.Arbitrary<ImagingRequest> = sparse(
  {
    accession: issuedId,
    procedureId: nasty,
    placerNumber: issuedId,
    fillerNumber: issuedId,
    description: nasty,
    reason: nasty,
  },
  { codes: fc.array(codeItem, { maxLength: 2 }) },
);

const defect: fc.Arbitrary<Defect> = fc.oneof(
  fc.constantFrom<Defect>(
    { kind: 'illegal-uid' },
    { kind: 'mixed-patients' },
    { kind: 'no-details' },
  ),
  fc.record({ kind: fc.constant('incomplete' as const), expected: int, received: int }),
);

/** Any study. */
export const study: fc.Arbitrary<Study> = sparse(
  {
    started: moment,
    accession: issuedId,
    studyId: nasty,
    modalities: fc.array(modality, { maxLength: 3 }),
    referrer: someName,
    requester: someName,
    availability,
    description: nasty,
    institution: nasty,
    department: nasty,
    numberOfSeries: int,
    numberOfInstances: int,
    series: fc.array(series, { maxLength: 3 }),
  },
  {
    uid,
    shared: fc.boolean(),
    patient,
    requests: fc.array(request, { maxLength: 2 }),
    readers: fc.array(someName, { maxLength: 2 }),
    admittingDiagnoses: fc.array(nasty, { maxLength: 2 }),
    reasons: fc.array(nasty, { maxLength: 2 }),
    procedures: fc.array(codeItem, { maxLength: 2 }),
    defects: fc.array(defect, { maxLength: 2 }),
  },
);

type Arbitraries<T> = { readonly [K in keyof T]: fc.Arbitrary<T[K]> };

/** A record of which some members may be missing (never `undefined`) and the others may not. */
function sparse<O extends object, R extends object>(
  optional: Arbitraries<O>,
  required: Arbitraries<R>,
): fc.Arbitrary<Partial<O> & R> {
  return fc
    .tuple(fc.record<O>(optional, { requiredKeys: [] }), fc.record<R>(required))
    .map(([some, all]) => ({ ...some, ...all }));
}
