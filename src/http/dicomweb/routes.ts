import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { requireScope } from '../../auth/scopes';
import { Problem } from '../../errors';
import { readTarget, type Target } from '../../study/retrieval';
import { readParameters } from '../asked';
import { exchangeOf } from '../exchange';
import { refuseWriting } from '../refuseMethod';
import { refuseUnannounced } from './announced';
import { answerAudited, type Findings } from './audited';
import { planRetrieval } from './plan';
import { answerQuery } from './query';
import { rememberFor } from './remembered';
import type { Prepared } from './send';
import type { DicomWebServices } from './services';
import { createWarming } from './warming';

const PARTS = [
  '/studies/:study',
  '/studies/:study/series/:series',
  '/studies/:study/series/:series/instances/:instance',
] as const;
const VIEWS = ['', '/metadata', '/rendered', '/thumbnail', '/bulkdata/*path', '/bulk/*path'];
const FRAMES = ['/frames/:frames', '/frames/:frames/rendered', '/frames/:frames/thumbnail'];

/** Paths of WADO-RS (PS3.18 10.4.1) that there are; everything else is not there. */
const RETRIEVAL_PATHS: readonly string[] = [
  ...PARTS.flatMap((part) => VIEWS.map((view) => part + view)),
  ...FRAMES.map((view) => PARTS[2] + view),
];

/** Paths of QIDO-RS (PS3.18 Table 10.6.1-1). */
const QUERY_PATHS: readonly string[] = [
  '/studies',
  '/series',
  '/instances',
  '/studies/:study/series',
  '/studies/:study/instances',
  '/studies/:study/series/:series/instances',
];

/** WADO-RS and QIDO-RS (PS3.18 10.4 and 10.6), to be mounted at a DICOMweb root. */
export function createDicomWebRoutes(services: DicomWebServices): Router {
  const router = express.Router({ caseSensitive: true });
  const retrieve = retrieval(services);
  const query: RequestHandler = (request, response) =>
    answerAudited(request, response, 'query', services, (findings) =>
      answerQuery(request, segmentsOf(request), services, findings),
    );
  const refuse = refuseWriting('GET, HEAD');
  for (const path of QUERY_PATHS) router.route(path).get(query).all(refuse);
  for (const path of RETRIEVAL_PATHS) router.route(path).get(retrieve).all(refuse);
  return router;
}

function retrieval(services: DicomWebServices): RequestHandler {
  const warming = createWarming(services);
  const unable = rememberFor(services.limits.renderMemoryMs);

  /** Checks everything, and only then asks the archive. */
  async function prepare(
    request: Request,
    response: Response,
    findings: Findings,
  ): Promise<Prepared> {
    const access = await services.access(request);
    findings.access = access;
    requireScope(access, 'ImagingStudy', 'read');
    response.once('close', services.openStream(access.caller.key));
    const target = targetOf(request);
    const give = planRetrieval(target, acceptOf(request));
    const { call } = exchangeOf(request);
    const part = partOf(target);
    findings.part = part;
    const studies = await services.ownership.openPart(access, part, call);
    findings.studies = studies;
    warming.check(target, studies);
    const retrieving = { request, target, studies, call, services, unable };
    await refuseUnannounced(retrieving, access, services.limits.maxMetadataBytes);
    return give(retrieving);
  }

  return (request, response) =>
    answerAudited(request, response, 'retrieve', services, (findings) =>
      prepare(request, response, findings),
    );
}

function partOf({ study, series, instance }: Target) {
  return {
    study,
    ...(series !== undefined && { series }),
    ...(instance !== undefined && { instance }),
  };
}

/** @throws Problem `invalid-value` for a path of the table with a part that is none */
function targetOf(request: Request): Target {
  const target = readTarget(segmentsOf(request));
  if (target !== undefined) return target;
  const text =
    'The path holds a UID with other characters than letters, digits, dots and hyphens, or frames that are no ' +
    'numbers from 1; it looks for example like /studies/1.2.3/series/4.5.6/instances/7.8.9/frames/1,2';
  throw new Problem('invalid-value', text);
}

/** Segments of the path below the root, each decoded by itself: none can become two. */
function segmentsOf(request: Request): string[] {
  return request.path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
}

/** The Accept header, or the query parameter that stands for it where a page cannot set one (PS3.18 8.3.3.1). */
function acceptOf(request: Request): string | undefined {
  const inQuery = readParameters(request).find(([name]) => name === 'accept');
  return inQuery === undefined ? request.get('Accept') : inQuery[1].replace(/(?<=\w) (?=\w)/g, '+');
}
