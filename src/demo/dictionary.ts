/** The level of the Study Root information model an attribute belongs to (PS3.4 C.6.2.1). */
export type Level = 'study' | 'series' | 'instance';

/**
 * THE TABLE of attributes the demo archive stores, matches and returns: tag, value representation
 * (PS3.6 Table 6-1) and the level at which its searches know it (PS3.18 10.6.1.2.3). Attributes that
 * only ever occur inside a sequence carry the level of that sequence; it is not used.
 */
export const DICTIONARY = {
  SpecificCharacterSet: ['00080005', 'CS', 'study'],
  ImageType: ['00080008', 'CS', 'instance'],
  SOPClassUID: ['00080016', 'UI', 'instance'],
  SOPInstanceUID: ['00080018', 'UI', 'instance'],
  StudyDate: ['00080020', 'DA', 'study'],
  SeriesDate: ['00080021', 'DA', 'series'],
  AcquisitionDate: ['00080022', 'DA', 'instance'],
  ContentDate: ['00080023', 'DA', 'instance'],
  AcquisitionDateTime: ['0008002A', 'DT', 'instance'],
  StudyTime: ['00080030', 'TM', 'study'],
  SeriesTime: ['00080031', 'TM', 'series'],
  ContentTime: ['00080033', 'TM', 'instance'],
  AccessionNumber: ['00080050', 'SH', 'study'],
  IssuerOfAccessionNumberSequence: ['00080051', 'SQ', 'study'],
  InstanceAvailability: ['00080056', 'CS', 'study'],
  Modality: ['00080060', 'CS', 'series'],
  ModalitiesInStudy: ['00080061', 'CS', 'study'],
  SOPClassesInStudy: ['00080062', 'UI', 'study'],
  ConversionType: ['00080064', 'CS', 'instance'],
  Manufacturer: ['00080070', 'LO', 'series'],
  InstitutionName: ['00080080', 'LO', 'series'],
  ReferringPhysicianName: ['00080090', 'PN', 'study'],
  CodeValue: ['00080100', 'SH', 'instance'],
  CodingSchemeDesignator: ['00080102', 'SH', 'instance'],
  CodingSchemeVersion: ['00080103', 'SH', 'instance'],
  CodeMeaning: ['00080104', 'LO', 'instance'],
  TimezoneOffsetFromUTC: ['00080201', 'SH', 'study'],
  StudyDescription: ['00081030', 'LO', 'study'],
  ProcedureCodeSequence: ['00081032', 'SQ', 'study'],
  SeriesDescription: ['0008103E', 'LO', 'series'],
  InstitutionalDepartmentName: ['00081040', 'LO', 'series'],
  PerformingPhysicianName: ['00081050', 'PN', 'series'],
  NameOfPhysiciansReadingStudy: ['00081060', 'PN', 'study'],
  OperatorsName: ['00081070', 'PN', 'series'],
  AdmittingDiagnosesDescription: ['00081080', 'LO', 'study'],
  ManufacturerModelName: ['00081090', 'LO', 'series'],
  ReferencedStudySequence: ['00081110', 'SQ', 'instance'],
  ReferencedPerformedProcedureStepSequence: ['00081111', 'SQ', 'series'],
  ReferencedSeriesSequence: ['00081115', 'SQ', 'instance'],
  ReferencedImageSequence: ['00081140', 'SQ', 'instance'],
  ReferencedSOPClassUID: ['00081150', 'UI', 'instance'],
  ReferencedSOPInstanceUID: ['00081155', 'UI', 'instance'],
  RetrieveURL: ['00081190', 'UR', 'study'],
  ReferencedSOPSequence: ['00081199', 'SQ', 'instance'],
  AnatomicRegionSequence: ['00082218', 'SQ', 'series'],
  PatientName: ['00100010', 'PN', 'study'],
  PatientID: ['00100020', 'LO', 'study'],
  IssuerOfPatientID: ['00100021', 'LO', 'study'],
  IssuerOfPatientIDQualifiersSequence: ['00100024', 'SQ', 'study'],
  TypeOfPatientID: ['00100022', 'CS', 'study'],
  PatientBirthDate: ['00100030', 'DA', 'study'],
  PatientSex: ['00100040', 'CS', 'study'],
  OtherPatientIDsSequence: ['00101002', 'SQ', 'study'],
  BodyPartExamined: ['00180015', 'CS', 'series'],
  ScanningSequence: ['00180020', 'CS', 'instance'],
  SequenceVariant: ['00180021', 'CS', 'instance'],
  ScanOptions: ['00180022', 'CS', 'instance'],
  MRAcquisitionType: ['00180023', 'CS', 'instance'],
  SliceThickness: ['00180050', 'DS', 'instance'],
  KVP: ['00180060', 'DS', 'instance'],
  RepetitionTime: ['00180080', 'DS', 'instance'],
  EchoTime: ['00180081', 'DS', 'instance'],
  InversionTime: ['00180082', 'DS', 'instance'],
  EchoTrainLength: ['00180091', 'IS', 'instance'],
  SoftwareVersions: ['00181020', 'LO', 'series'],
  ProtocolName: ['00181030', 'LO', 'series'],
  FrameTime: ['00181063', 'DS', 'instance'],
  PatientPosition: ['00185100', 'CS', 'series'],
  ViewPosition: ['00185101', 'CS', 'series'],
  ImagerPixelSpacing: ['00181164', 'DS', 'instance'],
  StudyInstanceUID: ['0020000D', 'UI', 'study'],
  SeriesInstanceUID: ['0020000E', 'UI', 'series'],
  StudyID: ['00200010', 'SH', 'study'],
  SeriesNumber: ['00200011', 'IS', 'series'],
  AcquisitionNumber: ['00200012', 'IS', 'instance'],
  InstanceNumber: ['00200013', 'IS', 'instance'],
  PatientOrientation: ['00200020', 'CS', 'instance'],
  ImagePositionPatient: ['00200032', 'DS', 'instance'],
  ImageOrientationPatient: ['00200037', 'DS', 'instance'],
  FrameOfReferenceUID: ['00200052', 'UI', 'series'],
  Laterality: ['00200060', 'CS', 'series'],
  PositionReferenceIndicator: ['00201040', 'LO', 'series'],
  SliceLocation: ['00201041', 'DS', 'instance'],
  NumberOfStudyRelatedSeries: ['00201206', 'IS', 'study'],
  NumberOfStudyRelatedInstances: ['00201208', 'IS', 'study'],
  NumberOfSeriesRelatedInstances: ['00201209', 'IS', 'series'],
  SamplesPerPixel: ['00280002', 'US', 'instance'],
  PhotometricInterpretation: ['00280004', 'CS', 'instance'],
  PlanarConfiguration: ['00280006', 'US', 'instance'],
  NumberOfFrames: ['00280008', 'IS', 'instance'],
  FrameIncrementPointer: ['00280009', 'AT', 'instance'],
  Rows: ['00280010', 'US', 'instance'],
  Columns: ['00280011', 'US', 'instance'],
  PixelSpacing: ['00280030', 'DS', 'instance'],
  BitsAllocated: ['00280100', 'US', 'instance'],
  BitsStored: ['00280101', 'US', 'instance'],
  HighBit: ['00280102', 'US', 'instance'],
  PixelRepresentation: ['00280103', 'US', 'instance'],
  BurnedInAnnotation: ['00280301', 'CS', 'instance'],
  WindowCenter: ['00281050', 'DS', 'instance'],
  WindowWidth: ['00281051', 'DS', 'instance'],
  RescaleIntercept: ['00281052', 'DS', 'instance'],
  RescaleSlope: ['00281053', 'DS', 'instance'],
  RescaleType: ['00281054', 'LO', 'instance'],
  LossyImageCompression: ['00282110', 'CS', 'instance'],
  RequestingPhysician: ['00321032', 'PN', 'study'],
  RequestedProcedureDescription: ['00321060', 'LO', 'study'],
  RequestedProcedureCodeSequence: ['00321064', 'SQ', 'study'],
  WaveformOriginality: ['003A0004', 'CS', 'instance'],
  NumberOfWaveformChannels: ['003A0005', 'US', 'instance'],
  NumberOfWaveformSamples: ['003A0010', 'UL', 'instance'],
  SamplingFrequency: ['003A001A', 'DS', 'instance'],
  MultiplexGroupLabel: ['003A0020', 'SH', 'instance'],
  ChannelDefinitionSequence: ['003A0200', 'SQ', 'instance'],
  ChannelSourceSequence: ['003A0208', 'SQ', 'instance'],
  ChannelSensitivity: ['003A0210', 'DS', 'instance'],
  ChannelSensitivityUnitsSequence: ['003A0211', 'SQ', 'instance'],
  ChannelSensitivityCorrectionFactor: ['003A0212', 'DS', 'instance'],
  ChannelBaseline: ['003A0213', 'DS', 'instance'],
  ChannelSampleSkew: ['003A0215', 'DS', 'instance'],
  WaveformBitsStored: ['003A021A', 'US', 'instance'],
  ScheduledProcedureStepDescription: ['00400007', 'LO', 'series'],
  ScheduledProcedureStepID: ['00400009', 'SH', 'series'],
  OrderPlacerIdentifierSequence: ['00400026', 'SQ', 'study'],
  OrderFillerIdentifierSequence: ['00400027', 'SQ', 'study'],
  LocalNamespaceEntityID: ['00400031', 'UT', 'study'],
  UniversalEntityID: ['00400032', 'UT', 'study'],
  UniversalEntityIDType: ['00400033', 'CS', 'study'],
  PerformedProcedureStepStartDate: ['00400244', 'DA', 'series'],
  PerformedProcedureStepStartTime: ['00400245', 'TM', 'series'],
  RequestAttributesSequence: ['00400275', 'SQ', 'series'],
  RequestedProcedureID: ['00401001', 'SH', 'study'],
  ReasonForTheRequestedProcedure: ['00401002', 'LO', 'study'],
  AcquisitionContextSequence: ['00400555', 'SQ', 'instance'],
  ReasonForRequestedProcedureCodeSequence: ['0040100A', 'SQ', 'study'],
  PlacerOrderNumberImagingServiceRequest: ['00402016', 'LO', 'study'],
  FillerOrderNumberImagingServiceRequest: ['00402017', 'LO', 'study'],
  RelationshipType: ['0040A010', 'CS', 'instance'],
  VerifyingOrganization: ['0040A027', 'LO', 'instance'],
  VerificationDateTime: ['0040A030', 'DT', 'instance'],
  ValueType: ['0040A040', 'CS', 'instance'],
  ConceptNameCodeSequence: ['0040A043', 'SQ', 'instance'],
  ContinuityOfContent: ['0040A050', 'CS', 'instance'],
  VerifyingObserverSequence: ['0040A073', 'SQ', 'instance'],
  VerifyingObserverName: ['0040A075', 'PN', 'instance'],
  VerifyingObserverIdentificationCodeSequence: ['0040A088', 'SQ', 'instance'],
  TextValue: ['0040A160', 'UT', 'instance'],
  ReferencedRequestSequence: ['0040A370', 'SQ', 'instance'],
  PerformedProcedureCodeSequence: ['0040A372', 'SQ', 'instance'],
  CurrentRequestedProcedureEvidenceSequence: ['0040A375', 'SQ', 'instance'],
  CompletionFlag: ['0040A491', 'CS', 'instance'],
  VerificationFlag: ['0040A493', 'CS', 'instance'],
  ContentTemplateSequence: ['0040A504', 'SQ', 'instance'],
  ContentSequence: ['0040A730', 'SQ', 'instance'],
  MappingResource: ['00080105', 'CS', 'instance'],
  TemplateIdentifier: ['0040DB00', 'CS', 'instance'],
  DocumentTitle: ['00420010', 'ST', 'instance'],
  MIMETypeOfEncapsulatedDocument: ['00420012', 'LO', 'instance'],
  WaveformBitsAllocated: ['54001004', 'US', 'instance'],
  WaveformSampleInterpretation: ['54001006', 'CS', 'instance'],
  WaveformSequence: ['54000100', 'SQ', 'instance'],
  GraphicLayer: ['00700002', 'CS', 'instance'],
  BoundingBoxAnnotationUnits: ['00700003', 'CS', 'instance'],
  AnchorPointAnnotationUnits: ['00700004', 'CS', 'instance'],
  UnformattedTextValue: ['00700006', 'ST', 'instance'],
  TextObjectSequence: ['00700008', 'SQ', 'instance'],
  GraphicAnnotationSequence: ['00700001', 'SQ', 'instance'],
  AnchorPoint: ['00700014', 'FL', 'instance'],
  AnchorPointVisibility: ['00700015', 'CS', 'instance'],
  DisplayedAreaTopLeftHandCorner: ['00700052', 'SL', 'instance'],
  DisplayedAreaBottomRightHandCorner: ['00700053', 'SL', 'instance'],
  DisplayedAreaSelectionSequence: ['0070005A', 'SQ', 'instance'],
  GraphicLayerSequence: ['00700060', 'SQ', 'instance'],
  GraphicLayerOrder: ['00700062', 'IS', 'instance'],
  ContentLabel: ['00700080', 'CS', 'instance'],
  ContentDescription: ['00700081', 'LO', 'instance'],
  PresentationCreationDate: ['00700082', 'DA', 'instance'],
  PresentationCreationTime: ['00700083', 'TM', 'instance'],
  ContentCreatorName: ['00700084', 'PN', 'instance'],
  PresentationSizeMode: ['00700100', 'CS', 'instance'],
  PresentationPixelAspectRatio: ['00700102', 'IS', 'instance'],
  SoftcopyVOILUTSequence: ['00283110', 'SQ', 'instance'],
  PresentationLUTShape: ['20500020', 'CS', 'instance'],
} as const satisfies Readonly<Record<string, readonly [tag: string, vr: string, level: Level]>>;

