import { isSafeUid } from '../../dicom/values';
import { seriesInstanceCount, type Instance, type Series, type Study } from '../../study/model';
import type { Members } from '../elements';
import { extension } from '../extensions';
import type { RenderContext } from '../releases';
import { bodySite, laterality } from '../shared/bodySite';
import { contentExtensions } from '../shared/content';
import { mandatory } from '../shared/datatypes';
import { modalityCoding } from '../shared/modalities';
import { dateTime, oid, unsignedInt } from '../shared/primitives';
import { DCM, UNKNOWN } from './datatypes';
import type { People } from './people';

/** What every series of a study refers to. */
export interface SeriesLinks {
  readonly endpoint: Members;
  readonly performers: People['performers'];
}

/** ImagingStudy.series. */
export function seriesOf(study: Study, links: SeriesLinks, context: RenderContext): Members[] {
  return (study.series ?? []).map((series) => ({
    extension: wadoUrl([study.uid, series.uid], () => context.wado.series(study.uid, series.uid)),
    ...oid('uid', series.uid, UNKNOWN),
    number: unsignedInt(series.number),
    modality: mandatory(modalityCoding(series.modality, DCM), UNKNOWN),
    description: series.description,
    numberOfInstances: unsignedInt(seriesInstanceCount(series)),
    availability: series.availability,
    endpoint: [links.endpoint],
    bodySite: bodySite(series),
    laterality: laterality(series),
    started: dateTime(series.started),
    performer: links.performers.get(series),
    instance: series.instances.map((instance) => instanceOf(study, series, instance, context)),
  }));
}

/**
 * The extension with the absolute WADO-RS URL, so that a client need not know how to make one of an Endpoint
 * and UIDs. None where a UID cannot stand in a URL without meaning something else.
 */
export function wadoUrl(uids: readonly string[], url: () => string): Members[] {
  return uids.every(isSafeUid) ? [extension('wado-rs-url', { valueUri: url() })] : [];
}

function instanceOf(
  study: Study,
  series: Series,
  instance: Instance,
  context: RenderContext,
): Members {
  const uids = [study.uid, series.uid, instance.uid] as const;
  return {
    extension: [
      ...wadoUrl(uids, () => context.wado.instance(...uids)),
      ...contentExtensions(uids, instance, context),
    ],
    ...oid('uid', instance.uid, UNKNOWN),
    number: unsignedInt(instance.number),
    ...oid('sopClass', instance.sopClass, UNKNOWN),
    title: instance.title,
  };
}
