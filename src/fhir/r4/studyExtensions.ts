import type { Series, Study } from '../../study/model';
import { elementOf } from '../crossVersion';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { defectExtensions } from '../shared/defects';
import { wadoUrl } from './datatypes';

/** The extensions that every release from R4 on has at the study: its URL, availability and defects. */
export function studyExtensions(study: Study, context: RenderContext): Members[] {
  const { availability } = study;
  return [
    ...wadoUrl([study.uid], () => context.wado.study(study.uid)),
    ...(availability
      ? [elementOf('3.0', 'ImagingStudy.availability', { valueCode: availability })]
      : []),
    ...study.defects.flatMap(defectExtensions),
  ];
}

/** The extensions that every release from R4 on has at the series. */
export function seriesExtensions(study: Study, series: Series, context: RenderContext): Members[] {
  const { availability } = series;
  return [
    ...wadoUrl([study.uid, series.uid], () => context.wado.series(study.uid, series.uid)),
    ...(availability
      ? [elementOf('3.0', 'ImagingStudy.series.availability', { valueCode: availability })]
      : []),
  ];
}
