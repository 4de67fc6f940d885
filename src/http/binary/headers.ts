import type { Bytes } from './native';

/** File name endings; a type that is not here is bytes. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'application/pdf': 'pdf',
  'text/xml': 'xml',
  'application/xml': 'xml',
  'text/html': 'html',
  'model/stl': 'stl',
  'model/obj': 'obj',
  'model/mtl': 'mtl',
};

/** Media types that a Binary's content may have. */
export const NATIVE_TYPES: readonly string[] = [
  ...Object.keys(ENDINGS),
  'application/octet-stream',
];

/** No scripts, nothing loaded, and an origin of its own: a document may hold whatever its maker put in it. */
const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/**
 * Browsers show a PDF by a viewer that a sandbox keeps from running (whatwg/html#3958), and that styles its own
 * page; scripts in a PDF never reach the page's origin.
 */
const PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'";

const POLICIES: Readonly<Record<string, string>> = {
  'application/pdf': PDF_POLICY,
  // A report links to DICOM files, which browsers can only download.
  'text/html': `${SANDBOX} allow-downloads`,
};

/**
 * The headers of a content as it is. Browsers show it; its file name is that of the URL, so that nothing of the
 * patient is in it.
 *
 * @param id logical id of the Binary
 */
export function headersOf(
  contentType: string,
  id: string,
  { length }: Bytes,
): Record<string, string> {
  const [type = ''] = contentType.split(';');
  return {
    'content-type': contentType,
    ...(length !== undefined && { 'content-length': String(length) }),
    'content-disposition': `inline; filename="${id}.${ENDINGS[type] ?? 'bin'}"`,
    'content-security-policy': POLICIES[type] ?? SANDBOX,
  };
}
