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
    const range = readRange(wanted.trim().replace(/ /g, '+'));
    return formatOf(range.type) ?? notAcceptable(`_format ${JSON.stringify(wanted.slice(0, 64))}`);
  }
  if ((accept ?? '').trim() === '') return 'json';
  for (const { type } of readAccept(accept)) {
    const format = formatOf(type);
    if (format !== undefined) return format;
  }
  return notAcceptable('the Accept header');
}

/**
 * The release of an answer under the negotiated base `/fhir`: by `fhirVersion` in Accept or `_format`, else
 * the configured default.
 *
 * @throws Problem `not-acceptable` for a version that is not served, or for two different ones
 */
export function negotiateRelease(
  wanted: string | undefined,
  accept: string | undefined,
  fallback: ReleaseName,
): FhirRelease {
  const ranges = [...(wanted === undefined ? [] : [readRange(wanted)]), ...readAccept(accept)];
  const versions = new Set(ranges.flatMap(({ fhirVersion }) => fhirVersion ?? []));
  if (versions.size === 0) return RELEASES[fallback];
  const [version] = versions;
  const release = Object.values(RELEASES).find((each) => minor(each.version) === version);
  if (versions.size === 1 && release !== undefined) return release;
  const served = Object.values(RELEASES).map((each) => minor(each.version));
  throw new Problem(
    'not-acceptable',
    `The request asks for fhirVersion ${[...versions].join(' and ').slice(0, 64)}; one of ` +
      `${served.join(', ')} can be had, for example Accept: application/json; fhirVersion=${String(served[0])}`,
  );
}

/** `4.0` of `4.0.1`: what the fhirVersion parameter holds (R4 versioning.html). */
function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
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
