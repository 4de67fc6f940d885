import { choose } from './accept';
import { dicomJson, multipart, Refusal, single, type Answer, type Part } from './answer';
import { EXPLICIT_LITTLE_ENDIAN } from './encode';
import type { InstanceEntry } from './holdings';
import { bulkOf, fileOf, metadataOf } from './instance';
import type { Picture } from './model';
import { frameData } from './pictures/pixels';
import { sceneOf } from './pictures/scenes';
import { readViewport, render } from './render';

/** A retrieval: the service root, the query string and the Accept header. */
export interface RetrieveRequest {
  readonly root: string;
  readonly query: string;
  readonly accept: string | undefined;
}

const DICOM_PARTS = 'multipart/related; type="application/dicom"';
const OCTET_PARTS = 'multipart/related; type="application/octet-stream"';
const DICOM_TYPE = `application/dicom; transfer-syntax=${EXPLICIT_LITTLE_ENDIAN}`;
const THUMBNAIL = { width: 128, height: 128 };

/** All instances of a study or series as DICOM files, one a part (PS3.18 10.4.1.1.1). */
export function retrieveInstances(
  entries: readonly InstanceEntry[],
  request: RetrieveRequest,
): Answer {
  choose(request.accept, [DICOM_PARTS]);
  return multipart(
    'application/dicom',
    entries.map((entry) => dicomPart(entry, request.root)),
  );
}

/** One instance: as the only part, or as a plain file for those who accept `application/dicom`. */
export function retrieveInstance(entry: InstanceEntry, request: RetrieveRequest): Answer {
  const type = choose(request.accept, [DICOM_PARTS, 'application/dicom'] as const);
  if (type === 'application/dicom') return single('application/dicom', fileOf(entry));
  return multipart('application/dicom', [dicomPart(entry, request.root)]);
}

/** The metadata of instances in the DICOM JSON Model (PS3.18 10.4.1.1.2). */
export function retrieveMetadata(
  entries: readonly InstanceEntry[],
  request: RetrieveRequest,
): Answer {
  const type = choose(request.accept, ['application/dicom+json', 'application/json'] as const);
  return dicomJson(
    type,
    entries.map((entry) => metadataOf(entry, request.root)),
  );
}

/**
 * One frame, counted from 1, as an image, or an encapsulated document as what it is (PS3.18 10.4.1.1.3).
 *
 * @throws Refusal 404 for a frame that is not there, 406 for an instance that is no image
 */
export function retrieveRendered(
  entry: InstanceEntry,
  frame: number,
  request: RetrieveRequest,
): Answer {
  const { content } = entry.instance;
  if (content?.kind === 'pdf') {
    choose(request.accept, ['application/pdf']);
    return single('application/pdf', bulkBytes(entry));
  }
  return renderedImage(entry, frame, request);
}

/** A small picture of an instance (PS3.18 10.4.1.1.4). */
export function retrieveThumbnail(
  entry: InstanceEntry | undefined,
  request: RetrieveRequest,
): Answer {
  if (!entry) throw new Refusal(404, 'There is no image to make a thumbnail of');
  const query = new URLSearchParams(request.query).has('viewport')
    ? request.query
    : `viewport=${THUMBNAIL.width},${THUMBNAIL.height}`;
  return renderedImage(entry, 1, { ...request, query });
}

/** The instance that stands for a study or series: the middle one of its first images. */
export function representative(entries: readonly InstanceEntry[]): InstanceEntry | undefined {
  const images = entries.filter(({ instance }) => instance.content?.kind === 'picture');
  const series = images[0]?.path.split('/instances/')[0];
  const together = images.filter(({ path }) => path.startsWith(`${series ?? ''}/`));
  return together[Math.floor(together.length / 2)];
}

/** Frames by number, counted from 1, uncompressed (PS3.18 10.4.1.1.6). */
export function retrieveFrames(
  entry: InstanceEntry,
  list: string,
  request: RetrieveRequest,
): Answer {
  const picture = pictureOf(entry);
  const numbers = list.split(',').map((text) => frameNumber(text, picture));
  const offers = numbers.length === 1 ? [OCTET_PARTS, 'application/octet-stream'] : [OCTET_PARTS];
  const bytes = (number: number) => frameData(picture.scene, picture.position, number - 1);
  const type = choose(request.accept, offers);
  if (type !== OCTET_PARTS) return single(type, bytes(numbers[0] ?? 1));
  const parts = numbers.map((number) => ({
    type: `application/octet-stream; transfer-syntax=${EXPLICIT_LITTLE_ENDIAN}`,
    location: `${request.root}${entry.path}/frames/${number}`,
    bytes: () => bytes(number),
  }));
  return multipart('application/octet-stream', parts);
}

/** The bulk data that metadata links to (PS3.18 10.4.1.1.5). */
export function retrieveBulk(entry: InstanceEntry, tag: string, request: RetrieveRequest): Answer {
  const bulk = bulkOf(entry);
  if (bulk?.tag !== tag) throw new Refusal(404, `No bulk data ${tag}`);
  const type = choose(request.accept, [OCTET_PARTS, 'application/octet-stream'] as const);
  if (type === 'application/octet-stream') return single(type, bulk.bytes());
  const location = `${request.root}${entry.path}/bulkdata/${tag}`;
  return multipart('application/octet-stream', [
    { type: 'application/octet-stream', location, bytes: bulk.bytes },
  ]);
}

/**
 * A frame number of this picture.
 *
 * @throws Refusal 400 for no number, 404 for a frame that is not there
 */
export function frameNumber(text: string, picture: Picture): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Refusal(400, 'Frames are numbers from 1, for example /frames/1,2');
  const number = Number(text);
  if (number > sceneOf(picture.scene).frames) throw new Refusal(404, `No frame ${text}`);
  return number;
}

/**
 * The picture of an instance.
 *
 * @throws Refusal 406 when it is no image
 */
export function pictureOf({ instance: { content } }: InstanceEntry): Picture {
  if (content?.kind === 'picture') return content;
  throw new Refusal(406, 'This instance is no image and cannot be rendered');
}

function renderedImage(entry: InstanceEntry, frame: number, request: RetrieveRequest): Answer {
  const picture = pictureOf(entry);
  const type = choose(request.accept, ['image/jpeg', 'image/png'] as const);
  const viewport = readViewport(new URLSearchParams(request.query).get('viewport'));
  return single(type, render(entry, picture, frame, type, viewport));
}

function bulkBytes(entry: InstanceEntry): Buffer {
  return bulkOf(entry)?.bytes() ?? Buffer.alloc(0);
}

function dicomPart(entry: InstanceEntry, root: string): Part {
  return { type: DICOM_TYPE, location: root + entry.path, bytes: () => fileOf(entry) };
}
