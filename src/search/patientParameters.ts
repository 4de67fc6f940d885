import { GENDERS, V3_GENDERS, readSex } from './codes';
import { readDates } from './dates';
import { readIdentifiers } from './identifiers';
import { readNames } from './names';
import { readPatientIds } from './references';
import { refused, spelled, type AnsweredParameter, type Parameter } from './rows';

/*
 * The search parameters of Patient. An archive has no patients beside its studies, so each is a condition on
 * the study rows, and a chain from ImagingStudy reads the same rows.
 */

const UNTOLD = "what an archive's study rows tell of a patient has no such element";

const GENDER: Omit<AnsweredParameter, 'releases' | 'documentation' | 'read'> = {
  resource: 'Patient',
  missing: 'sex',
};

export const PATIENT_PARAMETERS: readonly Parameter[] = [
  {
    resource: 'Patient',
    releases: spelled('token', '_id'),
    documentation: 'Logical id of the patient, made of issuer and Patient ID',
    read: readPatientIds,
    missing: 'patient',
  },
  {
    resource: 'Patient',
    releases: spelled('token', 'identifier'),
    documentation:
      'Patient ID (0010,0020): value, system|value (the system of its issuer, or the issuer by name), or |value',
    read: readIdentifiers('patient'),
    missing: 'patient',
    sortBy: 'patient',
  },
  {
    resource: 'Patient',
    releases: spelled('string', 'name'),
    documentation:
      "Patient's Name (0010,0010), any group and component: each word starts a word of the name, case and accents aside",
    read: readNames('any'),
    missing: 'name',
  },
  {
    resource: 'Patient',
    releases: spelled('string', 'family'),
    documentation: 'Family name, in any group of the name',
    read: readNames('family'),
    missing: 'name',
  },
  {
    resource: 'Patient',
    releases: spelled('string', 'given'),
    documentation: 'Given or middle name, in any group of the name',
    read: readNames('given'),
    missing: 'name',
  },
  {
    resource: 'Patient',
    releases: spelled('date', 'birthdate'),
    documentation: "Patient's Birth Date (0010,0030), of any precision",
    read: readDates('birthDate'),
    missing: 'birthDate',
  },
  {
    ...GENDER,
    releases: spelled('token', 'gender', 'dstu1', 'dstu1'),
    documentation: "Patient's Sex (0010,0040): M, F or UN, or male, female, other",
    read: readSex([V3_GENDERS, GENDERS]),
  },
  {
    ...GENDER,
    releases: spelled('token', 'gender', 'dstu2'),
    documentation:
      "Patient's Sex (0010,0040): male, female or other; a patient of unknown sex has no gender, which :missing=true finds",
    read: readSex([GENDERS]),
  },
  refused(
    'Patient',
    spelled('date', '_lastUpdated', 'dstu2'),
    'When the patient last changed',
    'an archive tells when a study changed, not when a patient did',
  ),
  refused(
    'Patient',
    spelled('string', 'phonetic'),
    'Name by its sound',
    'names are not compared by their sound here; name finds every group of the name, the phonetic one too',
  ),
  ...(
    [
      ['active', 'token', 'dstu1'],
      ['address', 'string', 'dstu1'],
      ['address-city', 'string', 'dstu2'],
      ['address-country', 'string', 'dstu2'],
      ['address-postalcode', 'string', 'dstu2'],
      ['address-state', 'string', 'dstu2'],
      ['death-date', 'date', 'stu3'],
      ['deceased', 'token', 'dstu2'],
      ['email', 'token', 'dstu2'],
      ['general-practitioner', 'reference', 'stu3'],
      ['language', 'token', 'dstu1'],
      ['link', 'reference', 'dstu1'],
      ['organization', 'reference', 'dstu2'],
      ['phone', 'token', 'dstu2'],
      ['telecom', 'token', 'dstu2'],
    ] as const
  ).map(([name, type, first]) =>
    refused('Patient', spelled(type, name, first), 'A search parameter of Patient', UNTOLD),
  ),
];
