import { Problem } from '../../errors';
import type { FhirRelease, Format } from '../../fhir/releases';
import { covers, readAccept } from '../dicomweb/accept';
import { negotiateFormat } from '../negotiate';

/** How a Binary is answered: as its content, or as a FHIR resource in which that is base64. */
export type Form = 'native' | Format;

const FHIR_TYPE = /^application\/(fhir\+(json|xml)|(json|xml)\+fhir)$/;
const GENERIC_TYPE = /^(application|text)\/(json|xml)$/;

/**
 * Chooses the form of a Binary (binary.html of DSTU2 to R6): its content, but for clients that name a FHIR media
 * type, in `_format` or before any type of the content in Accept. A generic type such as `application/json` means
 * the resource only where the content is not wanted: every browser names `application/xml`.
 *
 * In DSTU1 it is always the content (http.html of 0.0.82: `_format` and content types have no meaning for Binary).
 *
 * @param contentType media type of the content
 * @throws Problem `not-acceptable`
 */
export function formOf(
  { binary }: FhirRelease,
  { format, accept }: { readonly format: string | undefined; readonly accept: string | undefined },
  contentType: string,
): Form {
  if (binary === undefined) return 'native';
  const [type = ''] = contentType.split(';');
  if (format !== undefined && format.trim() !== '') {
    return format === type ? 'native' : negotiateFormat(format, undefined);
  }
  const ranges = readAccept(accept);
  const wanted = ranges.find((range) => FHIR_TYPE.test(range.type) || covers(range, type));
  if (wanted !== undefined) return FHIR_TYPE.test(wanted.type) ? formatOf(wanted.type) : 'native';
  const generic = ranges.find((range) => GENERIC_TYPE.test(range.type));
  if (generic !== undefined) return formatOf(generic.type);
  const text = `This can be had as ${type} and as application/fhir+json; the Accept header names neither.`;
  throw new Problem('not-acceptable', text);
}

function formatOf(type: string): Format {
  return negotiateFormat(undefined, type);
}
