import { Problem } from '../../errors';
import type { Retrieving } from '../dicomweb/plan';
import { renderInstance } from '../dicomweb/rendered';
import { readRenderQuery } from '../dicomweb/renderQuery';
import type { Bytes, Native } from './native';
import { lengthOf } from './length';

const JPEG = 'image/jpeg';

/** An image as a JPEG (PS3.18 10.4.1.1.3): the archive's rendering, or the gateway's where it makes none. */
export function imageContent(retrieving: Retrieving): Native {
  return { contentType: JPEG, open: () => render(retrieving) };
}

async function render(retrieving: Retrieving): Promise<Bytes> {
  const target = { ...retrieving.target, view: { kind: 'rendered' as const } };
  const { headers, body } = await renderInstance(retrieving, target, JPEG, readRenderQuery([]));
  if (/^image\/jpeg\b/i.test(headers['content-type'] ?? '')) {
    return { ...lengthOf(headers['content-length']), body };
  }
  body.destroy();
  throw new Problem(
    'pacs-broken-answer',
    'The archive rendered an image as something else than JPEG.',
  );
}
