import { has, integer, sequence, string, strings, type DataSet } from '../dicom/dataset';
import type { Keyword } from '../dicom/tags';
import { readDate } from '../dicom/values';
import { sopClass } from '../dicom/codes';
import {
  defined,
  filled,
  readCodes,
  readIssuedId,
  readIssuer,
  readMoment,
  readNames,
  type ZoneOfArchive,
} from './attributes';
import type { Availability, ImagingRequest, Instance, Patient, Series, StudyHeader } from './model';

/**
 * Reads the study level out of a study row (PS3.18 Table 10.6.3-3) or of one instance's metadata.
 *
 * @returns undefined when the row has no Study Instance UID: there is nothing to name it by
 */
export function readStudy(row: DataSet, zone: ZoneOfArchive): StudyHeader | undefined {
  const uid = string(row, 'StudyInstanceUID');
  if (uid === undefined) return undefined;
  return {
    uid,
    shared: false,
    patient: readPatient(row),
    requests: readRequests(row),
    readers: readNames(row, 'NameOfPhysiciansReadingStudy'),
    admittingDiagnoses: strings(row, 'AdmittingDiagnosesDescription'),
    reasons: strings(row, 'ReasonForTheRequestedProcedure'),
    procedures: readCodes(row, 'ProcedureCodeSequence'),
    ...defined({
      started: readMoment(row, 'StudyDate', 'StudyTime', zone),
      accession: readIssuedId(row, 'AccessionNumber', 'IssuerOfAccessionNumberSequence'),
      studyId: string(row, 'StudyID'),
      modalities: readModalities(row),
      referrer: readNames(row, 'ReferringPhysicianName')[0],
      requester: readNames(row, 'RequestingPhysician')[0],
      availability: readAvailability(row),
      description: string(row, 'StudyDescription'),
      institution: string(row, 'InstitutionName'),
      department: string(row, 'InstitutionalDepartmentName'),
      confidentiality: readTold(row, 'ConfidentialityCode'),
      aeTitles: readTold(row, 'RetrieveAETitle'),
      numberOfSeries: integer(row, 'NumberOfStudyRelatedSeries'),
      numberOfInstances: integer(row, 'NumberOfStudyRelatedInstances'),
    }),
  };
}

/**
 * Reads the series level out of a row; its instances come from elsewhere.
 *
 * @returns undefined when the row has no Series Instance UID
 */
export function readSeries(row: DataSet, zone: ZoneOfArchive): Series | undefined {
  const uid = string(row, 'SeriesInstanceUID');
  if (uid === undefined) return undefined;
  return {
    uid,
    performers: readNames(row, 'PerformingPhysicianName'),
    operators: readNames(row, 'OperatorsName'),
    instances: [],
    ...defined({
      number: integer(row, 'SeriesNumber'),
      modality: string(row, 'Modality'),
      description: string(row, 'SeriesDescription'),
      numberOfInstances: integer(row, 'NumberOfSeriesRelatedInstances'),
      availability: readAvailability(row),
      bodyPart: string(row, 'BodyPartExamined'),
      laterality: string(row, 'Laterality'),
      started: readMoment(row, 'SeriesDate', 'SeriesTime', zone),
      specimens: filled(
        sequence(row, 'SpecimenDescriptionSequence').flatMap(
          (item) =>
            readIssuedId(item, 'SpecimenIdentifier', 'IssuerOfTheSpecimenIdentifierSequence') ?? [],
        ),
      ),
      procedureSteps: filled(
        sequence(row, 'ReferencedPerformedProcedureStepSequence').flatMap(
          (item) => string(item, 'ReferencedSOPInstanceUID') ?? [],
        ),
      ),
    }),
  };
}

/**
 * Reads the instance level out of a row.
 *
 * @returns undefined when the row has no SOP Instance UID
 */
