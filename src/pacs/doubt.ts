import { string, type DataSet } from '../dicom/dataset';
import { patientKey } from '../study/identity';
import type { StudyHeader } from '../study/model';
import type { Call, Keys } from '../study/source';
import type { StudyRows } from './details';
import { damaged } from './orthanc';
import { searchStudies, type Archive } from './studies';

/** Rows that one UID is looked at in: two patients are enough to know. */
const SHARING = 20;

/**
 * Whether the rows of a study may be another patient's as well: those that name no patient, where the UID has two or
 * brought more rows than counted, and those without the issuer that the study has, where two have the same number. A
 * search that was narrowed, by the patient or an accession number, has not shown who else has the UID, so that is asked.
 *
 * @returns the study as its rows must be compared with it; undefined where there is no doubt
 */
export async function doubtOf(
  archive: Archive,
  study: StudyHeader,
  { rows, told }: StudyRows,
  call: Call,
): Promise<StudyHeader | undefined> {
  if (told || rows.length === 0) return undefined;
  if (study.shared) return study;
  const numbered = rows.every(namesPatient);
  const tooMany = study.numberOfInstances !== undefined && rows.length > study.numberOfInstances;
  if (tooMany && !numbered) return { ...study, shared: true };
  const others = await othersWithUid(archive, study, call);
  const alike = others.filter(({ patient }) => damaged(patient.id) === damaged(study.patient.id));
  const suspects = numbered ? alike : others;
  return suspects.length > 0 ? { ...study, shared: alike.length > 0 } : undefined;
}

export function namesPatient(row: DataSet): boolean {
  return string(row, 'PatientID') !== undefined;
}

async function othersWithUid(
  archive: Archive,
  { uid, patient }: StudyHeader,
  call: Call,
): Promise<StudyHeader[]> {
  const keys: Keys = new Map([['StudyInstanceUID', { kind: 'values', values: [uid] }]]);
  const { studies } = await searchStudies(archive, keys, { limit: SHARING, offset: 0 }, call);
  const own = patientKey(patient);
  return studies.filter((each) => each.uid === uid && patientKey(each.patient) !== own);
}
