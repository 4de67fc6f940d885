import { Problem } from '../errors';
import type { PatientIds } from '../study/identity';
import type { Clause, Condition } from '../study/query';
import type { PatientBinding, PatientIdentifier, PatientMap } from './configured';
import { createEhrPatients, type EhrSettings } from './ehrPatient';

/** How a token's patient becomes patients of the archive. */
export interface BindingSettings {
  /** Unset: no token that is for a patient lets anybody in. */
  readonly by?: PatientBinding | undefined;
  readonly patientIds: PatientIds;
  /** The issuers of DICOM that an identifier system stands for; empty when it is unknown. */
  readonly issuersOfSystem: (system: string) => readonly string[];
  readonly map: PatientMap;
  readonly ehr?: EhrSettings | undefined;
}

/**
 * Tells which patients of the archive a token's patient is.
 *
 * @param patient as the token names it; undefined where it names none
 * @returns one clause: Patient IDs, each with its issuer
 * @throws Problem `forbidden` that says why there is none, `auth-unavailable` when the EHR fails
 */
export type Bind = (patient: string | undefined, token: string) => Promise<Clause>;

/**
 * Binds tokens to patients. An identifier binds only together with an issuer that the archive may know: the same
 * number is another person at the next hospital, so that a value alone is never enough.
 */
export function createBinding(settings: BindingSettings): Bind {
  const conditionsOf = chooseWay(settings);
  return async (patient, token) => {
    if (patient === undefined) {
      throw refused('names no patient. Launch the app with a patient (launch/patient)');
    }
    const conditions = await conditionsOf(patient, token);
    const clause = conditions.filter(isOneValue);
    if (clause.length === 0) {
      throw refused(
        'is for a patient that the archive cannot know: no identifier of a known issuer leads to it',
      );
    }
    return clause;
  };
}

type Conditions = (patient: string, token: string) => Promise<PatientCondition[]>;
type PatientCondition = Extract<Condition, { on: 'patient' }>;

function chooseWay(settings: BindingSettings): Conditions {
  const toConditions = (identifiers: readonly PatientIdentifier[]) =>
    identifiers.flatMap(({ system, value }) => toCondition(settings, system, value));
  if (settings.by === undefined) {
    const why = 'is for a patient, and PATIENT_BINDING is not set up here';
    return () => Promise.reject(refused(why));
  }
  switch (settings.by) {
    case 'gateway-id':
      return (patient) => Promise.resolve(ofGatewayId(settings.patientIds, patient));
    case 'map':
      return (patient) => Promise.resolve(toConditions(mapped(settings.map, patient)));
    case 'fhir': {
      const { ehr } = settings;
      if (ehr === undefined) throw new Error('patients are bound by an EHR that is not set up');
      const read = createEhrPatients(ehr);
      return async (patient, token) => {
        const id = idAt(ehr.url, patient);
        return id === undefined ? [] : toConditions(await read(id, token));
      };
    }
  }
}

function toCondition(settings: BindingSettings, system: string, value: string): PatientCondition[] {
  const issuer = settings.issuersOfSystem(system);
  return issuer.length > 0 ? [{ on: 'patient', value, issuer }] : [];
}

function ofGatewayId(patientIds: PatientIds, patient: string): PatientCondition[] {
  const key = patientIds.decode(withoutType(patient));
  if (key === undefined) return [];
  const issuer = key.issuer === undefined ? ('none' as const) : [key.issuer];
  return [{ on: 'patient', value: key.value, issuer }];
}

function mapped(map: PatientMap, patient: string): readonly PatientIdentifier[] {
  const name = [patient, withoutType(patient)].find((each) => Object.hasOwn(map, each));
  return name === undefined ? [] : (map[name] ?? []);
}

/** The id of a patient at a server: as it is, as a reference, or as a URL there and nowhere else. */
function idAt(base: string, patient: string): string | undefined {
  const relative = patient.startsWith(`${base}/`) ? patient.slice(base.length + 1) : patient;
  const id = withoutType(relative);
  return /^[A-Za-z0-9.-]{1,64}$/.test(id) && !/^\.+$/.test(id) ? id : undefined;
}

function withoutType(patient: string): string {
  return patient.replace(/^Patient\//, '');
}

/** A Patient ID `*` is every patient's to an archive, and one with a backslash is two (PS3.4 C.2.2.2). */
function isOneValue({ value }: PatientCondition): boolean {
  return value.trim() !== '' && !/[*?\\\p{Cc}]/u.test(value);
}

function refused(why: string): Problem {
  return new Problem('forbidden', `The access token ${why}.`);
}
