import { NOTHING } from './asked';
import { readBodySite, readModality, readStatus, readUids } from './codes';
import { readDates } from './dates';
import { readIdentifiers, readStudyIds } from './identifiers';
import { readEndpointReference, readPatientReference } from './references';
import { refused, spelled, type AnsweredParameter, type Parameter } from './rows';
import { readOrderNumbers, readStudyIdentifiers, readTypedIdentifiers } from './studyIdentifiers';

/*
 * The search parameters of ImagingStudy: DSTU1 (imagingstudy.html of 0.0.82), DSTU2, STU3, R4, R4B and R5
 * (their SearchParameter resources), and the R6 ballot, which has those of R5.
 */

const NO_PERSON =
  'an archive tells the names of the people, not who they are, and a name alone may be another person';
const NO_ORDERS =
  'an archive keeps no orders that could be referred to; search by accession number instead';

const ORDER_NUMBERS =
  'Only as :identifier: Accession Number (0008,0050), or accession, placer or filler number of a request of the study or its series; the requests of series are looked for study by study';

const PATIENT: Omit<AnsweredParameter, 'releases' | 'documentation'> = {
  resource: 'ImagingStudy',
  read: readPatientReference,
  narrows: true,
  modified: { identifier: readIdentifiers('patient') },
  missing: 'patient',
  sortBy: 'patient',
  target: 'Patient',
};

const IDENTIFIER: Omit<AnsweredParameter, 'releases'> = {
  resource: 'ImagingStudy',
  documentation:
    'Study Instance UID (bare, urn:oid:, urn:dicom:uid|), Accession Number (value, system|value, |value; from R4 on :of-type with ACSN) or Study ID (value, |value)',
  read: readStudyIdentifiers,
  narrows: true,
  modified: { 'of-type': readTypedIdentifiers },
  sortBy: 'accession',
};

