import { Readable } from 'node:stream';
import type { Prepared } from './send';

/** An answer that is in memory as a whole. */
export function bufferBody(
  contentType: string,
  bytes: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Prepared {
  return {
    status: 200,
    headers: { ...headers, 'content-type': contentType, 'content-length': String(bytes.length) },
    body: Readable.from([bytes], { objectMode: false }),
  };
}
