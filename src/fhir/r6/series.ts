import { seriesInstanceCount, type Instance, type Series, type Study } from '../../study/model';
import { elementOf } from '../crossVersion';
import { code, type Members } from '../elements';
import { absentMember, originalUid, uidElement } from '../r4/datatypes';
import { modalityCoding } from '../r4/modalities';
import { instanceExtensions, type SeriesParts } from '../r4/series';
import { seriesExtensions } from '../r4/studyExtensions';
import { bodySite, laterality } from '../r5/series';
import type { RenderContext } from '../releases';
import { dateTime, unsignedInt } from '../shared/primitives';

/** The type `oid`, which is stricter about the first arc than PS3.5 9.1. */
const OID = /^[0-2](\.(0|[1-9][0-9]*))+$/;

/** ImagingStudy.series (imagingstudy.html of the R6 ballot). */
export function seriesOf(study: Study, parts: SeriesParts, context: RenderContext): Members[] {
  return (study.series ?? []).map((series) => ({
    extension: [...seriesExtensions(study, series, context), ...lateralityOf(series)],
    ...uidElement(series.uid),
    number: series.number,
    modality: { coding: [modalityCoding(series.modality)] },
    description: series.description,
    numberOfInstances: unsignedInt(seriesInstanceCount(series)),
    endpoint: [parts.endpoint],
    bodySite: bodySite(series),
    specimen: parts.specimens.of(series),
    started: dateTime(series.started),
    performer: parts.performers.of(series),
    instance: series.instances.map((instance) => instanceOf(study, series, instance, context)),
  }));
}

/** R6 took R5's `laterality` away; without it a left and a right hand are one body site. */
function lateralityOf(series: Series): Members[] {
  if (!code(series.laterality)) return [];
  const value = { valueCodeableConcept: laterality(series) };
  return [elementOf('5.0', 'ImagingStudy.series.laterality', value)];
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
    ...sopClass(instance.sopClass),
    number: instance.number,
    title: instance.title,
  };
}

/** instance.sopClass, an oid again in R6. */
function sopClass(uid: string | undefined): Members {
  if (uid === undefined) return absentMember('sopClass');
  if (OID.test(uid)) return { sopClass: `urn:oid:${uid}` };
  return { _sopClass: { extension: [originalUid(uid)] } };
}