/** A keyword of the table. */
export type Name = keyof typeof DICTIONARY;
type Vr<K extends Name> = (typeof DICTIONARY)[K][1];
type NumberVr = 'DS' | 'FL' | 'IS' | 'SL' | 'UL' | 'US';
type ValueOf<K extends Name> =
  Vr<K> extends 'SQ'
    ? readonly Attributes[]
    : Vr<K> extends NumberVr
      ? number | readonly number[]
      : string | readonly string[];

/**
 * A data set in plain words: keyword to value. Text values are as in DICOM (a person name with its `=`
 * groups, dates as YYYYMMDD), several values are an array, a sequence is an array of data sets, and ''
 * is an attribute that is present without a value.
 */
export type Attributes = { readonly [K in Name]?: ValueOf<K> };

/** Any value of {@link Attributes}. */
export type AttributeValue = NonNullable<Attributes[Name]>;

const BY_TAG = new Map<string, Name>();
for (const name of Object.keys(DICTIONARY)) if (isName(name)) BY_TAG.set(DICTIONARY[name][0], name);

/**
 * The keyword for an attribute as a query spells it (PS3.18 8.3.4.1): keyword or eight hexadecimal
 * digits. Undefined when the archive does not know it.
 */
export function nameOf(attribute: string): Name | undefined {
  return isName(attribute) ? attribute : BY_TAG.get(attribute.toUpperCase());
}

/** The keywords of a data set that carry a value or are present without one, in tag order. */
export function namesIn(attributes: Attributes): Name[] {
  return Object.keys(attributes)
    .filter(isName)
    .filter((name) => attributes[name] !== undefined)
    .sort((a, b) => (DICTIONARY[a][0] < DICTIONARY[b][0] ? -1 : 1));
}

/** Whether a value is the items of a sequence. */
export function isItems(value: AttributeValue): value is readonly Attributes[] {
  return Array.isArray(value) && value.some((item) => typeof item === 'object');
}

/** The values of a text or number attribute without the empty ones; none for a sequence. */
export function scalars(value: AttributeValue | undefined): readonly (string | number)[] {
  if (value === undefined || isItems(value)) return [];
  const list = typeof value === 'object' ? value : [value];
  return list.filter(
    (item) => typeof item === 'number' || (typeof item === 'string' && item !== ''),
  );
}

function isName(text: string): text is Name {
  return Object.hasOwn(DICTIONARY, text);
}
