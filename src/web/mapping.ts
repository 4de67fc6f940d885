/** The releases whose elements have names of their own; R4B's are R4's. */
export type MappedRelease = 'dstu1' | 'dstu2' | 'stu3' | 'r4' | 'r5' | 'r6';

/** DICOM attributes, and the elements of ImagingStudy that are made of them. */
export interface MappingRow {
  /** Names and tags of the attributes, or what else the elements are made of. */
  readonly dicom: string;
  /** Paths below ImagingStudy, by release; a release that is not there has none. */
  readonly elements: Readonly<Partial<Record<MappedRelease, readonly string[]>>>;
  /** Of several attributes and elements, which is made of which. */
  readonly each?: Readonly<Record<string, string>>;
  /** Where the gateway reads them. */
  readonly askedBy: string;
}

/** THE TABLE of where the elements of ImagingStudy come from; docs/reference/mapping.md is made of it and tested against the renderers. */
export const MAPPING: readonly MappingRow[] = [
  {
    dicom: 'Study Date (0008,0020), Study Time (0008,0030), Timezone Offset From UTC (0008,0201)',
    elements: {
      dstu1: ['dateTime'],
      dstu2: ['started'],
      stu3: ['started'],
      r4: ['started'],
      r5: ['started'],
      r6: ['started'],
    },
    askedBy: 'study row',
  },
  {
    dicom: 'Patient ID (0010,0020) with its issuer; without Patient ID a contained Patient',
    elements: {
      dstu1: ['subject'],
      dstu2: ['patient'],
      stu3: ['patient'],
      r4: ['subject'],
      r5: ['subject'],
      r6: ['subject'],
    },
    askedBy: 'study row',
  },
  {
    dicom: 'Study Instance UID (0020,000D)',
    elements: {
      dstu1: ['uid'],
      dstu2: ['uid'],
      stu3: ['uid'],
      r4: ['identifier'],
      r5: ['identifier'],
      r6: ['identifier'],
    },
    askedBy: 'study row',
  },
  {
    dicom: 'Accession Number (0008,0050) with its issuer (0008,0051)',
    elements: {
      dstu1: ['accessionNo'],
      dstu2: ['accession'],
      stu3: ['accession'],
      r4: ['identifier'],
      r5: ['basedOn'],
      r6: ['basedOn'],
    },
    askedBy: 'study row',
  },
  {
    dicom: 'Study ID (0020,0010)',
    elements: {
      dstu1: ['identifier'],
      dstu2: ['identifier'],
      stu3: ['identifier'],
      r4: ['identifier'],
      r5: ['identifier'],
      r6: ['identifier'],
    },
    askedBy: 'study row',
  },
  {
    dicom:
      'Request Attributes Sequence (0040,0275), Referenced Request Sequence (0040,A370): contained orders',
    elements: {
      dstu1: ['order'],
      dstu2: ['order'],
      stu3: ['basedOn'],
      r4: ['basedOn'],
      r5: ['basedOn'],
      r6: ['basedOn'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom:
      'Modalities in Study (0008,0061); others than acquisition modalities in an extension until R4B',
    elements: {
      dstu1: ['modality', 'extension'],
      dstu2: ['modalityList', 'extension'],
      stu3: ['modalityList', 'extension'],
      r4: ['modality', 'extension'],
      r5: ['modality'],
      r6: ['modality'],
    },
    askedBy: 'study row',
  },
  {
    dicom: "Referring Physician's Name (0008,0090)",
    elements: {
      dstu1: ['referrer'],
      dstu2: ['referrer'],
      stu3: ['referrer'],
      r4: ['referrer'],
      r5: ['referrer'],
      r6: ['referrer'],
    },
    askedBy: 'study row',
  },
  {
    dicom: 'Name of Physicians Reading Study (0008,1060)',
    elements: {
      dstu1: ['interpreter'],
      dstu2: ['interpreter'],
      stu3: ['interpreter'],
      r4: ['interpreter'],
      r5: ['extension'],
      r6: ['extension'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom: 'Instance Availability (0008,0056); from R4 on what is told of is `available`',
    elements: {
      dstu1: ['availability', 'series.availability'],
      dstu2: ['availability', 'series.availability'],
      stu3: ['availability', 'series.availability'],
      r4: ['status'],
      r5: ['status'],
      r6: ['status'],
    },
    askedBy: 'row',
  },
  {
    dicom:
      'Number of Study Related Series (0020,1206), Instances (0020,1208); counted where untold',
    elements: {
      dstu1: ['numberOfSeries', 'numberOfInstances'],
      dstu2: ['numberOfSeries', 'numberOfInstances'],
      stu3: ['numberOfSeries', 'numberOfInstances'],
      r4: ['numberOfSeries', 'numberOfInstances'],
      r5: ['numberOfSeries', 'numberOfInstances'],
      r6: ['numberOfSeries', 'numberOfInstances'],
    },
    each: {
      numberOfSeries: 'Number of Study Related Series (0020,1206)',
      numberOfInstances: 'Number of Study Related Instances (0020,1208)',
    },
    askedBy: 'study row',
  },
  {
    dicom:
      'Reason for the Requested Procedure (0040,1002), Admitting Diagnoses Description (0008,1080)',
    elements: {
      dstu1: ['clinicalInformation'],
      stu3: ['reason'],
      r4: ['reasonCode'],
      r5: ['reason'],
      r6: ['reason'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom: 'Procedure Code Sequence (0008,1032)',
    elements: {
      dstu1: ['procedure'],
      dstu2: ['procedure'],
      stu3: ['procedureCode'],
      r4: ['procedureCode'],
      r5: ['procedure'],
      r6: ['procedure'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom: 'Study Description (0008,1030)',
    elements: {
      dstu1: ['description'],
      dstu2: ['description'],
      stu3: ['description'],
      r4: ['description'],
      r5: ['description'],
      r6: ['description'],
    },
    askedBy: 'study row',
  },
  {
    dicom: 'Institution Name (0008,0080), Institutional Department Name (0008,1040)',
    elements: {
      r4: ['location'],
      r5: ['location'],
      r6: ['location'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom: 'Referenced Performed Procedure Step Sequence (0008,1111)',
    elements: {
      r5: ['partOf'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom: 'when the study last changed',
    elements: {
      dstu2: ['meta'],
      stu3: ['meta'],
      r4: ['meta'],
      r5: ['meta'],
      r6: ['meta'],
    },
    askedBy: 'see `_lastUpdated`',
  },
  {
    dicom: 'made of the UIDs: WADO-RS URLs',
    elements: {
      dstu1: ['url', 'series.url', 'series.instance.url'],
      dstu2: ['url', 'series.url', 'series.instance.extension'],
      stu3: [
        'endpoint',
        'series.endpoint',
        'extension',
        'series.extension',
        'series.instance.extension',
      ],
      r4: [
        'endpoint',
        'series.endpoint',
        'extension',
        'series.extension',
        'series.instance.extension',
      ],
      r5: [
        'endpoint',
        'series.endpoint',
        'extension',
        'series.extension',
        'series.instance.extension',
      ],
      r6: [
        'endpoint',
        'series.endpoint',
        'extension',
        'series.extension',
        'series.instance.extension',
      ],
    },
    askedBy: '',
  },
  {
    dicom:
      'Series Instance UID (0020,000E), Series Number (0020,0011), Modality (0008,0060), Series Description (0008,103E), Number of Series Related Instances (0020,1209)',
    elements: {
      dstu1: [
        'series.uid',
        'series.number',
        'series.modality',
        'series.description',
        'series.numberOfInstances',
      ],
      dstu2: [
        'series.uid',
        'series.number',
        'series.modality',
        'series.description',
        'series.numberOfInstances',
      ],
      stu3: [
        'series.uid',
        'series.number',
        'series.modality',
        'series.description',
        'series.numberOfInstances',
      ],
      r4: [
        'series.uid',
        'series.number',
        'series.modality',
        'series.description',
        'series.numberOfInstances',
      ],
      r5: [
        'series.uid',
        'series.number',
        'series.modality',
        'series.description',
        'series.numberOfInstances',
      ],
      r6: [
        'series.uid',
        'series.number',
        'series.modality',
        'series.description',
        'series.numberOfInstances',
      ],
    },
    each: {
      'series.uid': 'Series Instance UID (0020,000E)',
      'series.number': 'Series Number (0020,0011)',
      'series.modality': 'Modality (0008,0060)',
      'series.description': 'Series Description (0008,103E)',
      'series.numberOfInstances': 'Number of Series Related Instances (0020,1209)',
    },
    askedBy: 'instance rows',
  },
  {
    dicom: 'Series Date (0008,0021), Series Time (0008,0031)',
    elements: {
      dstu1: ['series.dateTime'],
      dstu2: ['series.started'],
      stu3: ['series.started'],
      r4: ['series.started'],
      r5: ['series.started'],
      r6: ['series.started'],
    },
    askedBy: 'instance rows',
  },
  {
    dicom: 'Body Part Examined (0018,0015), by PS3.16 Annex L to SNOMED CT',
    elements: {
      dstu1: ['series.bodySite'],
      dstu2: ['series.bodySite'],
      stu3: ['series.bodySite'],
      r4: ['series.bodySite'],
      r5: ['series.bodySite'],
      r6: ['series.bodySite'],
    },
    askedBy: 'instance rows',
  },
  {
    dicom: 'Laterality (0020,0060)',
    elements: {
      dstu1: ['series.extension'],
      dstu2: ['series.laterality'],
      stu3: ['series.laterality'],
      r4: ['series.laterality'],
      r5: ['series.laterality'],
      r6: ['series.extension'],
    },
    askedBy: 'instance rows',
  },
  {
    dicom: "Performing Physician's Name (0008,1050), Operators' Name (0008,1070)",
    elements: {
      stu3: ['series.performer'],
      r4: ['series.performer'],
      r5: ['series.performer'],
      r6: ['series.performer'],
    },
    askedBy: 'instance rows',
  },
  {
    dicom: 'Specimen Identifier (0040,0551) with its issuer (0040,0562): contained Specimens',
    elements: {
      r4: ['series.specimen'],
      r5: ['series.specimen'],
      r6: ['series.specimen'],
    },
    askedBy: 'row or metadata',
  },
  {
    dicom: 'SOP Instance UID (0008,0018), Instance Number (0020,0013)',
    elements: {
      dstu1: ['series.instance.uid', 'series.instance.number'],
      dstu2: ['series.instance.uid', 'series.instance.number'],
      stu3: ['series.instance.uid', 'series.instance.number'],
      r4: ['series.instance.uid', 'series.instance.number'],
      r5: ['series.instance.uid', 'series.instance.number'],
      r6: ['series.instance.uid', 'series.instance.number'],
    },
    each: {
      'series.instance.uid': 'SOP Instance UID (0008,0018)',
      'series.instance.number': 'Instance Number (0020,0013)',
    },
    askedBy: 'instance rows',
  },
  {
    dicom: 'SOP Class UID (0008,0016)',
    elements: {
      dstu1: ['series.instance.sopclass'],
      dstu2: ['series.instance.sopClass'],
      stu3: ['series.instance.sopClass'],
      r4: ['series.instance.sopClass'],
      r5: ['series.instance.sopClass'],
      r6: ['series.instance.sopClass'],
    },
    askedBy: 'instance rows',
  },
  {
    dicom: 'SOP Class UID: what of an image, a document or a report a person can open (`Binary`)',
    elements: {
      dstu1: ['series.instance.attachment'],
      dstu2: ['series.instance.content'],
      stu3: ['series.instance.extension'],
      r4: ['series.instance.extension'],
      r5: ['series.instance.extension'],
      r6: ['series.instance.extension'],
    },
    askedBy: 'table',
  },
  {
    dicom: 'Directory Record Type of the SOP Class',
    elements: {
      dstu1: ['series.instance.type'],
      dstu2: ['series.instance.type'],
    },
    askedBy: 'table',
  },
  {
    dicom:
      'Content Label (0070,0080), Concept Name Code (0040,A043), Document Title (0042,0010) or Image Type (0008,0008), the first there is',
    elements: {
      dstu1: ['series.instance.title'],
      dstu2: ['series.instance.title'],
      stu3: ['series.instance.title'],
      r4: ['series.instance.title'],
      r5: ['series.instance.title'],
      r6: ['series.instance.title'],
    },
    askedBy: 'row or metadata',
  },
];

/** What the elements hold that every resource has, whatever DICOM tells. */
export const GENERAL: Readonly<Record<string, string>> = {
  id: 'Study Instance UID (0020,000D)',
  text: 'written by the gateway for people, of the elements below',
  contained: 'what other elements refer to by its id, and from where they come',
};
