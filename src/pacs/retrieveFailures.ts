import { Problem } from '../errors';
import type { Target } from '../study/retrieval';
import { bodyFailure, statusFailure } from './failures';
import type { Opened } from './retrieveTransport';

/** Media types that an answer may have, by what was asked for; anything else is not the thing asked for. */
const TYPES: Readonly<Record<Target['view']['kind'], RegExp>> = {
  files: /^(multipart\/related|application\/dicom)\b/i,
  metadata: /^(application\/(dicom\+)?json\b|$)/i,
  rendered: /^(image|video)\/|^application\/pdf\b/i,
  thumbnail: /^image\//i,
  frames: /^(multipart\/related|application\/octet-stream|image\/|video\/)/i,
  bulkdata: /^(multipart\/related|application\/|image\/|video\/|audio\/)/i,
};

/**
 * The failure that an answer means, or undefined for one that brings what was asked for, or 304.
 *
 * @param askedRange whether a range was asked for: without, 206 is a part of the resource that looks like the whole
 */
export function retrievalFailure(
  opened: Opened,
  { view }: Target,
  askedRange: boolean,
): Problem | undefined {
  const { status } = opened;
  if (status === 304) return undefined;
  if (status === 206 && !askedRange) {
    return new Problem(
      'pacs-incomplete',
      'The archive can give only a part of this at the moment.',
    );
  }
  if (status === 200 || status === 206) return contentFailure(opened, TYPES[view.kind]);
  return knownRefusal(status, view) ?? statusFailure(raw(opened));
}

/** A refusal that is about the thing asked for; 204 is how some archives say that they have nothing. */
function knownRefusal(status: number, { kind }: Target['view']): Problem | undefined {
  if (status === 204 || status === 404 || status === 410) {
    return new Problem('not-found', 'The archive does not have this.');
  }
  if (status === 416) {
    return new Problem('range-not-satisfiable', 'The range lies outside of what there is.');
  }
  const cannotRender = kind === 'rendered' || kind === 'thumbnail';
  // How Orthanc refuses a media type; of a file or metadata it would be our own request that is wrong.
  const refusesType = kind !== 'files' && kind !== 'metadata' && (status === 400 || status === 501);
  if (status === 406 || status === 415 || refusesType) {
    const what = cannotRender ? 'render this' : 'give this, or not in the media type asked for';
    return new Problem('not-acceptable', `The archive cannot ${what}.`);
  }
  return undefined;
}

function contentFailure(opened: Opened, types: RegExp): Problem | undefined {
  const type = opened.header('content-type') ?? '';
  if (/^\s*text\/html\b/i.test(type)) return bodyFailure(raw(opened));
  const coding = opened.header('content-encoding') ?? 'identity';
  if (types.test(type.trim()) && coding === 'identity') return undefined;
  return new Problem(
    'pacs-broken-answer',
    'The archive answered with something that was not asked for.',
  );
}

/**
 * An answer whose end nobody could tell: its length is not told, and it is neither chunked nor of a form that has
 * an end of its own. Cut, it would look whole (RFC 9112 8).
 */
export function endlessFailure(opened: Opened, hasEnd: boolean): Problem | undefined {
  const told = opened.header('content-length') ?? opened.header('transfer-encoding');
  if (hasEnd || told !== undefined || opened.status === 304) return undefined;
  return new Problem('pacs-broken-answer', 'The archive does not tell how long its answer is.');
}

function raw(opened: Opened) {
  return {
    status: opened.status,
    contentType: opened.header('content-type') ?? '',
    retryAfter: opened.header('retry-after'),
    body: Buffer.alloc(0),
  };
}
