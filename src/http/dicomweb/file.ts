import { Readable } from 'node:stream';
import { Problem } from '../../errors';
import type { DicomFile, RetrievedFiles, Target } from '../../study/retrieval';
import type { Give } from './plan';

/**
 * One instance as the DICOM file it is: people who follow an instance's URL want a file, and archives send it as the
 * only part of a multipart answer, if they can send it otherwise at all (PS3.18 8.7.4 asks it of none).
 *
 * @param accept what the archive is asked for
 * @param type what its only part is
 */
export function singleFile(accept: string, type: string): Give {
  return async ({ target, call, services }) => {
    const opened = await services.retriever.openFiles(target, { accept }, call);
    const files = opened.files[Symbol.asyncIterator]();
    const file = await firstOf(files);
    const body = Readable.from(onlyFile(file, files), { objectMode: false });
    body.once('close', () => opened.destroy());
    return { status: 200, headers: { ...opened.headers, ...headersOf(file, type, target) }, body };
  };
}

/** @throws Problem `not-found` where there is none; an answer that broke off is none of these */
async function firstOf(files: AsyncIterator<DicomFile>): Promise<DicomFile> {
  const first = await files.next();
  if (first.done === true) throw new Problem('not-found', 'The archive has no file of this.');
  return first.value;
}

async function* onlyFile(
  { body }: DicomFile,
  rest: AsyncIterator<DicomFile>,
): AsyncGenerator<Buffer> {
  yield* body as AsyncIterable<Buffer>;
  const { done } = await rest.next();
  if (done !== true) {
    throw new Problem('pacs-broken-answer', 'The archive sent more than the one file asked for.');
  }
}

/** The file name is the SOP Instance UID: it is in the URL already, and no name is in it. */
function headersOf(
  { length }: DicomFile,
  type: string,
  { instance, view }: Target,
): Record<string, string> {
  const name = view.kind === 'files' ? `; filename="${instance ?? 'instance'}.dcm"` : '';
  return {
    'content-type': type,
    'content-disposition': `attachment${name}`,
    ...(length !== undefined && { 'content-length': String(length) }),
  };
}

/**
 * A file's bytes, all at once.
 *
 * @returns undefined for one that is larger
 */
export async function readFile(
  opened: RetrievedFiles,
  mostBytes: number,
): Promise<Buffer | undefined> {
  try {
    const { body } = await firstOf(opened.files[Symbol.asyncIterator]());
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    opened.destroy();
  }
}
