import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  unzip,
  unzipSync,
  type ZlibOptions,
} from 'node:zlib';
import { isRecord } from '../dicom/dataset';
import { Problem } from '../errors';
import { answerTooLarge } from './failures';

/*
 * Content codings of the archive's answers (RFC 9110 8.4.1). An answer is decompressed when all of it is there: a
 * stream that does it as it comes takes a turn of the thread pool for every piece, which for the many small answers of
 * a page is longer than all the decompressing.
 */

/** Compressed bytes up to which waiting for a thread takes longer than doing it here; a few milliseconds at most. */
const SMALL_BYTES = 16_384;
/** What such an answer may become here. 400 bytes of Brotli can be 64 MB, which hold everybody up for a quarter of a second. */
const SMALL_RESULT_BYTES = 1_048_576;

const CODINGS = {
  zlib: { large: promisify(unzip), small: unzipSync },
  brotli: { large: promisify(brotliDecompress), small: brotliDecompressSync },
};
/** A Map, because the names come from the archive: `constructor` is no coding. */
const BY_NAME = new Map([
  ['gzip', CODINGS.zlib],
  ['x-gzip', CODINGS.zlib],
  ['deflate', CODINGS.zlib],
  ['br', CODINGS.brotli],
]);

/**
 * The bytes of an answer as they were before its content coding.
 *
 * @param coding the Content-Encoding; one that is not known leaves the bytes as they are, and they will not parse
 * @param mostBytes bytes that may come of them
 * @throws Problem `pacs-answer-too-large`; Problem `pacs-broken-answer` for bytes that are not in that coding, or cut
 */
export async function decompress(
  bytes: Buffer,
  coding: string | undefined,
  mostBytes: number,
): Promise<Buffer> {
  const known = BY_NAME.get(coding?.trim().toLowerCase() ?? '');
  if (known === undefined || bytes.length === 0) return bytes;
  try {
    const small = bytes.length <= SMALL_BYTES ? here(known.small, bytes, mostBytes) : undefined;
    return small ?? (await known.large(bytes, { maxOutputLength: mostBytes }));
  } catch (cause) {
    if (isTooLarge(cause)) throw answerTooLarge({ cause });
    throw new Problem(
      'pacs-broken-answer',
      'The archive sent a compressed answer that is damaged.',
      {
        cause,
      },
    );
  }
}

/** @returns undefined for an answer that is better left to a thread */
function here(
  small: (bytes: Buffer, options: ZlibOptions) => Buffer,
  bytes: Buffer,
  mostBytes: number,
): Buffer | undefined {
  try {
    return small(bytes, { maxOutputLength: Math.min(mostBytes, SMALL_RESULT_BYTES) });
  } catch (cause) {
    if (isTooLarge(cause) && mostBytes > SMALL_RESULT_BYTES) return undefined;
    throw cause;
  }
}

function isTooLarge(cause: unknown): boolean {
  return isRecord(cause) && cause.code === 'ERR_BUFFER_TOO_LARGE';
}
