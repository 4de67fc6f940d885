import type { Keyword } from '../dicom/tags';
import type { Keys } from '../study/source';
import type { Dialect } from './dialects';
import type { Parameter } from './encode';

/** What a study row is asked to carry beyond the keys (PS3.18 8.3.4.2). */
const STUDY_FIELDS: readonly Keyword[] = [
  'StudyDate',
  'StudyTime',
  'TimezoneOffsetFromUTC',
  'AccessionNumber',
  'IssuerOfAccessionNumberSequence',
  'InstanceAvailability',
  'ModalitiesInStudy',
  'ReferringPhysicianName',
  'StudyDescription',
  'ProcedureCodeSequence',
  'NameOfPhysiciansReadingStudy',
  'AdmittingDiagnosesDescription',
  'ReasonForTheRequestedProcedure',
  'RequestingPhysician',
  'InstitutionName',
  'InstitutionalDepartmentName',
  'ConfidentialityCode',
  'RetrieveAETitle',
  'ReferencedRequestSequence',
  'PatientName',
  'PatientID',
  'IssuerOfPatientID',
  'IssuerOfPatientIDQualifiersSequence',
  'OtherPatientIDsSequence',
  'PatientBirthDate',
  'PatientSex',
  'StudyID',
  'NumberOfStudyRelatedSeries',
  'NumberOfStudyRelatedInstances',
];

const SERIES_FIELDS: readonly Keyword[] = [
  'PatientID',
  'IssuerOfPatientID',
  'IssuerOfPatientIDQualifiersSequence',
  'Modality',
  'SeriesNumber',
  'SeriesDescription',
  'SeriesDate',
  'SeriesTime',
  'TimezoneOffsetFromUTC',
  'BodyPartExamined',
  'Laterality',
  'PerformingPhysicianName',
  'OperatorsName',
  'InstanceAvailability',
  'RequestAttributesSequence',
  'SpecimenDescriptionSequence',
  'ReferencedPerformedProcedureStepSequence',
  'NumberOfSeriesRelatedInstances',
];

const INSTANCE_FIELDS: readonly Keyword[] = [
  'SOPClassUID',
  'InstanceNumber',
  'NumberOfFrames',
  'ContentLabel',
  'ConceptNameCodeSequence',
  'DocumentTitle',
  'ImageType',
];

/** What an archive computes over a study or series, and no file tells right. */
const COMPUTED: readonly Keyword[] = [
  'ModalitiesInStudy',
  'NumberOfStudyRelatedSeries',
  'NumberOfStudyRelatedInstances',
  'NumberOfSeriesRelatedInstances',
];

const FIELDS = {
  studies: STUDY_FIELDS,
  series: SERIES_FIELDS,
  instances: [...SERIES_FIELDS, ...INSTANCE_FIELDS],
} as const;

/**
 * The `includefield` of a search: everything the resource needs at that level. A match key is left out: it
 * comes back anyway, and one product stops matching a key that is listed (DICOMcloud issue 1).
 */
export function includeField(
  level: keyof typeof FIELDS,
  keys: Keys,
  dialect: Dialect,
): readonly Parameter[] {
  if (dialect.includeAll) return [['includefield', 'all']];
  const unasked = dialect.computesUnasked ? COMPUTED : [];
  const fields = FIELDS[level].filter((field) => !keys.has(field) && !unasked.includes(field));
  return [['includefield', fields.join(',')]];
}
