import type { Patient } from '../../study/model';
import { resource, type Members } from '../elements';
import { displayName } from '../names';
import type { RenderContext, Resource } from '../releases';
import { identifier } from '../shared/datatypes';
import { GENDERS, patientNarrative } from '../shared/patient';
import { date, resourceId } from '../shared/primitives';
import { humanNames, IDENTIFIER_TYPES } from './datatypes';

/** DSTU2 Patient (patient.html of 1.0.2). */
export function patientResource(patient: Patient, context: RenderContext): Resource {
  return resource('Patient', {
    id: resourceId(context.patientId(patient)),
    text: patientNarrative(patient),
    ...patientMembers(patient, context),
  });
}

/** Whom a study is of: the reference, and the Patient to contain where no URL leads to one. */
export interface PatientLink {
  readonly reference: Members;
  readonly contained: readonly Members[];
}

/**
 * The patient of a study. One without Patient ID cannot be told from another and so has no URL; what is known
 * is contained. A contained resource has no narrative (references.html).
 */
export function patientLink(patient: Patient, context: RenderContext): PatientLink {
  const id = context.patientId(patient);
  const display = displayName(patient.name);
  if (id !== undefined)
    return { reference: { reference: `Patient/${id}`, display }, contained: [] };
  const contained = { resourceType: 'Patient', id: 'patient', ...patientMembers(patient, context) };
  return { reference: { reference: '#patient', display }, contained: [contained] };
}

function patientMembers(patient: Patient, context: RenderContext): Members {
  const others = patient.otherIds.map((id) =>
    identifier(id, IDENTIFIER_TYPES.otherPatient, context),
  );
  return {
    identifier: [...patientId(patient, context), ...others],
    name: patient.name && humanNames(patient.name),
    gender: patient.sex && GENDERS[patient.sex],
    birthDate: date(patient.birthDate),
  };
}

function patientId(patient: Patient, context: RenderContext): Members[] {
  if (patient.id === undefined) return [];
  const issuer = patient.issuer && { issuer: patient.issuer };
  const id = { value: patient.id, ...issuer };
  return [identifier(id, IDENTIFIER_TYPES.patient, context, 'patient')];
}
