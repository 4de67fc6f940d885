import type { Patient } from '../../study/model';
import type { Members } from '../elements';
import { displayName } from '../names';
import { narrative, table, title } from '../narrative';
import { date } from './primitives';

/** The codes of AdministrativeGender, which Patient.gender has from DSTU2 on, by Patient's Sex (0010,0040). */
export const GENDERS = { M: 'male', F: 'female', O: 'other' } as const;

/** The text of a Patient. */
export function patientNarrative(patient: Patient): Members {
  const rows = table([
    ['Patient ID', patient.id],
    ['Born', date(patient.birthDate)],
    ['Sex', patient.sex && GENDERS[patient.sex]],
  ]);
  return narrative([title(displayName(patient.name) ?? 'Patient'), rows]);
}
