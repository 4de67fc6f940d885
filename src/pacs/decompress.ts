import { promisify } from 'node:util';
import { brotliDecompress, brotliDecompressSync, unzip, unzipSync } from 'node:zlib';
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

const CODINGS = {
  zlib: { large: promisify(unzip), small: unzipSync },
  brotli: { large: promisify(brotliDecompress), small: brotliDecompressSync },
};
const BY_NAME: Readonly<Record<string, (typeof CODINGS)[keyof typeof CODINGS] | undefined>> = {
  gzip: CODINGS.zlib,
  'x-gzip': CODINGS.zlib,
  deflate: CODINGS.zlib,
  br: CODINGS.brotli,
};

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
  const known = BY_NAME[coding?.trim().toLowerCase() ?? ''];
  if (known === undefined || bytes.length === 0) return bytes;
  const options = { maxOutputLength: mostBytes };
  try {
    return bytes.length <= SMALL_BYTES
      ? known.small(bytes, options)
      : await known.large(bytes, options);
  } catch (cause) {
    if (isRecord(cause) && cause.code === 'ERR_BUFFER_TOO_LARGE') throw answerTooLarge({ cause });
    throw new Problem(
      'pacs-broken-answer',
      'The archive sent a compressed answer that is damaged.',
      {
        cause,
      },
    );
  }
}