export const STUDY_PARAMETERS: readonly Parameter[] = [
  {
    resource: 'ImagingStudy',
    releases: spelled('token', '_id'),
    documentation: 'Logical id of the study: its Study Instance UID',
    read: readStudyIds,
    narrows: true,
    missing: 'never',
  },
  {
    resource: 'ImagingStudy',
    releases: spelled('date', '_lastUpdated', 'dstu2'),
    documentation:
      'When the study last changed, or was first seen as it is (meta.lastUpdated); without a zone in UTC',
    read: readDates('lastUpdated'),
    missing: 'lastUpdated',
  },
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('token', '_language', 'dstu1', 'dstu1'),
      ...spelled('token', '_language', 'r5'),
    },
    documentation:
      'Language of the resource; studies here tell none, so no value matches and only :missing=true does',
    read: () => NOTHING,
    missing: 'always',
  },
  {
    resource: 'ImagingStudy',
    releases: spelled('token', 'accession', 'dstu1', 'stu3'),
    documentation:
      'Accession Number (0008,0050): value, system|value (the system of its issuer, or the issuer by name), or |value',
    read: readIdentifiers('accession'),
    narrows: true,
    missing: 'accession',
    sortBy: 'accession',
  },
  { ...IDENTIFIER, releases: spelled('token', 'identifier', 'stu3', 'stu3'), missing: 'studyId' },
  { ...IDENTIFIER, releases: spelled('token', 'identifier', 'r4'), missing: 'never' },
  refused(
    'ImagingStudy',
    {
      ...spelled('reference', 'order', 'dstu2', 'dstu2'),
      ...spelled('reference', 'basedon', 'stu3', 'stu3'),
    },
    'The order that led to the study',
    NO_ORDERS,
  ),
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('reference', 'basedon', 'r4', 'r4b'),
      ...spelled('reference', 'based-on', 'r5'),
    },
    documentation: ORDER_NUMBERS,
    read: () => NOTHING,
    modified: { identifier: readOrderNumbers },
    plainRefusal: 'an archive keeps no orders that could be referred to; what works is :identifier',
  },
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('token', 'bodysite', 'dstu1', 'r4b'),
      ...spelled('token', 'body-site', 'r5'),
    },
    documentation:
      'Body part of a series (0018,0015): SNOMED code, Body Part Examined term or its meaning; all codes of one meaning match',
    read: readBodySite,
    missing: 'bodyPart',
  },
  refused(
    'ImagingStudy',
    spelled('reference', 'body-structure', 'r5'),
    'The body structure examined',
    'an archive keeps no body structures; search by body-site',
  ),
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('date', 'date', 'dstu1', 'dstu1'),
      ...spelled('date', 'started', 'dstu2'),
    },
    documentation:
      'Study Date and Time (0008,0020) (0008,0030), of any precision; without a zone compared with the wall clock of the study',
    read: readDates('started'),
    narrows: true,
    missing: 'started',
    sortBy: 'started',
  },
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('token', 'dicom-class'),
      ...spelled('uri', 'dicom-class', 'dstu2', 'stu3'),
    },
    documentation: 'SOP Class UID (0008,0016) of an instance, bare or as urn:oid:',
    read: readUids('sopClass'),
    missing: 'series',
  },
  {
    resource: 'ImagingStudy',
    releases: spelled('reference', 'endpoint', 'stu3'),
    documentation:
      'The DICOMweb service of the studies: id, Endpoint/id or absolute URL; chained, for example endpoint.status=active',
    read: readEndpointReference,
    missing: 'never',
    target: 'Endpoint',
  },
  {
    resource: 'ImagingStudy',
    releases: spelled('token', 'modality'),
    documentation: 'Modality (0008,0060) of a series, acquiring or not',
    read: readModality,
    missing: 'modality',
    sortBy: 'modality',
  },
  {
    resource: 'ImagingStudy',
    releases: { ...spelled('token', 'series'), ...spelled('uri', 'series', 'dstu2', 'stu3') },
    documentation: 'Series Instance UID (0020,000E), bare or as urn:oid:',
    read: readUids('series'),
    narrows: true,
    missing: 'series',
  },
  refused(
    'ImagingStudy',
    spelled('number', 'size', 'dstu1', 'dstu1'),
    'Size of the study in megabytes',
    'DICOMweb does not tell how large a study is',
  ),
  {
    resource: 'ImagingStudy',
    releases: spelled('token', 'status', 'r4'),
    documentation: 'Status of the study; what an archive tells of is available',
    read: readStatus,
    missing: 'never',
  },
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('token', 'study', 'dstu1', 'dstu1'),
      ...spelled('uri', 'study', 'dstu2', 'stu3'),
    },
    documentation: 'Study Instance UID (0020,000D), bare or as urn:oid:',
    read: readUids('study'),
    narrows: true,
    missing: 'never',
    sortBy: 'study',
  },
  {
    ...PATIENT,
    releases: spelled('reference', 'patient', 'dstu2'),
    documentation:
      'The patient: id, Patient/id or absolute URL; chained, for example patient.identifier=LAB|P1; from R4 on patient:identifier. Missing where the study has no Patient ID',
  },
  {
    ...PATIENT,
    releases: {
      ...spelled('reference', 'subject', 'dstu1', 'dstu1'),
      ...spelled('reference', 'subject', 'r4'),
    },
    documentation:
      'The patient: id, Patient/id or absolute URL; chained, for example subject.identifier=LAB|P1; from R4 on subject:identifier. Missing where the study has no Patient ID',
  },
  {
    resource: 'ImagingStudy',
    releases: {
      ...spelled('token', 'uid', 'dstu1', 'dstu1'),
      ...spelled('uri', 'uid', 'dstu2', 'stu3'),
      ...spelled('token', 'instance', 'r4'),
    },
    documentation: 'SOP Instance UID (0008,0018) of an instance, bare or as urn:oid:',
    read: readUids('instance'),
    narrows: true,
    missing: 'series',
  },
  refused(
    'ImagingStudy',
    {
      ...spelled('reference', 'context', 'stu3', 'stu3'),
      ...spelled('reference', 'encounter', 'r4'),
    },
    'The encounter of the study',
    'an archive keeps no encounters',
  ),
  refused(
    'ImagingStudy',
    spelled('reference', 'performer', 'stu3'),
    'Who made the series',
    NO_PERSON,
  ),
  refused(
    'ImagingStudy',
    spelled('reference', 'interpreter', 'r4', 'r4b'),
    'Who read the study',
    NO_PERSON,
  ),
  refused(
    'ImagingStudy',
    spelled('reference', 'referrer', 'r4'),
    'Who referred the patient',
    NO_PERSON,
  ),
  refused(
    'ImagingStudy',
    spelled('token', 'reason', 'stu3'),
    'Why the study was made',
    'an archive tells reasons as free text, without the codes that this parameter searches',
  ),
];
