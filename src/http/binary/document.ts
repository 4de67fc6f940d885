import { integer, isRecord, readDataSet, string } from '../../dicom/dataset';
import { TAG } from '../../dicom/tags';
import { Problem } from '../../errors';
import { readTarget, type Target } from '../../study/retrieval';
import { bufferBody } from '../dicomweb/bufferBody';
import { singleFile } from '../dicomweb/file';
import type { Retrieving } from '../dicomweb/plan';
import { lengthOf } from './length';
import { readMetadata } from '../dicomweb/instanceMetadata';
import type { Bytes, Native } from './native';
import { unpadded } from './unpadded';

/** Media types that a document may be given as; it may say that it is anything. */
const TYPES = [
  'application/pdf',
  'text/xml',
  'application/xml',
  'model/stl',
  'model/obj',
  'model/mtl',
];
const BYTES = 'application/octet-stream';
const MULTIPART_BYTES = `multipart/related; type="${BYTES}"; transfer-syntax=*`;

/** The document in an instance of an Encapsulated Document SOP class (PS3.3 C.24.2). */
export async function documentContent(
  retrieving: Retrieving,
  maxMetadataBytes: number,
): Promise<Native> {
  const metadata = await readMetadata(retrieving, maxMetadataBytes);
  const dataSet = readDataSet(metadata) ?? new Map();
  const told = string(dataSet, 'MIMETypeOfEncapsulatedDocument')?.toLowerCase() ?? '';
  const contentType = TYPES.includes(told) ? told : BYTES;
  const length = integer(dataSet, 'EncapsulatedDocumentLength');
  const element = metadata[TAG.EncapsulatedDocument];
  return {
    contentType,
    async open() {
      return unpadded(await stored(element, retrieving), length, contentType);
    },
  };
}

/** The value of Encapsulated Document, which has an even length (PS3.5 7.1.1). */
function stored(element: unknown, retrieving: Retrieving): Bytes | Promise<Bytes> {
  const { InlineBinary: inline, BulkDataURI: uri } = isRecord(element) ? element : {};
  if (typeof inline === 'string') {
    const bytes = Buffer.from(inline, 'base64');
    return { length: bytes.length, body: bufferBody(BYTES, bytes).body };
  }
  const target = typeof uri === 'string' ? targetOf(uri, retrieving) : undefined;
  if (target !== undefined) return fromArchive(retrieving, target);
  const text =
    'The archive’s metadata does not say where this document is. Retrieve the instance as application/dicom.';
  throw new Problem('pacs-incomplete', text);
}

/** What a link in metadata leads to; the retriever made it one below the gateway's root, and of this study. */
function targetOf(uri: string, { request, services }: Retrieving): Target | undefined {
  const root = `${services.rootUrl(request)}/`;
  return uri.startsWith(root) ? readTarget(uri.slice(root.length).split('/')) : undefined;
}

/** Bulk data comes as the only part of a multipart answer, or from some archives only by itself. */
async function fromArchive(retrieving: Retrieving, target: Target): Promise<Bytes> {
  const ask = (accept: string) => singleFile(accept, BYTES)({ ...retrieving, target });
  const { headers, body } = await ask(MULTIPART_BYTES).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'not-acceptable') return ask('*/*');
    throw error;
  });
  return { ...lengthOf(headers['content-length']), body };
}
