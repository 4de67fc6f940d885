import { isRecord } from '../../dicom/dataset';
import { Problem } from '../../errors';
import type { Retrieving } from './plan';

/**
 * The metadata of one instance in the DICOM JSON Model, parsed but unchecked; its links lead to the gateway.
 *
 * @param mostBytes bytes that it may have
 * @throws Problem `pacs-answer-too-large`, or of the archive
 */
export async function readMetadata(
  { request, target, call, services }: Retrieving,
  mostBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  const view = { kind: 'metadata' as const };
  const wish = { accept: 'application/dicom+json' };
  const rootUrl = services.rootUrl(request);
  const { body } = await services.retriever.openMetadata({ ...target, view }, wish, rootUrl, call);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge();
  }
  const list: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (isRecord(first)) return first;
  throw new Problem('pacs-broken-answer', 'The archive sent metadata that is no data set.');
}

function tooLarge(): Problem {
  const text = 'The metadata of this instance is larger than PACS_MAX_ANSWER_BYTES allows.';
  return new Problem('pacs-answer-too-large', text);
}
