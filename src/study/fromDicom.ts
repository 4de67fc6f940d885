import { has, integer, sequence, string, strings, values, type DataSet } from '../dicom/dataset';
import { readPersonName, type PersonName } from '../dicom/names';
import type { Keyword } from '../dicom/tags';
import { readDate, readOffset, readTime, type Moment } from '../dicom/values';
import { sopClass } from '../dicom/codes';
import type {
  Availability,
  Code,
  ImagingRequest,
  Instance,
  IssuedId,
  Issuer,
  Patient,
  Series,
  StudyHeader,
} from './model';

/** Tells the offset from UTC, `+HH:MM`, of a wall clock that came without one; undefined: nobody knows. */
export type ZoneOfArchive = (date: string, time: string) => string | undefined;

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
export function readPatient(row: DataSet): Patient {
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

function readMoment(
  row: DataSet,
  dateKeyword: Keyword,
  timeKeyword: Keyword,
  zone: ZoneOfArchive,
): Moment | undefined {
  const date = readDate(string(row, dateKeyword));
  if (date === undefined) return undefined;
  const time = readTime(string(row, timeKeyword));
  if (time === undefined) return { date };
  const offset = readOffset(string(row, 'TimezoneOffsetFromUTC')) ?? zone(date, time);
  return offset === undefined ? { date, time } : { date, time, offset };
}

function readNames(row: DataSet, keyword: Keyword): PersonName[] {
  return values(row, keyword)
    .map(readPersonName)
    .filter((name) => name !== undefined);
}

function readCodes(row: DataSet, keyword: Keyword): Code[] {
  return sequence(row, keyword)
    .map(readCode)
    .filter((code) => code !== undefined);
}

function readCode(item: DataSet): Code | undefined {
  const value =
    string(item, 'CodeValue') ?? string(item, 'LongCodeValue') ?? string(item, 'URNCodeValue');
  if (value === undefined) return undefined;
  return {
    value,
    ...defined({
      scheme: string(item, 'CodingSchemeDesignator'),
      version: string(item, 'CodingSchemeVersion'),
      meaning: string(item, 'CodeMeaning'),
    }),
  };
}

function readIssuedId(row: DataSet, value: Keyword, issuerSequence: Keyword): IssuedId | undefined {
  const text = string(row, value);
  if (text === undefined) return undefined;
  const issuer = readIssuer(row, issuerSequence);
  return issuer === undefined ? { value: text } : { value: text, issuer };
}

/** HL7v2 Hierarchic Designator macro (PS3.3 Table 10-17), and the plain Issuer of Patient ID beside it. */
function readIssuer(row: DataSet, keyword: Keyword): Issuer | undefined {
  const item = sequence(row, keyword)[0] ?? new Map();
  const plain = has(row, 'IssuerOfPatientID') ? string(row, 'IssuerOfPatientID') : undefined;
  const plainCounts = keyword === 'IssuerOfPatientIDQualifiersSequence';
  const issuer = defined({
    name: (plainCounts ? plain : undefined) ?? string(item, 'LocalNamespaceEntityID'),
    universalId: string(item, 'UniversalEntityID'),
    universalIdType: string(item, 'UniversalEntityIDType'),
  });
  return Object.keys(issuer).length > 0 ? issuer : undefined;
}

/** A list with something in it, or nothing. */
function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** The members that are there: an absent value is an absent member, never `undefined` in one. */
function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
