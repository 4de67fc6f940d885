import { Problem } from '../errors';
import { RELEASES, type FhirRelease, type Format, type ReleaseName } from '../fhir/releases';

/*
 * What the client wants to read: a release and a format. `_format` overrides Accept (search page of every
 * release); parameters of a media type other than q and fhirVersion do not matter.
 */

/** Spellings of the two formats, in `_format` and in Accept, of every release (DSTU1 http.html, R4 http.html). */
const FORMATS: readonly (readonly [RegExp, Format])[] = [
  [/^(json|(application|text)\/json|application\/json\+fhir|application\/fhir\+json)$/, 'json'],
  [/^(xml|(application|text)\/xml|application\/xml\+fhir|application\/fhir\+xml)$/, 'xml'],
  [/^application\/atom\+xml$/, 'xml'],
  [/^(\*\/\*|application\/\*)$/, 'json'],
];

interface Range {
  readonly type: string;
  readonly quality: number;
  readonly fhirVersion: string | undefined;
}

/**
 * The format of an answer.
 *
 * @param wanted the value of `_format`; its `+` may have arrived as a space
 * @param accept the Accept header; absent means JSON
 * @throws Problem `not-acceptable` when neither JSON nor XML is wanted
 */
export function negotiateFormat(wanted: string | undefined, accept: string | undefined): Format {
  if (wanted !== undefined && wanted.trim() !== '') {
    return (
      formatOf(readFormat(wanted).type) ??
      notAcceptable(`_format ${JSON.stringify(wanted.slice(0, 64))}`)
    );
  }
  if ((accept ?? '').trim() === '') return 'json';
  for (const { type } of readAccept(accept)) {
    const format = formatOf(type);
    if (format !== undefined) return format;
  }
  return notAcceptable('the Accept header');
}

/** What a request says about the release it wants. */
export interface ReleaseWish {
  /** Value of `_format`. */
  readonly format: string | undefined;
  readonly accept: string | undefined;
  /** Content-Type of a posted search; the parameter may stand there, too (R4 http.html). */
  readonly contentType: string | undefined;
}

/**
 * The release of an answer under the negotiated base `/fhir`: by `fhirVersion`, else by the family of the media
 * type (`+fhir` and Atom are DSTU1's, `application/fhir+…` came with STU3 and is taken for R4), else the default.
 *
 * @throws Problem `not-acceptable` for a version that is not served, or for two different ones
 */
export function negotiateRelease(wish: ReleaseWish, fallback: ReleaseName): FhirRelease {
  const named = namedRelease(wish);
  if (named !== undefined) return named;
  const family = wishedRanges(wish).flatMap(({ type }) => familyOf(type) ?? []);
  return RELEASES[family[0] ?? fallback];
}

/**
 * Refuses a request below a release's own base that names another release: one of the two is a mistake, and
 * the search parameters would be read as those of the wrong one.
 */
export function refuseOtherRelease(wish: ReleaseWish, release: FhirRelease): void {
  const named = namedRelease(wish);
  if (named === undefined || named === release) return;
  throw new Problem(
    'not-acceptable',
    `This base is ${release.title}'s and the request asks for fhirVersion ${minorVersion(named)}: ask at ` +
      `/fhir/${named.name}, or at /fhir.`,
  );
}

/** The one release that `fhirVersion` names, wherever it stands. */
function namedRelease(wish: ReleaseWish): FhirRelease | undefined {
  const versions = new Set(wishedRanges(wish).flatMap(({ fhirVersion }) => fhirVersion ?? []));
  if (versions.size === 0) return undefined;
  const [version = ''] = versions;
  const release = Object.values(RELEASES).find((each) => minorVersion(each) === version);
  if (versions.size === 1 && release !== undefined) return release;
  const served = Object.values(RELEASES).map(minorVersion);
  throw new Problem(
    'not-acceptable',
    `The request asks for fhirVersion ${[...versions].join(' and ').slice(0, 64)}; one of ` +
      `${served.join(', ')} can be had, for example Accept: application/fhir+json; fhirVersion=4.0`,
  );
}

function wishedRanges({ format, accept, contentType }: ReleaseWish): Range[] {
  const spelled = format === undefined ? [] : [readFormat(format)];
  const posted = contentType === undefined ? [] : [readRange(contentType)];
  return [...spelled, ...readAccept(accept), ...posted];
}

function familyOf(type: string): ReleaseName | undefined {
  if (/^application\/((json|xml)\+fhir|atom\+xml)$/.test(type)) return 'dstu1';
  return /^application\/fhir\+(json|xml)$/.test(type) ? 'r4' : undefined;
}

/** `4.0` of `4.0.1`: what the fhirVersion parameter holds (R4 versioning.html). */
export function minorVersion(release: FhirRelease): string {
  return release.version.split('.').slice(0, 2).join('.');
}

function formatOf(type: string): Format | undefined {
  return FORMATS.find(([spelling]) => spelling.test(type))?.[1];
}

function notAcceptable(what: string): never {
  throw new Problem(
    'not-acceptable',
    `Nothing that ${what} names can be served. Ask for JSON or XML, for example _format=json or ` +
      'Accept: application/json.',
  );
}

/** The ranges of an Accept header, the best liked first, those with q=0 left out (RFC 9110 12.5.1). */
function readAccept(accept: string | undefined): Range[] {
  return (accept ?? '')
    .split(',')
    .map(readRange)
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((one, other) => other.quality - one.quality);
}

/** The value of `_format`: the `+` of its type may have arrived as a blank; those of its parameters are blanks. */
function readFormat(value: string): Range {
  const [type = '', ...parameters] = value.split(';');
  return readRange([type.trim().replace(/ /g, '+'), ...parameters].join(';'));
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const values = new Map(
    parameters.map((parameter): [string, string] => {
      const [name = '', value = ''] = parameter.split('=');
      return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')];
    }),
  );
  const quality = Number(values.get('q') ?? '1');
  return {
    type: type.toLowerCase(),
    quality: Number.isNaN(quality) ? 0 : quality,
    fhirVersion: values.get('fhirversion'),
  };
}
