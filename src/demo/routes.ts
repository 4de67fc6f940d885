import { Refusal, type Answer } from './answer';
import type { Holdings, InstanceEntry, SeriesEntry, StudyEntry } from './holdings';
import { search, type SearchTarget } from './qido';
import {
  frameNumber,
  pictureOf,
  representative,
  retrieveBulk,
  retrieveFrames,
  retrieveInstance,
  retrieveInstances,
  retrieveMetadata,
  retrieveRendered,
  retrieveThumbnail,
  type RetrieveRequest,
} from './wado';

/** A request below the service root: decoded path segments, and what a handler needs to know. */
export interface ArchiveRequest extends RetrieveRequest {
  readonly segments: readonly string[];
}

/**
 * Answers a request by the resource its path names (PS3.18 Table 10.1-1).
 *
 * @throws Refusal when the resource does not exist or cannot be had in this way
 */
export function route(holdings: Holdings, request: ArchiveRequest): Answer {
  const target = searchTarget(request.segments);
  if (target) return search(holdings, target, request);
  const [studies, studyUid = '', ...rest] = request.segments;
  const study = studies === 'studies' ? holdings.byUid.get(studyUid) : undefined;
  if (!study) throw notFound();
  if (rest[0] !== 'series') return several(study.series.flatMap(instancesOf), rest, request);
  return inSeries(study, rest.slice(1), request);
}

/** The search a path names, or none: the collection is the last segment (PS3.18 Table 10.6.1-1). */
function searchTarget(segments: readonly string[]): SearchTarget | undefined {
  const [study, series] = [segments[1], segments[3]];
  switch (segments.map((segment, index) => (index % 2 === 0 ? segment : '*')).join('/')) {
    case 'studies':
      return { level: 'study' };
    case 'series':
      return { level: 'series' };
    case 'instances':
      return { level: 'instance' };
    case 'studies/*/series':
      return { level: 'series', study };
    case 'studies/*/instances':
      return { level: 'instance', study };
    case 'studies/*/series/*/instances':
      return { level: 'instance', study, series };
    default:
      return undefined;
  }
}

function inSeries(
  study: StudyEntry,
  segments: readonly string[],
  request: RetrieveRequest,
): Answer {
  const [seriesUid, ...rest] = segments;
  const series = study.series.find((entry) => entry.series.uid === seriesUid);
  if (!series) throw notFound();
  if (rest[0] !== 'instances') return several(series.instances, rest, request);
  const entry = series.instances.find(({ instance }) => instance.uid === rest[1]);
  if (!entry) throw notFound();
  return one(entry, rest.slice(2), request);
}

/** A study or a series. */
function several(
  entries: readonly InstanceEntry[],
  view: readonly string[],
  request: RetrieveRequest,
): Answer {
  switch (view.join('/')) {
    case '':
      return retrieveInstances(entries, request);
    case 'metadata':
      return retrieveMetadata(entries, request);
    case 'thumbnail':
      return retrieveThumbnail(representative(entries), request);
    default:
      throw notFound();
  }
}

/** An instance, or something of it. */
function one(entry: InstanceEntry, view: readonly string[], request: RetrieveRequest): Answer {
  const [, detail = ''] = view;
  switch (view.map((segment, index) => (index === 1 ? '*' : segment)).join('/')) {
    case '':
      return retrieveInstance(entry, request);
    case 'metadata':
      return retrieveMetadata([entry], request);
    case 'rendered':
      return retrieveRendered(entry, 1, request);
    case 'thumbnail':
      return retrieveThumbnail(entry, request);
    case 'frames/*':
      return retrieveFrames(entry, detail, request);
    case 'frames/*/rendered':
      return retrieveRendered(entry, frameNumber(detail, pictureOf(entry)), request);
    case 'bulkdata/*':
      return retrieveBulk(entry, detail, request);
    default:
      throw notFound();
  }
}

function instancesOf(series: SeriesEntry): readonly InstanceEntry[] {
  return series.instances;
}

function notFound(): Refusal {
  return new Refusal(404, 'No such resource');
}
