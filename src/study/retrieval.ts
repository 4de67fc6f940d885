import type { Readable } from 'node:stream';
import { isSafeUid } from '../dicom/values';
import type { Call } from './source';

/*
 * What can be retrieved of an archive (PS3.18 10.4), and what a retrieval gives. The paths here are THE TABLE: what
 * they do not name is neither served nor linked to, and a path upstream is made of nothing but their parts.
 */

/** Something that can be retrieved: a study, a series or an instance, and what of it. */
export interface Target {
  readonly study: string;
  readonly series?: string;
  /** Only with `series`. */
  readonly instance?: string;
  readonly view: View;
}

/** What is wanted of it. Frames are counted from 1; bulk data is named by path segments of the archive's. */
export type View =
  | { readonly kind: 'files' }
  | { readonly kind: 'metadata' }
  | { readonly kind: 'rendered' | 'thumbnail'; readonly frames?: readonly number[] }
  | { readonly kind: 'frames'; readonly frames: readonly number[] }
  | { readonly kind: 'bulkdata'; readonly path: readonly string[] };

/** Frames of one request, at most. */
const MOST_FRAMES = 1000;
const FRAME = /^[1-9]\d{0,8}$/;
/** A segment of a bulk data path that means nothing else to anybody on the way. */
const BULK_SEGMENT = /^(?!\.+$)[\w.,-]{1,128}$/;

/**
 * Reads a path below a DICOMweb root as what it names (PS3.18 Tables 10.4.1-1 to 10.4.1-5).
 *
 * @param segments the path's segments, decoded
 * @returns undefined for a path that is not in the table or holds a UID that could mean another path
 */
export function readTarget(segments: readonly string[]): Target | undefined {
  const [root, study, ...rest] = segments;
  if (root !== 'studies' || !isUidSegment(study)) return undefined;
  const [level, series, ...below] = rest;
  if (level !== 'series') return withView({ study }, rest);
  if (!isUidSegment(series)) return undefined;
  const [sublevel, instance, ...view] = below;
  if (sublevel !== 'instances') return withView({ study, series }, below);
  return isUidSegment(instance) ? withView({ study, series, instance }, view) : undefined;
}

/** The path of a target below a DICOMweb root, without a leading slash. */
export function pathOf({ study, series, instance, view }: Target): string {
  return [
    'studies',
    study,
    ...(series === undefined ? [] : ['series', series]),
    ...(instance === undefined ? [] : ['instances', instance]),
    ...segmentsOf(view),
  ].join('/');
}

function segmentsOf(view: View): readonly string[] {
  switch (view.kind) {
    case 'files':
      return [];
    case 'metadata':
      return ['metadata'];
    case 'rendered':
    case 'thumbnail':
      return view.frames ? ['frames', view.frames.join(','), view.kind] : [view.kind];
    case 'frames':
      return ['frames', view.frames.join(',')];
    case 'bulkdata':
      return view.path;
  }
}

function withView(part: Omit<Target, 'view'>, segments: readonly string[]): Target | undefined {
  const view = readView(segments, part.instance !== undefined);
  return view && { ...part, view };
}

function readView(segments: readonly string[], ofInstance: boolean): View | undefined {
  const [first, second = '', third] = segments;
  if (first === undefined) return { kind: 'files' };
  if (first === 'bulkdata' || first === 'bulk') return readBulk(segments);
  if (segments.length === 1 && (first === 'rendered' || first === 'thumbnail'))
    return { kind: first };
  if (segments.length === 1 && first === 'metadata') return { kind: 'metadata' };
  return first === 'frames' && ofInstance && segments.length <= 3
    ? readFrames(second, third)
    : undefined;
}

function readFrames(list: string, kind: string | undefined): View | undefined {
  const numbers = list.split(',');
  if (numbers.length > MOST_FRAMES || !numbers.every((each) => FRAME.test(each))) return undefined;
  const frames = numbers.map(Number);
  if (kind === undefined) return { kind: 'frames', frames };
  return kind === 'rendered' || kind === 'thumbnail' ? { kind, frames } : undefined;
}

/** `bulkdata/…` as PS3.18 and most archives have it, `bulk/…` as Orthanc announces it. */
function readBulk(path: readonly string[]): View | undefined {
  const within = path.slice(1);
  const safe = within.length > 0 && within.every((segment) => BULK_SEGMENT.test(segment));
  return safe ? { kind: 'bulkdata', path } : undefined;
}

function isUidSegment(segment: string | undefined): segment is string {
  return segment !== undefined && isSafeUid(segment);
}

/** Request headers that go on to the archive (RFC 9110 13 and 14), as far as they were sent. */
export interface Conditions {
  readonly range?: string | undefined;
  readonly ifRange?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
}

/** How a target is wanted. */
export interface Wish {
  /** One Accept header with one media type: Orthanc refuses several. */
  readonly accept: string;
  readonly conditions?: Conditions;
  /** Rendering parameters (PS3.18 8.3.5), names and values checked. */
  readonly query?: readonly (readonly [name: string, value: string])[];
}

/** An answer under way. Whoever gets one must read its body to the end or destroy it. */
export interface Retrieved {
  readonly status: 200 | 206 | 304;
  /** What of the archive's headers may be told to clients. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends only when the archive sent all of it; in every other case it fails. */
  readonly body: Readable;
}

/** A DICOM file (PS3.10) out of an answer; to be read before the next one is asked for. */
export interface DicomFile {
  /** Bytes, where the archive told. */
  readonly length?: number;
  readonly body: Readable;
}

/** Files under way, and the archive's validators of them all. */
export interface RetrievedFiles {
  readonly headers: Readonly<Record<string, string>>;
  readonly files: AsyncIterable<DicomFile>;
  /** Ends the transfer. */
  destroy(): void;
}

/** Retrieves from the archive. Every method throws a Problem that tells what the archive's refusal means. */
export interface Retriever {
  /** The archive's own bytes. */
  open(target: Target, wish: Wish, call: Call): Promise<Retrieved>;
  /** The files of a study, series or instance, one by one. */
  openFiles(target: Target, wish: Wish, call: Call): Promise<RetrievedFiles>;
  /**
   * Metadata in the DICOM JSON Model (PS3.18 F), all links in it leading to the gateway.
   *
   * @param rootUrl DICOMweb root that links are made below; no trailing slash
   */
  openMetadata(target: Target, wish: Wish, rootUrl: string, call: Call): Promise<Retrieved>;
}
