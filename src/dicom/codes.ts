import bodyPartTable from './tables/bodyParts.json';
import modalityTable from './tables/modalities.json';
import sopClassTable from './tables/sopClasses.json';

/** A row of PS3.16 Annex L: a term of Body Part Examined and the concepts it means. */
export interface BodyPart {
  /** Body Part Examined (0018,0015), upper case. */
  readonly term: string;
  readonly display: string;
  /** SNOMED CT concept. */
  readonly sct?: string;
  /** SNOMED RT code, as DICOM wrote it before 2018. */
  readonly srt?: string;
  /** Codes that earlier editions gave this term; clients still search by them. */
  readonly legacySct?: string;
  readonly legacySrt?: string;
}

/** A storage SOP class (PS3.6 Table A-1). */
export interface SopClass {
  readonly uid: string;
  readonly name: string;
  /** Directory Record Type (0004,1430) of its instances (PS3.3 Annex F). */
  readonly recordType?: string;
}

/** A Modality (0008,0060) of CID 29 or CID 32 (PS3.16). */
export interface Modality {
  readonly code: string;
  readonly display: string;
  /** Whether it acquires images or signals (CID 29), unlike SR, KO or PR. */
  readonly acquisition: boolean;
}

export const BODY_PARTS: readonly BodyPart[] = bodyPartTable.rows;
export const SOP_CLASSES: readonly SopClass[] = sopClassTable.rows;
export const MODALITIES: readonly Modality[] = modalityTable.rows;

const bodyPartByTerm = new Map(BODY_PARTS.map((row) => [row.term, row]));
const sopClassByUid = new Map(SOP_CLASSES.map((row) => [row.uid, row]));
const modalityByCode = new Map(MODALITIES.map((row) => [row.code, row]));

/** The Annex L row of a Body Part Examined value, trimmed and in any case. */
export function bodyPart(term: string): BodyPart | undefined {
  return bodyPartByTerm.get(term.trim().toUpperCase());
}

/** The storage SOP class with this UID. */
export function sopClass(uid: string): SopClass | undefined {
  return sopClassByUid.get(uid);
}

/** The modality with this code. */
export function modality(code: string): Modality | undefined {
  return modalityByCode.get(code);
}
