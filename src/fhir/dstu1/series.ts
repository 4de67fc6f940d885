import { bodyPart, sopClass } from '../../dicom/codes';
import { isSafeUid } from '../../dicom/values';
import { seriesInstanceCount, type Instance, type Series, type Study } from '../../study/model';
import { SNOMED_CT } from '../codingSchemes';
import { code, type Members } from '../elements';
import { extension } from '../extensions';
import type { RenderContext } from '../releases';
import { dateTime, oid } from './datatypes';
import { seriesModality } from './modalities';

/**
 * The series that ImagingStudy.series can hold: those with instances, because series.instance is 1..*.
 * The others are named in an extension of the study and stay in its counts.
 */
export function shownSeries(study: Study): Series[] {
  return (study.series ?? []).filter((series) => series.instances.length > 0);
}

/** ImagingStudy.series. */
export function seriesOf(study: Study, context: RenderContext): Members[] {
  return shownSeries(study).map((series) => ({
    extension: laterality(series),
    number: series.number,
    ...seriesModality(series.modality),
    ...oid('uid', series.uid),
    description: series.description,
    numberOfInstances: seriesInstanceCount(series),
    availability: series.availability,
    url: wadoUrl([study.uid, series.uid], () => context.wado.series(study.uid, series.uid)),
    bodySite: bodySite(series),
    dateTime: dateTime(series.started),
    instance: series.instances.map((instance) => instanceOf(study, series, instance, context)),
  }));
}

/** A URL, unless a UID cannot stand in one without meaning something else. */
export function wadoUrl(uids: readonly string[], url: () => string): string | undefined {
  return uids.every(isSafeUid) ? url() : undefined;
}

/** Where the series was taken, in words. */
export function bodySiteText(series: Series): string | undefined {
  const { bodyPart: term } = series;
  return (term && bodyPart(term)?.display) ?? term;
}

function instanceOf(
  study: Study,
  series: Series,
  instance: Instance,
  context: RenderContext,
): Members {
  const uids = [study.uid, series.uid, instance.uid] as const;
  return {
    number: instance.number,
    ...oid('uid', instance.uid),
    ...oid('sopclass', instance.sopClass),
    type: instance.recordType ?? (instance.sopClass && sopClass(instance.sopClass)?.recordType),
    title: instance.title,
    url: wadoUrl(uids, () => context.wado.instance(...uids)),
    attachment: attachment(uids, instance, context),
  };
}

/** The Binary with what the instance shows, where it shows anything. */
function attachment(
  uids: readonly string[],
  instance: Instance,
  { contentOf }: RenderContext,
): Members | undefined {
  const content = uids.every(isSafeUid) ? contentOf?.(instance) : undefined;
  return content && { reference: `Binary/${content.id}` };
}

/**
 * series.bodySite: the concept that PS3.16 Annex L gives for Body Part Examined; a term that is not in it has
 * no code and stands as it is. Not from Anatomic Region (0008,2218): the definition does not name it, and a
 * search for a body site, which archives match by Body Part Examined, would not find it.
 */
function bodySite(series: Series): Members | undefined {
  const term = series.bodyPart && bodyPart(series.bodyPart);
  if (!term) return { display: series.bodyPart };
  return { system: term.sct && SNOMED_CT, code: term.sct, display: term.display };
}

/** DSTU1 has no laterality; without it a left and a right hand are one body site. */
function laterality(series: Series): Members[] {
  const side = code(series.laterality);
  return side ? [extension('laterality', { valueCode: side })] : [];
}
