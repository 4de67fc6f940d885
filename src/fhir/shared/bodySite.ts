import { bodyPart } from '../../dicom/codes';
import type { Series } from '../../study/model';
import { SNOMED_CT } from '../codingSchemes';
import type { Members } from '../elements';
import { side } from '../laterality';

/**
 * The Coding of series.bodySite: the concept that PS3.16 Annex L gives for Body Part Examined; a term that is
 * not in it has no code and stands as it is. Not from Anatomic Region (0008,2218), as archives match a
 * search for a body site by Body Part Examined.
 */
export function bodySite(series: Series): Members | undefined {
  const term = series.bodyPart && bodyPart(series.bodyPart);
  if (!term) return { display: series.bodyPart };
  return { system: term.sct && SNOMED_CT, code: term.sct, display: term.display };
}

/** Where the series was taken, in words. */
export function bodySiteText(series: Series): string | undefined {
  const { bodyPart: term } = series;
  return (term && bodyPart(term)?.display) ?? term;
}

/** The Coding of series.laterality in DSTU2 to R4B; a value without a side stands as it is. */
export function laterality(series: Series): Members {
  const known = side(series.laterality);
  return known ? { system: SNOMED_CT, ...known.bodySite } : { display: series.laterality };
}
