import { Problem } from '../../errors';

/*
 * What a client accepts (RFC 9110 12.5.1, PS3.18 8.7.4), the parameters of its media types included: of a multipart
 * type they say what its parts may be.
 */

/** One range of an Accept header. */
export interface MediaRange {
  /** In lower case, without parameters. */
  readonly type: string;
  /** Names in lower case; values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** Accepts everything: what a request without an Accept header says. */
const ANYTHING = '*/*';
const TOKEN = /^[\w!#$%&'*+.^`|~/-]+$/;

/**
 * Reads an Accept header, the best liked range first, those with q=0 left out.
 *
 * @param accept the header; absent or empty means anything
 */
export function readAccept(accept: string | undefined): MediaRange[] {
  const text = (accept ?? '').trim() === '' ? ANYTHING : (accept ?? '');
  return splitOutsideQuotes(text, ',')
    .map(readRange)
    .filter(({ type, quality }) => TOKEN.test(type) && quality > 0)
    .sort((one, other) => other.quality - one.quality);
}

/** The first thing that a range of the header gives. @throws Problem `not-acceptable` where none gives any */
export function choose<T>(
  accept: string | undefined,
  offer: (range: MediaRange) => T | undefined,
  available: readonly string[],
): T {
  const [first] = offersFor(accept, offer, available);
  return first;
}

/** All that the ranges of the header give, the best liked first. @throws Problem as {@link choose} */
export function offersFor<T>(
  accept: string | undefined,
  offer: (range: MediaRange) => T | undefined,
  available: readonly string[],
): [T, ...T[]] {
  const [first, ...others] = readAccept(accept)
    .map(offer)
    .filter((each) => each !== undefined);
  if (first !== undefined) return [first, ...others];
  throw new Problem(
    'not-acceptable',
    `This can be had as ${available.join(', ')}; the Accept header names none of them.`,
  );
}

/** Whether a range covers a media type without parameters. */
export function covers({ type }: MediaRange, mediaType: string): boolean {
  return type === ANYTHING || type === mediaType || type === `${mediaType.split('/')[0]}/*`;
}

/**
 * The one media type that the archive is asked for: multipart, with parts of the client's type and transfer syntax.
 * What the client left open is left open: `transfer-syntax=*` has the archive send what it stores (PS3.18 8.7.3.5.2).
 */
export function multipartOf(range: MediaRange, partType: string): string {
  const type = range.parameters.get('type') ?? partType;
  const syntax = range.parameters.get('transfer-syntax') ?? '*';
  const safe = TOKEN.test(type) && /^(\*|[\d.]{1,64})$/.test(syntax);
  if (safe) return `multipart/related; type="${type}"; transfer-syntax=${syntax}`;
  throw new Problem(
    'not-acceptable',
    'The Accept header cannot be read. Write for example multipart/related; type="application/dicom"; transfer-syntax=*',
  );
}

function readRange(text: string): MediaRange {
  const [type = '', ...rest] = splitOutsideQuotes(text, ';');
  const parameters = new Map(rest.map(readParameter));
  const quality = Number(parameters.get('q') ?? '1');
  return {
    type: type.trim().toLowerCase(),
    parameters,
    quality: Number.isNaN(quality) ? 0 : quality,
  };
}

function readParameter(text: string): [string, string] {
  const [name = '', value = ''] = text.split(/=(.*)/s);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  return text.match(separator === ',' ? /(?:"[^"]*"|[^",])+/g : /(?:"[^"]*"|[^";])+/g) ?? [];
}
