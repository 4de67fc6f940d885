import type { Members } from './elements';

/** Base of the URLs of the extensions that this gateway defines, the same in every release. */
export const EXTENSION_BASE = 'http://dicomweb-fhir-gateway.org/fhir/extension/';

interface ExtensionRow {
  /** Where it stands, by the names of DSTU1. */
  readonly on: string;
  /** The elements that may have it, for StructureDefinition.context (DSTU2 and later). */
  readonly contexts: readonly string[];
  /** Data type of the value; in DSTU1's element names a Reference is called Resource. */
  readonly type: string;
  readonly meaning: string;
}

/** THE TABLE of extensions that this gateway defines. */
export const EXTENSIONS = {
  absent: {
    on: 'any mandatory element',
    contexts: ['Element'],
    type: 'code',
    meaning: 'The archive did not tell this value, which FHIR demands: always `unknown`',
  },
  'original-uid': {
    on: 'uid, sopclass',
    contexts: [
      'ImagingStudy.series.uid',
      'ImagingStudy.series.instance.uid',
      'ImagingStudy.series.instance.sopClass',
    ],
    type: 'string',
    meaning: 'The UID as the archive has it; it breaks PS3.5 9.1 and so cannot be an oid',
  },
  'original-modality': {
    on: 'ImagingStudy.series.modality',
    contexts: ['ImagingStudy.series.modality'],
    type: 'string',
    meaning: 'The modality as the archive has it; the closed list of the release lacks it',
  },
  'other-modality': {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'string',
    meaning:
      "A modality of the study that the release's list of acquisition modalities lacks (repeats)",
  },
  laterality: {
    on: 'ImagingStudy.series',
    contexts: ['ImagingStudy.series'],
    type: 'code',
    meaning: 'Laterality (0020,0060) of the examined body part: R, L or B',
  },
  'coding-scheme': {
    on: 'Coding',
    contexts: ['Coding'],
    type: 'string',
    meaning: 'Coding Scheme Designator (0008,0102) for which no URI is known, such as 99LAB',
  },
  'other-name': {
    on: 'Practitioner',
    contexts: ['Practitioner'],
    type: 'HumanName',
    meaning: 'The same name in another script: the ideographic or phonetic group of the DICOM name',
  },
  requester: {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'Reference(Practitioner)',
    meaning:
      'Requesting physician, where the referring physician is somebody else and no order is known',
  },
  'further-interpreter': {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'Reference(Practitioner)',
    meaning: 'Another physician who read the study, after the first',
  },
  defect: {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'code',
    meaning:
      'Why this resource may mislead: illegal-uid, incomplete, mixed-patients or no-details (repeats)',
  },
  'instances-expected': {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'integer',
    meaning: 'With defect `incomplete`: how many instances the archive counts',
  },
  'instances-received': {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'integer',
    meaning: 'With defect `incomplete`: how many instances the archive told about',
  },
  'series-without-instances': {
    on: 'ImagingStudy',
    contexts: ['ImagingStudy'],
    type: 'string',
    meaning: 'UID of a series left out because the archive told none of its instances (repeats)',
  },
  'wado-rs-url': {
    on: 'ImagingStudy, series, instance (STU3 and later); instance (DSTU2, elsewhere `url`)',
    contexts: ['ImagingStudy', 'ImagingStudy.series', 'ImagingStudy.series.instance'],
    type: 'url',
    meaning: 'Absolute WADO-RS URL at which the study, the series or the instance is retrieved',
  },
  content: {
    on: 'ImagingStudy.series.instance (STU3 and later) of a document or report; elsewhere `attachment`, `content`',
    contexts: ['ImagingStudy.series.instance'],
    type: 'Attachment',
    meaning:
      'What a document or report can be opened as: its media type and the URL of its Binary. An image is at its ' +
      'WADO-RS URL with `/rendered`, and at Binary as well, by its SOP Instance UID',
  },
  'problem-code': {
    on: 'OperationOutcome.issue',
    contexts: ['OperationOutcome.issue'],
    type: 'code',
    meaning: "Code of the failure or warning in the gateway's catalogue, such as pacs-timeout",
  },
} as const satisfies Record<string, ExtensionRow>;

/** The name of an extension that this gateway defines. */
export type ExtensionName = keyof typeof EXTENSIONS;

/** The names of all extensions that this gateway defines. */
export function extensionNames(): readonly ExtensionName[] {
  return Object.keys(EXTENSIONS) as ExtensionName[];
}

/** The URL of an extension that this gateway defines. */
export function extensionUrl(name: ExtensionName): string {
  return EXTENSION_BASE + name;
}

/** One extension, with its value as `{ valueX: … }`. */
export function extension(name: ExtensionName, value: Members): Members {
  return { url: extensionUrl(name), ...value };
}

/** HL7's extension for a value that is not there, from STU3 on. */
export const DATA_ABSENT_REASON_URL = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** The system of the codes of errors.ts and of warnings, in OperationOutcome.issue.details from DSTU2 on. */
export const PROBLEM_SYSTEM = 'http://dicomweb-fhir-gateway.org/fhir/CodeSystem/problem';

/** Says that a mandatory value is not known; HL7's own data-absent-reason is younger than DSTU1. */
export function absent(): Members {
  return extension('absent', { valueCode: 'unknown' });
}
