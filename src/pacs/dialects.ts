import type { Keyword } from '../dicom/tags';

/** The names that PACS_DIALECT may have. */
export const DIALECT_NAMES = ['generic', 'orthanc', 'dcm4chee'] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/**
 * Where series and instance rows come from. `qido`: QIDO-RS. `files`: the files, by Orthanc's own API, so
 * that the study is the same. `index`: Orthanc's index and the first file of a series, so that the titles (Image Type)
 * of the other images are untold; in some 60 % of the time.
 */
export const ROW_SOURCES = ['qido', 'files', 'index'] as const;
export type RowSource = (typeof ROW_SOURCES)[number];

/**
 * What is known of an archive before it is asked. Every flag says how the archive behaves; what the gateway
 * does about it stands where the flag is read.
 */
export interface Dialect {
  /** For people, in logs and documents. */
  readonly title: string;
  /** Study keys it matches. A key that is not here is never asked and only checked on the rows. */
  readonly studyKeys: readonly Keyword[];
  /**
   * A comma-separated list of Study Instance UIDs matches any of them (PS3.4 C.2.2.2.2), at `/studies` and
   * at `/instances`. Where not, each study is asked by itself.
   */
  readonly uidLists: boolean;
  /** A comma-separated list matches for keys other than UIDs too, which PS3.4 C.2.2.2 knows nothing of. */
  readonly valueLists: boolean;
  /** `/series` and `/instances` answer across studies and match their own keys (PS3.18 10.6.1.2). */
  readonly searchesBelowStudies: boolean;
  /**
   * Query values are percent-decoded. Debian's Orthanc does not decode: a value that needs escaping finds
   * nothing, with status 200. `unknown`: an empty answer to an escaped value is asked again with wildcards.
   */
  readonly decodesQuery: 'yes' | 'no' | 'unknown';
  /**
   * How much QIDO-RS leaves out. `mandatory`: only SOP Class UID or Modality may be missing. `study`: study
   * attributes are missing, one instance a study tells them. `series`: sequences are missing altogether, one
   * instance a series tells them.
   */
  readonly metadata: 'mandatory' | 'study' | 'series';
  /** QIDO-RS loses the letters outside Latin-1; metadata and the archive's own API have them. */
  readonly losesLetters: boolean;
  /** Dates are compared as texts, so that a range finds those of ACR-NEMA files only by its spelling. */
  readonly datesAreTexts: boolean;
  /**
   * Counts and Modalities in Study come unasked; asked for by `includefield`, or matched, what comes is not
   * computed but what one of the files happens to hold.
   */
  readonly computesUnasked: boolean;
  /**
   * Rows of series and instances have the time zone of the study in place of the series'. It is set when the probe saw
   * an archive that does, and whose own API tells the series'.
   */
  readonly zoneOfStudy?: boolean;
  /** `includefield=all` brings more than a list of fields does. */
  readonly includeAll: boolean;
  /** A short page may be a silent cap rather than the end, and a further offset tells which. */
  readonly verifiesEnd: boolean;
  /**
   * How it tells when a study last changed. `attribute`: a private attribute of its study rows. `native`: its own
   * API, which keeps a log of changes, too. `untold`: then that is since when the gateway has seen the study so.
   */
  readonly updateTime: 'attribute' | 'native' | 'untold';
  /** Where series and instance rows come from; what is not `qido` is set when the probe saw its API answer. */
  readonly rows: RowSource;
  /**
   * Its own API tells sketches of studies out of its index (`StudyHeader.sketch`). It is set when the probe saw such an
   * archive that does not cut its answers.
   */
  readonly sketches: boolean;
  /**
   * Tags that its index holds of each level; undefined where it does not tell. Where it does, `limit` may count rows
   * before any other key is matched, so that a page has too few rows, or none, and looks like the last.
   */
  readonly indexed?: Readonly<
    Record<'Patient' | 'Study' | 'Series' | 'Instance', readonly string[]>
  >;
  /** Most rows it ever answers without saying that it cut; undefined where it says so or has no cap. */
  readonly silentCap?: number;
  /** Most studies or series of one page: a larger `limit` is lowered to it without a word, and an offset reaches more. */
  readonly pageCap?: number;
  /** Most instances of one page, whatever `limit` says and without a word; undefined where there is no such cap. */
  readonly instanceCap?: number;
}

const COMMON_STUDY_KEYS: readonly Keyword[] = [
  'StudyInstanceUID',
  'StudyDate',
  'AccessionNumber',
  'PatientID',
  'PatientName',
  'ModalitiesInStudy',
  'StudyID',
];

/** THE TABLE of archives. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  generic: {
    title: 'any DICOMweb archive',
    studyKeys: COMMON_STUDY_KEYS,
    uidLists: false,
    valueLists: false,
    searchesBelowStudies: true,
    decodesQuery: 'unknown',
    metadata: 'mandatory',
    losesLetters: false,
    datesAreTexts: false,
    computesUnasked: false,
    includeAll: false,
    verifiesEnd: true,
    updateTime: 'untold',
    rows: 'qido',
    sketches: false,
  },
  orthanc: {
    title: 'Orthanc with its DICOMweb plugin',
    studyKeys: [...COMMON_STUDY_KEYS, 'PatientBirthDate', 'PatientSex'],
    uidLists: true,
    valueLists: true,
    searchesBelowStudies: true,
    decodesQuery: 'no',
    metadata: 'series',
    losesLetters: false,
    datesAreTexts: true,
    computesUnasked: true,
    includeAll: false,
    verifiesEnd: false,
    updateTime: 'native',
    rows: 'qido',
    sketches: false,
  },
  dcm4chee: {
    title: 'dcm4chee-arc-light 5',
    studyKeys: [...COMMON_STUDY_KEYS, 'PatientBirthDate', 'PatientSex'],
    uidLists: true,
    valueLists: true,
    searchesBelowStudies: true,
    decodesQuery: 'yes',
    metadata: 'study',
    losesLetters: false,
    datesAreTexts: false,
    computesUnasked: false,
    includeAll: true,
    verifiesEnd: false,
    updateTime: 'attribute',
    rows: 'qido',
    sketches: false,
  },
};
