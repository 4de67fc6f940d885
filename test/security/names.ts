import { valueOf } from '../gateway/fakeArchive';
import { A1, A_ID, ABSENT, B1, B_ID, B_SHARED, D_SHARED, type HeldStudy } from './people';

/** By what a request names a study, its parts and its patient. */
export interface Names {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly report: string;
  readonly document: string;
  /** Bulk data with a name of its own. */
  readonly blob: string;
  readonly accession: string;
  readonly studyId: string;
  /** Logical id of the patient. */
  readonly patient: string;
  readonly patientId: string;
  readonly issuer: string;
  readonly family: string;
  readonly given: string;
  /** `YYYYMMDD`. */
  readonly born: string;
}

function namesOf(held: HeldStudy, patient: string): Names {
  const { uid, study, instances } = held;
  const [image] = instances;
  const of = (kind: string) => instances.find((each) => each.kind === kind)?.uid ?? '';
  const [family = '', given = ''] = valueOf(study, 'PatientName').split('^');
  return {
    study: uid,
    series: image?.series ?? '',
    instance: image?.uid ?? '',
    report: of('report'),
    document: of('document'),
    blob: image?.blob ?? '',
    accession: valueOf(study, 'AccessionNumber'),
    studyId: valueOf(study, 'StudyID'),
    patient,
    patientId: valueOf(study, 'PatientID'),
    issuer: valueOf(study, 'IssuerOfPatientID'),
    family,
    given,
    born: valueOf(study, 'PatientBirthDate'),
  };
}

export const NAMES_OF_A = namesOf(A1, A_ID);
export const NAMES_OF_B = namesOf(B1, B_ID);
export const NAMES_OF_B_SHARED = namesOf(B_SHARED, B_ID);
export const NAMES_OF_D_SHARED = namesOf(D_SHARED, 'HOSP.PAT-2dDD-2d44');
/** Of the same forms and lengths as B's, and nobody's. */
export const NAMES_OF_NOBODY = namesOf(ABSENT, 'ABSENT.PAT-2d1');

/** The accession numbers in an answer: each is that of one study. */
export function accessions(body: Buffer): string[] {
  return [...new Set(body.toString().match(/ACC-[A-Z]-\d+/g))].sort();
}

export function accessionsOf(studies: readonly HeldStudy[]): string[] {
  return studies.map(({ study }) => valueOf(study, 'AccessionNumber')).sort();
}
