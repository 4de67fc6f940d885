import { Problem } from '../../errors';
import { pathOf, type Target } from '../../study/retrieval';
import { readParameters } from '../asked';
import { readFile } from './file';
import type { Give, Retrieving } from './plan';
import { representatives } from './representative';
import { readRenderQuery, type RenderQuery } from './renderQuery';
import type { Prepared } from './send';
import type { ImageType } from './services';
import { bufferBody } from './bufferBody';

/** The size of a thumbnail where none is asked for; PS3.18 10.4.1.1.4 leaves it to the server. */
const THUMBNAIL = '128,128';
/** An instance that cannot be rendered need not mean that a series can not. */
const CANDIDATES = 3;
const ANY_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*';

/** A rendering (PS3.18 10.4.1.1.3): the archive's, or the gateway's own where the archive makes none. */
export function rendered(type: ImageType): Give {
  return (retrieving) => {
    const query = queryOf(retrieving);
    const { target } = retrieving;
    return target.instance === undefined
      ? renderRepresentative(retrieving, type, query)
      : renderInstance(retrieving, asRendered(target), type, query);
  };
}

/** A thumbnail (PS3.18 10.4.1.1.4): the archive's, or a small rendering of an instance that stands for the whole. */
export function thumbnail(type: ImageType): Give {
  return async (retrieving) => {
    const query = queryOf(retrieving);
    const { target } = retrieving;
    const level = `thumbnail of ${target.instance ? 'an instance' : target.series ? 'a series' : 'a study'}`;
    const own = await fromArchive(retrieving, target, type, query, level);
    if (own !== undefined) return own;
    const small = withViewport(query);
    return target.instance === undefined
      ? renderRepresentative(retrieving, type, small)
      : renderInstance(retrieving, asRendered(target), type, small);
  };
}

async function renderRepresentative(
  retrieving: Retrieving,
  type: ImageType,
  query: RenderQuery,
): Promise<Prepared> {
  const { target, services, call } = retrieving;
  let tried = 0;
  for await (const instance of representatives(target, services.rows, call)) {
    try {
      return await renderInstance(retrieving, asRendered(instance), type, query);
    } catch (error) {
      tried += 1;
      if (!isInability(error) || tried >= CANDIDATES) throw error;
    }
  }
  throw new Problem('not-acceptable', 'There is no image in this that could be shown.');
}

/** An instance, or a frame of it, rendered by the archive, or by the gateway where the archive cannot. */
export async function renderInstance(
  retrieving: Retrieving,
  target: Target,
  type: ImageType,
  query: RenderQuery,
): Promise<Prepared> {
  const own = await fromArchive(retrieving, target, type, query, pathOf(target));
  return own ?? renderHere(retrieving, target, type, query);
}

/** The archive's rendering; undefined where it cannot make one, which is remembered for a while. */
async function fromArchive(
  { services, call, unable }: Retrieving,
  target: Target,
  type: ImageType,
  query: RenderQuery,
  what: string,
): Promise<Prepared | undefined> {
  if (unable.has(what)) return undefined;
  try {
    return await services.retriever.open(target, { accept: type, query: query.parameters }, call);
  } catch (error) {
    if (!isInability(error)) throw error;
    unable.add(what);
    return undefined;
  }
}

async function renderHere(
  { services, call }: Retrieving,
  target: Target,
  type: ImageType,
  { wish }: RenderQuery,
): Promise<Prepared> {
  const { renderer, retriever } = services;
  const whole: Target = { ...target, view: { kind: 'files' } };
  const file = await readFile(
    await retriever.openFiles(whole, { accept: ANY_DICOM }, call),
    renderer.maxBytes,
  );
  const frame = target.view.kind === 'rendered' ? (target.view.frames?.[0] ?? 1) : 1;
  const image = file && (await renderer.render(file, { ...wish, frame, type }));
  if (image === undefined) {
    const text =
      'Neither the archive nor the gateway can render this. Retrieve it as application/dicom.';
    throw new Problem('not-acceptable', text);
  }
  return bufferBody(type, image);
}

/** Whether a failure says that this cannot be rendered, rather than that something went wrong. */
function isInability(error: unknown): boolean {
  return error instanceof Problem && ['not-acceptable', 'not-found'].includes(error.code);
}

function asRendered(target: Target): Target {
  const { view } = target;
  const frames = view.kind === 'rendered' || view.kind === 'thumbnail' ? view.frames : undefined;
  return { ...target, view: { kind: 'rendered', ...(frames && { frames }) } };
}

function queryOf({ request, target }: Retrieving): RenderQuery {
  const { view } = target;
  const frames = view.kind === 'rendered' || view.kind === 'thumbnail' ? view.frames : undefined;
  if (frames !== undefined && frames.length > 1) {
    throw new Problem(
      'invalid-value',
      'One frame is rendered at a time, for example frames/1/rendered.',
    );
  }
  return readRenderQuery(readParameters(request).filter(([name]) => name !== 'accept'));
}

function withViewport(query: RenderQuery): RenderQuery {
  const given = query.parameters.some(([name]) => name === 'viewport');
  return given ? query : readRenderQuery([...query.parameters, ['viewport', THUMBNAIL]]);
}
