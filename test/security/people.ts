import type { Keyword } from '../../src/dicom/tags';
import { row, type Row } from '../gateway/fakeArchive';

/*
 * The studies of the fake archive, and by what each of its people is known again: names, ids, dates, UIDs and bytes
 * that nobody else has.
 */

/** Whose something is. `R` is restricted, although it is A's. */
export type Letter = 'A' | 'B' | 'C' | 'D' | 'R';

export interface Person {
  readonly letter: Letter;
  readonly id?: string;
  readonly issuer?: string;
  readonly name: string;
  /** `YYYYMMDD`. */
  readonly born: string;
}

/** A and B have the same Patient ID of two issuers; C has none. */
export const A: Person = person('A', 'Alderbrook^Annika', '19610203', 'PAT-1', 'HOSP');
export const B: Person = person('B', 'Birkenfeld^Boris', '19720314', 'PAT-1', 'CLINIC');
export const C: Person = person('C', 'Cedarwood^Cornelia', '19830425');
export const D: Person = person('D', 'Dornbusch^Dorothea', '19940516', 'PAT-DD-44', 'HOSP');

/** Of whom the archive holds nothing, with names of the same lengths as B's. */
const NOBODY: Person = person('B', 'Birkenruth^Borek', '19720315', 'PAT-1', 'ABSENT');

/** Systems of the issuers. */
export const SYSTEMS: Readonly<Record<string, string>> = {
  HOSP: 'urn:oid:1.2.3.101',
  CLINIC: 'urn:oid:1.2.3.202',
  ABSENT: 'urn:oid:1.2.3.303',
};

/** Logical ids of A and B at the gateway. */
export const A_ID = 'HOSP.PAT-2d1';
export const B_ID = 'CLINIC.PAT-2d1';

export const UID_ROOT = '1.2.826.0.1.3680043.77';
/** The Study Instance UIDs that A shares with B, whose Patient ID is the same, and with D. */
export const SHARED_UID = `${UID_ROOT}.9.1`;
const SHARED_WITH_D_UID = `${UID_ROOT}.9.2`;
const NUMBERS: Readonly<Record<Letter, number>> = { A: 1, B: 2, C: 3, D: 4, R: 5 };

function person(letter: Letter, name: string, born: string, id?: string, issuer?: string): Person {
  return {
    letter,
    name,
    born,
    ...(id !== undefined && { id }),
    ...(issuer !== undefined && { issuer }),
  };
}

/** An instance as the archive holds it. */
export interface HeldInstance {
  readonly row: Row;
  readonly uid: string;
  readonly series: string;
  readonly kind: Kind;
  /** What its bytes are, in whatever form they are asked for. */
  readonly bytes: string;
  /** The name of a bulk data of it that is the same whatever study is asked. */
  readonly blob: string;
}

/** A study as the archive holds it. */
export interface HeldStudy {
  readonly uid: string;
  readonly letter: Letter;
  readonly study: Row;
  readonly instances: readonly HeldInstance[];
}

export type Kind = 'image' | 'report' | 'document';
const CLASSES: Readonly<Record<Kind, readonly [sopClass: string, modality: string]>> = {
  image: ['1.2.840.10008.5.1.4.1.1.2', 'CT'],
  report: ['1.2.840.10008.5.1.4.1.1.88.11', 'SR'],
  document: ['1.2.840.10008.5.1.4.1.1.104.1', 'DOC'],
};

type Values = Readonly<Partial<Record<Keyword, unknown>>>;

/**
 * A study of a series of two images, one of a report and one of a document.
 *
 * @param place the last part of its UID, and of its accession number
 * @param letter by whom it is known again, where that is not its patient
 */
export function studyOf(
  patient: Person,
  place: number,
  values: Values = {},
  letter = patient.letter,
  uid = `${UID_ROOT}.${NUMBERS[letter]}.${place}`,
): HeldStudy {
  const own = `${UID_ROOT}.${NUMBERS[letter]}.${place}`;
  const told = { ...patientValues(patient), StudyInstanceUID: uid };
  const kinds: readonly (readonly Kind[])[] = [['image', 'image'], ['report'], ['document']];
  const instances = kinds.flatMap((each, at) =>
    each.map((kind, index) => instanceOf(kind, `${own}.${at + 1}`, index + 1, letter, told)),
  );
  const study = row({
    ...told,
    StudyDate: '20200102',
    StudyTime: '1015',
    AccessionNumber: `ACC-${letter}-${place}`,
    StudyID: `SID-${letter}-${place}`,
    StudyDescription: `DESCRIPTION-OF-${letter}`,
    InstitutionName: `WARD-OF-${letter}`,
    ModalitiesInStudy: ['CT', 'SR', 'DOC'],
    InstanceAvailability: 'ONLINE',
    NumberOfStudyRelatedSeries: 3,
    NumberOfStudyRelatedInstances: instances.length,
    ConfidentialityCode: letter === 'R' ? 'VIP' : 'N',
    ...values,
  });
  return { uid, letter, study, instances };
}

function patientValues({ id, issuer, name, born }: Person): Values {
  return {
    PatientID: id,
    IssuerOfPatientID: issuer,
    PatientName: name,
    PatientBirthDate: born,
    PatientSex: 'O',
  };
}

function instanceOf(
  kind: Kind,
  series: string,
  number: number,
  letter: Letter,
  study: Values,
): HeldInstance {
  const uid = `${series}.${number}`;
  const [sopClass, modality] = CLASSES[kind];
  const told = row({
    ...study,
    SeriesInstanceUID: series,
    SOPInstanceUID: uid,
    SOPClassUID: sopClass,
    Modality: modality,
    SeriesNumber: Number(series.split('.').at(-1)),
    InstanceNumber: number,
    SeriesDescription: `SERIES-OF-${letter}`,
    BodyPartExamined: 'CHEST',
  });
  const bytes = `BYTES-OF-${letter} ${uid} ${'.'.repeat(200)}`;
  return { row: told, uid, series, kind, bytes, blob: `blob-of-${letter}-${uid.slice(-5)}` };
}

export const A1 = studyOf(A, 1);
/** A's, on slow storage. */
const A_NEARLINE = studyOf(A, 2, { InstanceAvailability: 'NEARLINE' });
/** A's, and restricted. */
export const A_RESTRICTED = studyOf(A, 3, {}, 'R');
export const A_SHARED = studyOf(A, 9, {}, 'A', SHARED_UID);
export const B1 = studyOf(B, 1);
export const B_NEARLINE = studyOf(B, 2, { InstanceAvailability: 'NEARLINE' });
export const B_SHARED = studyOf(B, 9, {}, 'B', SHARED_UID);
export const A_SHARED_WITH_D = studyOf(A, 8, {}, 'A', SHARED_WITH_D_UID);
export const D_SHARED = studyOf(D, 8, {}, 'D', SHARED_WITH_D_UID);
const C1 = studyOf(C, 1);
export const D1 = studyOf(D, 1);
/** Well-formed, and not there. */
export const ABSENT = studyOf(NOBODY, 7);

/** Everything that A may see. */
export const OF_A = [A1, A_NEARLINE, A_SHARED, A_SHARED_WITH_D];
/** Others' first: what an archive sends too much comes before what was asked for. */
export const EVERYTHING = [
  B1,
  B_NEARLINE,
  C1,
  A_RESTRICTED,
  B_SHARED,
  D_SHARED,
  D1,
  A_SHARED,
  A_SHARED_WITH_D,
  A1,
  A_NEARLINE,
];