export function readInstance(row: DataSet): Instance | undefined {
  const uid = string(row, 'SOPInstanceUID');
  if (uid === undefined) return undefined;
  const sopClassUid = string(row, 'SOPClassUID');
  return {
    uid,
    ...defined({
      sopClass: sopClassUid,
      number: integer(row, 'InstanceNumber'),
      recordType: sopClassUid === undefined ? undefined : sopClass(sopClassUid)?.recordType,
      title: readTitle(row),
      frames: integer(row, 'NumberOfFrames'),
    }),
  };
}

/** Reads the patient of a row; identifiers are kept as told, trimmed of insignificant blanks. */
function readPatient(row: DataSet): Patient {
  const id = string(row, 'PatientID');
  const sex = string(row, 'PatientSex')?.toUpperCase();
  return {
    otherIds: sequence(row, 'OtherPatientIDsSequence').flatMap(
      (item) => readIssuedId(item, 'PatientID', 'IssuerOfPatientIDQualifiersSequence') ?? [],
    ),
    ...defined({
      id,
      issuer: id === undefined ? undefined : readIssuer(row, 'IssuerOfPatientIDQualifiersSequence'),
      name: readNames(row, 'PatientName')[0],
      birthDate: readDate(string(row, 'PatientBirthDate')),
      sex: sex === 'M' || sex === 'F' || sex === 'O' ? sex : undefined,
    }),
  };
}

/**
 * The requests a row tells of: Request Attributes Sequence at series level, Referenced Request Sequence at
 * study level, each item one; the same order told twice is one.
 */
export function readRequests(row: DataSet): ImagingRequest[] {
  const items = [
    ...sequence(row, 'ReferencedRequestSequence'),
    ...sequence(row, 'RequestAttributesSequence'),
  ];
  return items.map(readRequest).filter((request) => request !== undefined);
}

function readRequest(item: DataSet): ImagingRequest | undefined {
  const request = {
    codes: readCodes(item, 'RequestedProcedureCodeSequence'),
    ...defined({
      accession: readIssuedId(item, 'AccessionNumber', 'IssuerOfAccessionNumberSequence'),
      procedureId: string(item, 'RequestedProcedureID'),
      placerNumber: readIssuedId(
        item,
        'PlacerOrderNumberImagingServiceRequest',
        'OrderPlacerIdentifierSequence',
      ),
      fillerNumber: readIssuedId(
        item,
        'FillerOrderNumberImagingServiceRequest',
        'OrderFillerIdentifierSequence',
      ),
      description:
        string(item, 'RequestedProcedureDescription') ??
        string(item, 'ScheduledProcedureStepDescription'),
      reason: string(item, 'ReasonForTheRequestedProcedure'),
    }),
  };
  return Object.keys(request).length > 1 || request.codes.length > 0 ? request : undefined;
}

/**
 * The title of an instance: Content Label (0070,0080), the meaning of Concept Name Code Sequence
 * (0040,A043), Document Title (0042,0010), Image Type (0008,0008); the first that is there, in the order
 * of the DSTU1 definition.
 */
function readTitle(row: DataSet): string | undefined {
  const concept = sequence(row, 'ConceptNameCodeSequence')[0];
  return (
    string(row, 'ContentLabel') ??
    (concept && string(concept, 'CodeMeaning')) ??
    string(row, 'DocumentTitle') ??
    (strings(row, 'ImageType').join('\\') || undefined)
  );
}

/** All values, none of them where the attribute came empty; undefined where it did not come. */
function readTold(row: DataSet, keyword: Keyword): string[] | undefined {
  return has(row, keyword) ? strings(row, keyword) : undefined;
}

/** Modalities in Study; dcm4chee writes `*` when it does not know (its issue 775). */
function readModalities(row: DataSet): string[] | undefined {
  const told = strings(row, 'ModalitiesInStudy').flatMap((value) => value.split('\\'));
  const known = told.map((code) => code.trim()).filter((code) => code !== '' && code !== '*');
  return known.length > 0 ? [...new Set(known)] : undefined;
}

function readAvailability(row: DataSet): Availability | undefined {
  const value = string(row, 'InstanceAvailability');
  return value === 'ONLINE' ||
    value === 'NEARLINE' ||
    value === 'OFFLINE' ||
    value === 'UNAVAILABLE'
    ? value
    : undefined;
}
