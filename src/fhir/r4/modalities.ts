import type { Study } from '../../study/model';
import type { Members } from '../elements';
import * as shared from '../shared/modalities';
import { DCM, UNKNOWN } from './datatypes';

/**
 * The modalities of ImagingStudy.modality in R4: "actual acquisition modalities". A study of documents only shows
 * theirs, because SMART Imaging Access wants a modality in every study.
 */
export function studyModalities(study: Study): string[] {
  const acquired = shared.acquisitionModalities(study);
  return acquired.length === 0 ? shared.modalitiesOf(study) : acquired;
}

/** The modalities of a study that R4's ImagingStudy.modality leaves out. */
export function otherModalities(study: Study): string[] {
  const shown = new Set(studyModalities(study));
  return shared.modalitiesOf(study).filter((each) => !shown.has(each));
}

/** A modality as a Coding; one that was not told is said to be unknown. */
export function modalityCoding(told: string | undefined): Members {
  return shared.modalityCoding(told, DCM) ?? UNKNOWN;
}

/** ImagingStudy.modality as Codings: unknown is said, not left out (see {@link studyModalities}). */
export function modalityCodings(codes: readonly string[]): Members[] {
  return codes.length === 0 ? [UNKNOWN] : codes.map(modalityCoding);
}
