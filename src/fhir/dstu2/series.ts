import { sopClass } from '../../dicom/codes';
import { isSafeUid } from '../../dicom/values';
import { seriesInstanceCount, type Instance, type Series, type Study } from '../../study/model';
import type { Members } from '../elements';
import { absent, extension } from '../extensions';
import type { RenderContext } from '../releases';
import { bodySite, laterality } from '../shared/bodySite';
import { mandatory } from '../shared/datatypes';
import { modalityCoding } from '../shared/modalities';
import { dateTime, oid, unsignedInt } from '../shared/primitives';
import { count, DCM } from './datatypes';

/** ImagingStudy.series. */
export function seriesOf(study: Study, context: RenderContext): Members[] {
  return (study.series ?? []).map((series) => ({
    number: unsignedInt(series.number),
    modality: mandatory(modalityCoding(series.modality, DCM), absent()),
    ...oid('uid', series.uid, absent()),
    description: series.description,
    ...count('numberOfInstances', seriesInstanceCount(series)),
    availability: series.availability,
    url: wadoUrl([study.uid, series.uid], () => context.wado.series(study.uid, series.uid)),
    bodySite: bodySite(series),
    laterality: laterality(series),
    started: dateTime(series.started),
    instance: series.instances.map((instance) => instanceOf(study, series, instance, context)),
  }));
}

/** A URL, unless a UID cannot stand in one without meaning something else. */
export function wadoUrl(uids: readonly string[], url: () => string): string | undefined {
  return uids.every(isSafeUid) ? url() : undefined;
}

function instanceOf(
  study: Study,
  series: Series,
  instance: Instance,
  context: RenderContext,
): Members {
  return {
    extension: instanceUrl([study.uid, series.uid, instance.uid], context),
    number: unsignedInt(instance.number),
    ...oid('uid', instance.uid, absent()),
    ...oid('sopClass', instance.sopClass, absent()),
    type: instance.recordType ?? (instance.sopClass && sopClass(instance.sopClass)?.recordType),
    title: instance.title,
    content: contentOf([study.uid, series.uid, instance.uid], instance, context),
  };
}

/** What the instance shows, where it shows anything: its media type and the URL of its Binary. */
function contentOf(
  uids: readonly string[],
  instance: Instance,
  { baseUrl, contentOf: of }: RenderContext,
): Members[] {
  const content = uids.every(isSafeUid) ? of?.(instance) : undefined;
  if (content === undefined) return [];
  const { id, contentType } = content;
  return [{ contentType, url: `${baseUrl}/Binary/${id}`, title: instance.title }];
}

/** The WADO-RS URL of an instance, in an extension: only study and series have `url` in DSTU2. */
function instanceUrl(uids: readonly [string, string, string], context: RenderContext): Members[] {
  const url = wadoUrl(uids, () => context.wado.instance(...uids));
  return url === undefined ? [] : [extension('wado-rs-url', { valueUri: url })];
}
