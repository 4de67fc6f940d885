import { seriesInstanceCount, type Instance, type Series, type Study } from '../../study/model';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { bodySite, laterality } from '../shared/bodySite';
import { contentExtensions } from '../shared/content';
import { dateTime, unsignedInt } from '../shared/primitives';
import { sopClassCoding, uidElement, wadoUrl } from './datatypes';
import { modalityCoding } from './modalities';
import type { Performers } from './people';
import type { Specimens } from './specimens';
import { seriesExtensions } from './studyExtensions';

/** What all series of a study share. */
export interface SeriesParts {
  readonly endpoint: Members;
  readonly performers: Performers;
  readonly specimens: Specimens;
}

/** ImagingStudy.series (imagingstudy.html of 4.0.1). */
export function seriesOf(study: Study, parts: SeriesParts, context: RenderContext): Members[] {
  return (study.series ?? []).map((series) => ({
    extension: seriesExtensions(study, series, context),
    ...uidElement(series.uid),
    number: series.number,
    modality: modalityCoding(series.modality),
    description: series.description,
    numberOfInstances: unsignedInt(seriesInstanceCount(series)),
    endpoint: [parts.endpoint],
    bodySite: bodySite(series),
    laterality: laterality(series),
    specimen: parts.specimens.of(series),
    started: dateTime(series.started),
    performer: parts.performers.of(series),
    instance: series.instances.map((instance) => instanceOf(study, series, instance, context)),
  }));
}

function instanceOf(
  study: Study,
  series: Series,
  instance: Instance,
  context: RenderContext,
): Members {
  return {
    extension: instanceExtensions(study, series, instance, context),
    ...uidElement(instance.uid),
    sopClass: sopClassCoding(instance.sopClass),
    number: instance.number,
    title: instance.title,
  };
}

/** The extensions with an instance's URL, and with that of what it shows. */
export function instanceExtensions(
  study: Study,
  series: Series,
  instance: Instance,
  context: RenderContext,
): Members[] {
  const uids = [study.uid, series.uid, instance.uid] as const;
  return [
    ...wadoUrl(uids, () => context.wado.instance(...uids)),
    ...contentExtensions(uids, instance, context),
  ];
}
