import { seriesInstanceCount, type Instance, type Series, type Study } from '../../study/model';
import { SNOMED_CT } from '../codingSchemes';
import type { Members } from '../elements';
import { side } from '../laterality';
import { sopClassCoding, uidElement } from '../r4/datatypes';
import { modalityCoding } from '../r4/modalities';
import { instanceExtensions, type SeriesParts } from '../r4/series';
import { seriesExtensions } from '../r4/studyExtensions';
import type { RenderContext } from '../releases';
import { bodySite as bodySiteCoding } from '../shared/bodySite';
import { dateTime, unsignedInt } from '../shared/primitives';

/** ImagingStudy.series (imagingstudy.html of 5.0.0). */
export function seriesOf(study: Study, parts: SeriesParts, context: RenderContext): Members[] {
  return (study.series ?? []).map((series) => ({
    extension: seriesExtensions(study, series, context),
    ...uidElement(series.uid),
    number: series.number,
    modality: { coding: [modalityCoding(series.modality)] },
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

/** series.bodySite, a CodeableReference from R5 on; a term without a code is its text. */
export function bodySite(series: Series): Members {
  const known = bodySiteCoding(series);
  const coded = known?.code === undefined ? [] : [known];
  return { concept: { coding: coded, text: known?.display } };
}

/** The side, by the list that R5 binds (PS3.16 CID 244); one without a concept is its text. */
export function laterality(series: Series): Members {
  const known = side(series.laterality)?.cid244;
  if (known === undefined) return { text: series.laterality };
  return { coding: [{ system: SNOMED_CT, ...known }] };
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
