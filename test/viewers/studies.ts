import type { DemoStudy } from '../../src/demo/model';
import { demoStudies } from '../../src/demo/studies';

/** The study of the demo that has this accession number. */
export function studyOf(accession: string): DemoStudy {
  const found = demoStudies().find(({ attributes }) => attributes.AccessionNumber === accession);
  if (found === undefined) throw new Error(`no study ${accession}`);
  return found;
}

/** A study that has a series of this modality. */
export function studyWith(modality: string): DemoStudy {
  const found = demoStudies().find(({ series }) => series.some((one) => one.modality === modality));
  if (found === undefined) throw new Error(`no study with ${modality}`);
  return found;
}

/** The path of a study's first instance below a DICOMweb root. */
export function firstInstance({ uid, series: [series] }: DemoStudy): string {
  return `/studies/${uid}/series/${series?.uid ?? ''}/instances/${series?.instances[0]?.uid ?? ''}`;
}
