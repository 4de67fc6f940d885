import type { Patient } from '../../study/model';
import { resource, type Members } from '../elements';
import { displayName } from '../names';
import type { RenderContext, Resource } from '../releases';
import { identifier } from '../shared/datatypes';
import { GENDERS, patientNarrative } from '../shared/patient';
import { date, resourceId } from '../shared/primitives';
import { humanNames, ID_TYPES } from './datatypes';

/** R4 Patient (patient.html of 4.0.1). */
export function patientResource(patient: Patient, context: RenderContext): Resource {
  return resource('Patient', {
    id: resourceId(context.patientId(patient)),
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
 * The subject of a study. A patient without Patient ID cannot be told from another and so has no URL; what is
 * known is contained. The Patient ID is in the reference as well, for who knows the patient by it.
 */
export function subjectOf(patient: Patient, context: RenderContext): Subject {
  const id = context.patientId(patient);
  const display = displayName(patient.name);
  if (id === undefined) {
    const members = patientMembers(patient, context);
    const contained = { resourceType: 'Patient', id: 'patient', ...members };
    return { reference: { reference: '#patient', display }, contained: [contained] };
  }
  const [known] = patientId(patient, context);
  const reference = { reference: `Patient/${id}`, type: 'Patient', identifier: known, display };
  return { reference, contained: [] };
}

function patientMembers(patient: Patient, context: RenderContext): Members {
  const others = patient.otherIds.map((id) => identifier(id, ID_TYPES.otherPatient, context));
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
  return [identifier({ value: patient.id, ...issuer }, ID_TYPES.patient, context, 'patient')];
}
