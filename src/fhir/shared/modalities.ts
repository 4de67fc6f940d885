import { modality } from '../../dicom/codes';
import type { Study } from '../../study/model';
import { code, distinct, type Members } from '../elements';

/** All modalities of a study as DICOM tells them: of the study row, else of its series. */
export function modalitiesOf(study: Study): string[] {
  const told = study.modalities ?? study.series?.map((series) => series.modality) ?? [];
  const codes = told.map(code).filter((value) => value !== undefined);
  return distinct(codes).filter((value) => value !== '');
}

/**
 * The modalities "that are actual acquisition modalities", as ImagingStudy tells them from DSTU2 to R4B.
 * The list (CID 29) is extensible, so a code that is in no list is not held back.
 */
export function acquisitionModalities(study: Study): string[] {
  return modalitiesOf(study).filter((value) => modality(value)?.acquisition !== false);
}

/** The others: documents, presentation states, key objects (CID 32). */
export function otherModalities(study: Study): string[] {
  return modalitiesOf(study).filter((value) => modality(value)?.acquisition === false);
}

/**
 * The Coding of a modality. A code that DICOM does not define has no system: DICOM's would be a false claim.
 *
 * @param dcm the URI by which the release calls DICOM's code system
 * @returns undefined for a modality that was not told
 */
export function modalityCoding(told: string | undefined, dcm: string): Members | undefined {
  const value = code(told);
  if (!value) return undefined;
  const known = modality(value);
  return { system: known && dcm, code: value, display: known?.display };
}
