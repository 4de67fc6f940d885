import { pipeline, Readable } from 'node:stream';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { isRecord, readDataSet, string } from '../dicom/dataset';
import { TAG } from '../dicom/tags';
import { Problem } from '../errors';
import { pathOf, readTarget, type Target } from '../study/retrieval';

/** What links in metadata are made of and read against. */
export interface Links {
  /** DICOMweb root of the gateway, no trailing slash. */
  readonly rootUrl: string;
  readonly target: Target;
  /** Where the metadata came from; relative links are relative to it. */
  readonly upstream: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Attributes that say where the archive has the object: Retrieve URI, Pixel Data Provider URL (PS3.6). */
const ELSEWHERE = ['0040E010', '00287FE0'];

/**
 * Metadata with every link in it leading to the gateway, or gone: an archive's links name hosts that clients
 * cannot or must not reach. The JSON is read as such, one instance at a time, never replaced as text.
 *
 * @param body a list in the DICOM JSON Model (PS3.18 F.2)
 * @param mostBytes bytes that one instance may have
 * @throws Problem `not-found` for an empty list: a study without instances is not there
 */
export async function rewriteMetadata(
  body: Readable,
  links: Links,
  mostBytes: number,
): Promise<Readable> {
  const instances = readInstances(body, mostBytes);
  const first = await instances.next();
  if (first.done === true) {
    throw new Problem('not-found', 'The archive has no metadata of this.');
  }
  const written = Readable.from(write(first.value, instances, links), { objectMode: false });
  written.once('close', () => body.destroy());
  return written;
}

async function* write(first: unknown, rest: AsyncGenerator, links: Links): AsyncGenerator<string> {
  yield `[${rewrite(first, links)}`;
  for await (const instance of rest) yield `,\n${rewrite(instance, links)}`;
  yield ']';
}

/** The elements of a JSON list, as they come. */
async function* readInstances(body: Readable, mostBytes: number): AsyncGenerator {
  const counted = { bytes: 0 };
  const source = Readable.from(bounded(body, counted, mostBytes));
  const parser = pipeline(source, streamArray.withParserAsStream(), () => undefined);
  try {
    for await (const item of parser as AsyncIterable<{ readonly value: unknown }>) {
      counted.bytes = 0;
      yield item.value;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    const text = 'The archive sent metadata that does not parse as DICOM JSON.';
    throw new Problem('pacs-broken-answer', text, { cause: error });
  } finally {
    body.destroy();
  }
}

async function* bounded(
  body: Readable,
  counted: { bytes: number },
  most: number,
): AsyncGenerator<Buffer> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    counted.bytes += chunk.length;
    if (counted.bytes > most) {
      const text = 'The metadata of one instance is larger than PACS_MAX_ANSWER_BYTES allows.';
      throw new Problem('pacs-answer-too-large', text);
    }
    yield chunk;
  }
}

function rewrite(instance: unknown, links: Links): string {
  if (!isRecord(instance)) {
    throw new Problem('pacs-broken-answer', 'The archive sent metadata that is no data set.');
  }
  const own = ownTarget(instance, links.target);
  const rewritten = rewriteDataSet(instance, links);
  const url = { vr: 'UR', Value: [`${links.rootUrl}/${pathOf(own)}`] };
  const hasUrl = TAG.RetrieveURL in instance;
  return JSON.stringify(hasUrl ? { ...rewritten, [TAG.RetrieveURL]: url } : rewritten);
}

/**
 * The instance that a data set is of.
 *
 * @throws Problem `pacs-broken-answer` where it is of another study, series or instance than was asked for
 */
function ownTarget(instance: Json, target: Target): Target {
  const dataSet = readDataSet(instance) ?? new Map();
  const study = string(dataSet, 'StudyInstanceUID') ?? target.study;
  const series = string(dataSet, 'SeriesInstanceUID') ?? target.series;
  const uid = string(dataSet, 'SOPInstanceUID') ?? target.instance;
  const other =
    study !== target.study ||
    (target.series !== undefined && series !== target.series) ||
    (target.instance !== undefined && uid !== target.instance);
  if (other) {
    const text = 'The archive sent metadata of something else than was asked for.';
    throw new Problem('pacs-broken-answer', text);
  }
  const path = ['studies', study, 'series', series ?? '', 'instances', uid ?? ''];
  return readTarget(path) ?? { study: target.study, view: { kind: 'files' } };
}

function rewriteDataSet(dataSet: Json, links: Links): Json {
  const entries = Object.entries(dataSet).flatMap(([tag, element]) => {
    const rewritten = isRecord(element) ? rewriteElement(tag, element, links) : element;
    return rewritten === undefined ? [] : [[tag, rewritten] as const];
  });
  return Object.fromEntries(entries);
}

/** An attribute whose links lead to the gateway; undefined for one that is nothing but a link elsewhere. */
function rewriteElement(tag: string, element: Json, links: Links): Json | undefined {
  if (tag === TAG.RetrieveURL || ELSEWHERE.includes(tag)) {
    const followed = valuesOf(element).map((value) => follow(value, links));
    return followed.length > 0 && followed.every((url) => url !== undefined)
      ? { ...element, Value: followed }
      : undefined;
  }
  if (element.vr === 'SQ') {
    const items = valuesOf(element).map((item) =>
      isRecord(item) ? rewriteDataSet(item, links) : item,
    );
    return { ...element, ...('Value' in element && { Value: items }) };
  }
  if (!('BulkDataURI' in element)) return element;
  const { BulkDataURI: uri, ...rest } = element;
  const url = follow(uri, links, isWithinInstance);
  return url === undefined ? rest : { ...rest, BulkDataURI: url };
}

function valuesOf(element: Json): readonly unknown[] {
  return Array.isArray(element.Value) ? element.Value : [];
}

/**
 * The gateway's URL for one that the archive announces below its own root: the path from `/studies/` on, if it
 * names something of the same study that the gateway serves. The host is not looked at: Orthanc announces one
 * without its port, and what is fetched is the archive at PACS_URL in any case.
 */
function follow(
  uri: unknown,
  { rootUrl, target, upstream }: Links,
  isExpected: (named: Target) => boolean = () => true,
): string | undefined {
  if (typeof uri !== 'string' || !URL.canParse(uri, upstream)) return undefined;
  const { protocol, pathname, search, hash } = new URL(uri, upstream);
  if (!/^https?:$/.test(protocol) || search + hash !== '') return undefined;
  const [, path] = /\/(studies\/.*)$/.exec(pathname) ?? [];
  const named = readTarget((path ?? '').split('/'));
  if (named?.study !== target.study || !isExpected(named)) return undefined;
  return `${rootUrl}/${pathOf(named)}`;
}

/** Whether something can be bulk data: the files of a series are none. */
function isWithinInstance({ instance, view }: Target): boolean {
  return instance !== undefined || view.kind === 'bulkdata';
}
