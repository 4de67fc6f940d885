import { isSafeUid } from '../../dicom/values';
import type { Instance } from '../../study/model';
import type { Members } from '../elements';
import { extension } from '../extensions';
import type { RenderContext } from '../releases';

/**
 * What a document or report can be opened as, in STU3 and later, whose instances have no element for it. Not for
 * images: their JPEG is where DICOMweb has it, and the same again at each of a thousand slices would be a third of
 * the resource.
 *
 * @param uids of the study, the series and the instance
 */
export function contentExtensions(
  uids: readonly string[],
  instance: Instance,
  { baseUrl, contentOf }: RenderContext,
): Members[] {
  const content = contentOf?.(instance);
  if (content === undefined || content.kind === 'image' || !uids.every(isSafeUid)) return [];
  const { id, contentType } = content;
  const url = `${baseUrl}/Binary/${id}`;
  return [extension('content', { valueAttachment: { contentType, url, title: instance.title } })];
}
