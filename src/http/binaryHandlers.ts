import type { Request, Response } from 'express';
import { restrict, type Access } from '../auth/access';
import { requireScope } from '../auth/scopes';
import { isSafeUid } from '../dicom/values';
import { Problem } from '../errors';
import type { FhirRelease } from '../fhir/releases';
import { contentOf, type Content } from '../study/content';
import { readUid } from '../study/identity';
import type { Study, StudyHeader } from '../study/model';
import type { Target } from '../study/retrieval';
import type { Call } from '../study/source';
import { notFound } from './answers';
import { wantsPretty, wishOf } from './asked';
import { documentContent } from './binary/document';
import { formOf } from './binary/form';
import { headersOf } from './binary/headers';
import { imageContent } from './binary/image';
import type { Native } from './binary/native';
import { reportContent } from './binary/report';
import { resourceBytes } from './binary/resource';
import { answerAudited, type Findings } from './dicomweb/audited';
import type { Retrieving } from './dicomweb/plan';
import { rememberFor } from './dicomweb/remembered';
import type { Prepared } from './dicomweb/send';
import type { DicomWebServices } from './dicomweb/services';
import { createWarming } from './dicomweb/warming';
import { contentType, exchangeOf } from './exchange';
import type { Services } from './handlers';

/** A read of Binary, as far as its route understands it. */
export interface BinaryRead {
  readonly release: FhirRelease;
  /** Logical id. */
  readonly id: string;
  /** Who asks and what they may see; throws Problem `unauthenticated` or `forbidden`. */
  access(): Promise<Access>;
}

/** Answers reads of Binary by itself: a content is no resource in memory. */
export type BinaryHandler = (
  request: Request,
  response: Response,
  read: BinaryRead,
) => Promise<void>;

/** Studies that may hold an instance: enough to see that it is in more than one. */
const SEVERAL = 10;

/** Binary: what an image, a document or a report leads to. */
export function createBinaryHandler(
  { findStudies, isTooBroad }: Pick<Services, 'findStudies' | 'isTooBroad'>,
  dicomWeb: DicomWebServices,
): BinaryHandler {
  const warming = createWarming(dicomWeb);
  const unable = rememberFor(dicomWeb.limits.renderMemoryMs);
  const { maxMetadataBytes } = dicomWeb.limits;

  /** Finds an instance among what the caller may see, as a search by its UID does. */
  async function find(uid: string, access: Access, call: Call): Promise<Located> {
    const clauses = [[{ on: 'instance' as const, uid }]];
    const query = restrict({ clauses, sort: [], count: SEVERAL, detail: true }, access);
    if (await isTooBroad(query, call)) throw cannotFind();
    const { studies, next } = await findStudies(query, call);
    const [located, another] = studies.flatMap((study) => locate(study, uid));
    if (located === undefined) throw next === undefined ? noBinary() : cannotFind();
    if (another !== undefined && !samePlace(located, another)) throw ambiguous();
    return located;
  }

  /** Checks everything, and only then asks the archive for content. */
  async function prepare(
    request: Request,
    response: Response,
    read: BinaryRead,
    findings: Findings,
  ): Promise<Prepared> {
    const access = await read.access();
    findings.access = access;
    requireScope(access, 'Binary', 'read');
    response.once('close', dicomWeb.openStream(access.caller.key));
    const { call } = exchangeOf(request);
    const uid = readUid(read.id);
    if (!isSafeUid(uid)) throw noBinary();
    const { target, content } = await find(uid, access, call);
    const studies = await open(access, target, call);
    findings.studies = studies;
    findings.part = partOf(target);
    if (content === undefined) throw leadsNowhere();
    warming.check(target, studies);
    const retrieving = { request, target, studies, call, services: dicomWeb, unable };
    return give(read, content, await nativeOf(content, retrieving), request);
  }

  /**
   * Opens the instance as WADO-RS does: the archive is asked by UIDs, which may be those of another patient's study
   * as well. What the scopes grant was asked for before.
   */
  function open(access: Access, target: Target, call: Call): Promise<readonly StudyHeader[]> {
    return dicomWeb.ownership.openPart({ ...access, may: () => true }, partOf(target), call);
  }

  function nativeOf({ kind }: Content, retrieving: Retrieving): Native | Promise<Native> {
    switch (kind) {
      case 'image':
        return imageContent(retrieving);
      case 'document':
        return documentContent(retrieving, maxMetadataBytes);
      case 'report':
        return reportContent(retrieving, maxMetadataBytes);
    }
  }

  return (request, response, read) =>
    answerAudited(request, response, 'retrieve', dicomWeb, (findings) =>
      prepare(request, response, read, findings),
    );
}

/** Gives a content in the form that the client wants. */
async function give(
  { release, id }: BinaryRead,
  { id: name }: Content,
  native: Native,
  request: Request,
): Promise<Prepared> {
  const form = formOf(release, wishOf(request), native.contentType);
  const bytes = await native.open();
  const { binary } = release;
  if (form === 'native' || binary === undefined) {
    return { status: 200, headers: headersOf(native.contentType, name, bytes), body: bytes.body };
  }
  const binaryOf = (data: string) => binary({ id, contentType: native.contentType, data });
  const view = { release, format: form, pretty: wantsPretty(request) };
  const { length, body } = resourceBytes(binaryOf, bytes, view);
  const headers = {
    'content-type': contentType(release, form, 'resource'),
    ...(length !== undefined && { 'content-length': String(length) }),
  };
  return { status: 200, headers, body };
}

/** An instance, where it is, and what it leads to. */
interface Located {
  readonly target: Target;
  readonly content: Content | undefined;
}

function locate({ uid: study, series = [] }: Study, uid: string): Located[] {
  return series.flatMap((each) =>
    each.instances
      .filter((instance) => instance.uid === uid)
      .map((instance) => ({
        target: { study, series: each.uid, instance: uid, view: { kind: 'files' } },
        content: contentOf(instance),
      })),
  );
}

function partOf({ study, series, instance }: Target) {
  return {
    study,
    ...(series !== undefined && { series }),
    ...(instance !== undefined && { instance }),
  };
}

function samePlace({ target: one }: Located, { target: other }: Located): boolean {
  return one.study === other.study && one.series === other.series;
}

function noBinary(): Problem {
  return notFound('Binary', 'the SOP Instance UID of an instance');
}

function leadsNowhere(): Problem {
  const text =
    'This instance is neither an image nor a document nor a report, and has no Binary. Retrieve it by WADO-RS.';
  return new Problem('not-found', text);
}

function ambiguous(): Problem {
  const text =
    'The archive holds an instance of this UID in several series. Retrieve the one you mean by its WADO-RS URL.';
  return new Problem('ambiguous-study', text);
}

function cannotFind(): Problem {
  const text =
    'This archive cannot find an instance by its UID alone. Retrieve it by the WADO-RS URL of its study.';
  return new Problem('too-costly', text);
}
