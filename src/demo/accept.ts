import { Refusal } from './answer';
import { EXPLICIT_LITTLE_ENDIAN } from './encode';

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * Chooses the media type to answer with (PS3.18 8.7.4, RFC 9110 12.5.1): the best quality, and of equals
 * the one offered first. A multipart type is offered as `multipart/related; type="…"`; a single-part
 * DICOM type is given only to those who name it.
 *
 * @param header the Accept header, absent when the client takes anything
 * @param offers what the resource can be given as, in order of preference
 * @throws Refusal 406 when no offer is acceptable
 */
export function choose<Offer extends string>(
  header: string | undefined,
  offers: readonly Offer[],
): Offer {
  const ranges = parseRanges(header ?? '*/*');
  let best: { readonly offer: Offer; readonly quality: number } | undefined;
  for (const offer of offers) {
    const quality = qualityOf(parseRange(offer), ranges);
    if (quality > 0 && quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  if (best) return best.offer;
  throw new Refusal(
    406,
    `Not available in the accepted media types; available: ${offers.join(', ')}`,
  );
}

/** The quality of the most specific range that covers the offer. */
function qualityOf(offer: Range, ranges: readonly Range[]): number {
  const covering = ranges.filter((range) => covers(range, offer));
  covering.sort((a, b) => specificity(b) - specificity(a));
  return covering[0]?.quality ?? 0;
}

function covers(range: Range, offer: Range): boolean {
  if (!['*/*', `${offer.type.split('/')[0] ?? ''}/*`, offer.type].includes(range.type))
    return false;
  const syntax = range.parameters.get('transfer-syntax');
  if (syntax !== undefined && syntax !== '*' && syntax !== EXPLICIT_LITTLE_ENDIAN) return false;
  const part = range.parameters.get('type');
  return part === undefined || part === offer.parameters.get('type') || part === '*/*';
}

function specificity(range: Range): number {
  if (range.type === '*/*') return 0;
  if (range.type.endsWith('/*')) return 1;
  return range.parameters.has('type') ? 3 : 2;
}

function parseRanges(header: string): Range[] {
  return splitOutsideQuotes(header, ',')
    .filter((text) => text.trim() !== '')
    .map(parseRange);
}

function parseRange(text: string): Range {
  const [type = '', ...rest] = splitOutsideQuotes(text, ';');
  const parameters = new Map(rest.map(parameter));
  const quality = Number(parameters.get('q') ?? '1');
  return {
    type: type.trim().toLowerCase(),
    parameters,
    quality: Number.isNaN(quality) ? 0 : quality,
  };
}

function parameter(text: string): [string, string] {
  const equals = text.indexOf('=');
  const value = text.slice(equals + 1).trim();
  return [
    text.slice(0, equals).trim().toLowerCase(),
    value.replace(/^"(.*)"$/, '$1').toLowerCase(),
  ];
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  return text.match(separator === ',' ? /(?:"[^"]*"|[^",])+/g : /(?:"[^"]*"|[^";])+/g) ?? [];
}
