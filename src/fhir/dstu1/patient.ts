import type { Patient } from '../../study/model';
import { resource, type Members } from '../elements';
import { displayName } from '../names';
import { narrative, table, title } from '../narrative';
import type { RenderContext, Resource } from '../releases';
import { dateTime, humanNames, identifier } from './datatypes';

/** HL7 v3 AdministrativeGender, DSTU1's value set of Patient.gender; DICOM's O (other) is closest to UN. */
const GENDERS = {
  M: { code: 'M', display: 'Male' },
  F: { code: 'F', display: 'Female' },
  O: { code: 'UN', display: 'Undifferentiated' },
} as const;

/** DSTU1 Patient (patient.html of 0.0.82). */
export function patientResource(patient: Patient, context: RenderContext): Resource {
  return resource('Patient', {
    text: patientNarrative(patient),
    ...patientMembers(patient, context),
  });
}

/** Who a study is of: the reference, and the Patient to contain where no URL leads to one. */
export interface Subject {
  readonly reference: Members;
  readonly contained: readonly Members[];
}

/**
 * The subject of a study. A patient without Patient ID cannot be told from another and so has no URL; what
 * is known is contained. A contained resource has no narrative (DSTU1 references.html).
 */
export function subjectOf(patient: Patient, context: RenderContext): Subject {
  const id = context.patientId(patient);
  const display = displayName(patient.name);
  if (id !== undefined)
    return { reference: { reference: `Patient/${id}`, display }, contained: [] };
  const contained = { resourceType: 'Patient', id: 'patient', ...patientMembers(patient, context) };
  return { reference: { reference: '#patient', display }, contained: [contained] };
}

function patientMembers(patient: Patient, context: RenderContext): Members {
  const others = patient.otherIds.map((id) => identifier(id, 'Other Patient ID', context));
  return {
    identifier: [...patientId(patient, context), ...others],
    name: patient.name && humanNames(patient.name),
    gender: gender(patient.sex),
    birthDate: birthDate(patient),
  };
}

function patientId(patient: Patient, context: RenderContext): Members[] {
  if (patient.id === undefined) return [];
  const issuer = patient.issuer && { issuer: patient.issuer };
  return [identifier({ value: patient.id, ...issuer }, 'Patient ID', context, 'patient')];
}

function birthDate(patient: Patient): string | undefined {
  return dateTime(patient.birthDate === undefined ? undefined : { date: patient.birthDate });
}

function gender(sex: Patient['sex']): Members | undefined {
  if (sex === undefined) return undefined;
  return { coding: [{ system: 'http://hl7.org/fhir/v3/AdministrativeGender', ...GENDERS[sex] }] };
}

function patientNarrative(patient: Patient): Members {
  const rows = table([
    ['Patient ID', patient.id],
    ['Born', birthDate(patient)],
    ['Sex', patient.sex && GENDERS[patient.sex].display],
  ]);
  return narrative([title(displayName(patient.name) ?? 'Patient'), rows]);
}
