import type { Request } from 'express';
import { Problem } from '../../errors';
import type { StudyHeader } from '../../study/model';
import type { Conditions, Target } from '../../study/retrieval';
import type { Call } from '../../study/source';
import { documentContent } from '../binary/document';
import { headersOf } from '../binary/headers';
import { choose, covers, multipartOf, offersFor, type MediaRange } from './accept';
import { singleFile } from './file';
import { rendered, thumbnail } from './rendered';
import type { Remembered } from './remembered';
import type { Prepared } from './send';
import type { DicomWebServices, ImageType } from './services';
import { zipped } from './zip';

/** A retrieval that the caller may make, of a study that is there. */
export interface Retrieving {
  readonly request: Request;
  readonly target: Target;
  readonly studies: readonly StudyHeader[];
  readonly call: Call;
  readonly services: DicomWebServices;
  /** What the archive cannot render. */
  readonly unable: Remembered;
}

/** Answers a retrieval in the form that was negotiated. */
export type Give = (retrieving: Retrieving) => Promise<Prepared>;

const DICOM = 'application/dicom';
const BYTES = 'application/octet-stream';
const ZIP = 'application/zip';
const MULTIPART = 'multipart/related';
const MULTIPART_DICOM = `${MULTIPART}; type="${DICOM}"`;
const JSON_TYPES = ['application/dicom+json', 'application/json'];
const IMAGES = ['image/jpeg', 'image/png'] as const;
const PDF = 'application/pdf';

/**
 * Chooses how to answer a retrieval (PS3.18 10.4.4): without a wish, as is best for people, one instance as a DICOM
 * file and more of them as multipart.
 *
 * @throws Problem `not-acceptable` where nothing that the client accepts can be had
 */
export function planRetrieval(target: Target, accept: string | undefined): Give {
  switch (target.view.kind) {
    case 'files':
      return target.instance === undefined
        ? choose(accept, several, [MULTIPART_DICOM, ZIP])
        : choose(accept, single, [DICOM, MULTIPART_DICOM, ...IMAGES]);
    case 'metadata':
      return choose(accept, metadataIn, JSON_TYPES);
    case 'rendered':
      return inTurn(offersFor(accept, renderedIn, [...IMAGES, PDF]));
    case 'thumbnail':
      return choose(accept, (range) => imageIn(range, thumbnail), IMAGES);
    case 'frames':
      return inTurn(offersFor(accept, bytesIn, [`${MULTIPART}; type="${BYTES}"`]));
    case 'bulkdata':
      return inTurn(offersFor(accept, bulkData, [BYTES]));
  }
}

/** Forms of one answer that the archive is asked for, at most: each that it does not have costs it a call. */
const MOST_FORMS = 4;

/** The first of several forms that the archive has; which it has, only it knows. */
function inTurn(forms: readonly [Give, ...Give[]]): Give {
  const [first, ...rest] = forms;
  const others = rest.slice(0, MOST_FORMS - 1);
  return (retrieving) =>
    others.reduce(
      (given, next) =>
        given.catch((error: unknown) => {
          if (error instanceof Problem && error.code === 'not-acceptable') return next(retrieving);
          throw error;
        }),
      first(retrieving),
    );
}

function several(range: MediaRange): Give | undefined {
  if (range.type === ZIP) return zipped;
  return range.type === DICOM ? undefined : multipartIn(range, DICOM);
}

function single(range: MediaRange): Give | undefined {
  if (covers(range, DICOM)) return singleFile(multipartOf(range, DICOM), DICOM);
  return multipartIn(range, DICOM) ?? imageIn(range, rendered);
}

function bytesIn(range: MediaRange): Give | undefined {
  return range.type === BYTES ? passed(BYTES) : multipartIn(range, BYTES);
}

function multipartIn(range: MediaRange, partType: string): Give | undefined {
  const any = covers(range, MULTIPART) || covers(range, partType);
  return any ? passed(multipartOf(range, partType)) : undefined;
}

function metadataIn(range: MediaRange): Give | undefined {
  return JSON_TYPES.some((type) => covers(range, type)) ? metadata : undefined;
}

function imageIn(range: MediaRange, give: (type: ImageType) => Give): Give | undefined {
  const type = IMAGES.find((each) => covers(range, each));
  return type && give(type);
}

/** A picture; a document that is a PDF is its own rendering (PS3.18 Table 8.7.4-1). */
function renderedIn(range: MediaRange): Give | undefined {
  const image = imageIn(range, rendered);
  if (!covers(range, PDF)) return image;
  return image === undefined ? renderedPdf : inTurn([image, renderedPdf]);
}

const renderedPdf: Give = async (retrieving) => {
  const { instance } = retrieving.target;
  const { maxMetadataBytes } = retrieving.services.limits;
  const document = instance && (await documentContent(retrieving, maxMetadataBytes));
  if (!document || document.contentType !== PDF) {
    throw new Problem('not-acceptable', 'There is no picture of this, and it is no PDF document.');
  }
  const bytes = await document.open();
  return { status: 200, headers: headersOf(PDF, instance, bytes), body: bytes.body };
};

/** The archive's own bytes, with what passes of its headers. */
function passed(accept: string): Give {
  return ({ request, target, call, services }) =>
    services.retriever.open(target, { accept, conditions: conditionsOf(request) }, call);
}

/** A range would be one of the archive's bytes, which the gateway's are not. */
const metadata: Give = ({ request, target, call, services }) => {
  const { ifNoneMatch, ifModifiedSince } = conditionsOf(request);
  const wish = { accept: 'application/dicom+json', conditions: { ifNoneMatch, ifModifiedSince } };
  return services.retriever.openMetadata(target, wish, services.rootUrl(request), call);
};

function conditionsOf(request: Request): Conditions {
  return {
    range: request.get('Range'),
    ifRange: request.get('If-Range'),
    ifNoneMatch: request.get('If-None-Match'),
    ifModifiedSince: request.get('If-Modified-Since'),
  };
}

/**
 * Bulk data as it was asked for. What it is, only the archive knows: a media type is passed on, and nothing of it that
 * was not read, but for plain bytes, which not every archive sends otherwise than as a part.
 */
function bulkData(range: MediaRange): Give {
  if (range.type === BYTES) return singleFile(multipartOf(range, BYTES), BYTES);
  return passed(multipartIn(range, BYTES) ? multipartOf(range, BYTES) : range.type);
}
