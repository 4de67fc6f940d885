import { api } from 'dicomweb-client';
import { readDataSet, type DataSet } from '../dicom/dataset';
import { isSafeUid } from '../dicom/values';
import { Problem } from '../errors';
import type { Call } from '../study/source';
import { mapInTurns } from '../study/turns';
import { ArchiveRequest, readJson } from './archiveRequest';
import { type Parameter, writeQuery } from './encode';
import { transportFailure, wrongRoot } from './failures';
import { createLanes, type LaneSettings, type LanesState, type Size } from './lanes';
import { originHeaders } from './origin';
import { createTransport, type Outgoing, type Transport } from './transport';
import { createUpstream, type UpstreamSettings } from './upstream';
import { watched } from './watched';

/** Where the archive is and how much of it the gateway may use. */
export interface ArchiveSettings extends UpstreamSettings, LaneSettings {
  /** DICOMweb root, no trailing slash. */
  readonly url: string;
  readonly connectTimeoutMs: number;
  /** From sending a search to the headers of its answer. */
  readonly searchFirstByteMs: number;
  /** From sending a search to its last byte, with everything that is sent again. */
  readonly searchTimeoutMs: number;
  /** Bytes of one answer after decompression. */
  readonly maxAnswerBytes: number;
}

/** The path of a QIDO-RS search (PS3.18 10.6.1): at the root, within a study, within a series. */
export interface SearchPath {
  readonly level: 'studies' | 'series' | 'instances';
  readonly study?: string;
  readonly series?: string;
}

/** What to read metadata of: a series, or one of its instances. */
export interface MetadataPath {
  readonly study: string;
  readonly series: string;
  readonly instance?: string;
}

/** A search's answer: its readable rows, how many came in all, and the archive's Warning. */
export interface SearchAnswer {
  readonly rows: readonly DataSet[];
  readonly received: number;
  readonly warning?: string;
}

/** The archive over HTTP. Nothing else in the gateway calls it. */
export interface ArchiveClient {
  search(path: SearchPath, parameters: readonly Parameter[], call: Call): Promise<SearchAnswer>;
  /** Metadata of one instance, or of all instances of a series (PS3.18 10.4.1.1.2). */
  metadata(path: MetadataPath, call: Call): Promise<readonly DataSet[]>;
  /** GET or, with a body, POST of the archive's own API, on a path beside its DICOMweb root. */
  native(path: string, body: object | undefined, call: Call): Promise<unknown>;
  close(): void;
}

/** dicomweb-client's searches as they are; its own types lack `request` on some and miss the promises. */
interface DicomWeb {
  searchForStudies(options: object): Promise<unknown>;
  searchForSeries(options: object): Promise<unknown>;
  searchForInstances(options: object): Promise<unknown>;
  retrieveSeriesMetadata(options: object): Promise<unknown>;
  retrieveInstanceMetadata(options: object): Promise<unknown>;
}

/**
 * Opens a client of one archive. Connections are kept alive; `close` drops them.
 *
 * @param upstream the way to the archive, where it is shared with its transfers
 */
export function createArchiveClient(
  settings: ArchiveSettings,
  upstream = createUpstream(settings),
): ArchiveClient & { state(): LanesState } {
  const transport = createTransport(settings, upstream);
  const lanes = createLanes(settings);
  const library = new api.DICOMwebClient({ url: settings.url, singlepart: '', verbose: false });
  // Its declarations say arrays where promises come, and want an XMLHttpRequest of the DOM library.
  const dicomWeb = library as unknown as DicomWeb;

  async function ask(
    { operation, size }: Kind,
    call: Call,
    query: string,
    send: (request: { instance: ArchiveRequest }) => Promise<unknown>,
  ): Promise<{ json: unknown; warning: string | undefined }> {
    const instance = new ArchiveRequest(transport, (url) => joinQuery(url, query), call);
    const seen = { operation, method: 'GET', target: () => instance.target } as const;
    const json = await lanes.inTurn(call, size, () =>
      watched(call, seen, () =>
        send({ instance }).catch((error: unknown) => {
          throw instance.failure ?? error;
        }),
      ),
    );
    return { json, warning: instance.warning };
  }

  return {
    async search(path, parameters, call) {
      const kind = { operation: 'qido', size: sizeOf(path) };
      const { json, warning } = await ask(kind, call, writeQuery(parameters), (request) =>
        search(dicomWeb, path, request),
      );
      return { ...(await readRows(json)), ...(warning !== undefined && { warning }) };
    },
    async metadata(path, call) {
      const size = path.instance === undefined ? 'large' : 'small';
      const { json } = await ask({ operation: 'metadata', size }, call, '', (request) =>
        readMetadata(dicomWeb, path, request),
      );
      return (await readRows(Array.isArray(json) ? json : [json])).rows;
    },
    native(path, body, call) {
      const method = body === undefined ? 'GET' : 'POST';
      const seen = { operation: 'native', method, target: () => `/${path}` } as const;
      return lanes.inTurn(call, nativeSize(path), () =>
        watched(call, seen, () => askNative(transport, settings.url, path, body, call)),
      );
    },
    state: () => lanes.state(),
    close: () => transport.close(),
  };
}

function search(
  dicomWeb: DicomWeb,
  path: SearchPath,
  request: { instance: ArchiveRequest },
): Promise<unknown> {
  const options = {
    ...(path.study !== undefined && { studyInstanceUID: pathPart(path.study) }),
    ...(path.series !== undefined && { seriesInstanceUID: pathPart(path.series) }),
    request,
  };
  if (path.level === 'studies') return dicomWeb.searchForStudies({ request });
  return path.level === 'series'
    ? dicomWeb.searchForSeries(options)
    : dicomWeb.searchForInstances(options);
}

function readMetadata(
  dicomWeb: DicomWeb,
  path: MetadataPath,
  request: { instance: ArchiveRequest },
): Promise<unknown> {
  const options = {
    studyInstanceUID: pathPart(path.study),
    seriesInstanceUID: pathPart(path.series),
    request,
  };
  return path.instance === undefined
    ? dicomWeb.retrieveSeriesMetadata(options)
    : dicomWeb.retrieveInstanceMetadata({
        ...options,
        sopInstanceUID: pathPart(path.instance),
      });
}

/** What a call is, for the meter and for the queue. */
interface Kind {
  readonly operation: string;
  readonly size: Size;
}

/** Series of one study are few; across studies, and instances anywhere, they may be all that there are. */
function sizeOf({ level, study }: SearchPath): Size {
  return level === 'studies' || (level === 'series' && study !== undefined) ? 'small' : 'large';
}

/** `bulk-content` brings all that is below studies, and `instances-tags` the files of it. */
function nativeSize(path: string): Size {
  return path.endsWith('bulk-content') || path.includes('instances-tags') ? 'large' : 'small';
}

async function askNative(
  transport: Transport,
  root: string,
  path: string,
  body: object | undefined,
  call: Call,
): Promise<unknown> {
  try {
    const outgoing: Outgoing = {
      url: new URL(`../${path}`, `${root}/`).href,
      method: body === undefined ? 'GET' : 'POST',
      headers: { Accept: '*/*', ...originHeaders(call) },
      ...(body !== undefined && { data: JSON.stringify(body) }),
    };
    const { status, body: bytes } = await transport.send(outgoing, call.signal);
    if (status !== 200) return undefined;
    const answer = { status, contentType: '', retryAfter: undefined, body: bytes };
    const isJson = /^\s*[[{]/.test(bytes.toString('latin1', 0, 64));
    return isJson ? await readJson(answer) : bytes.toString();
  } catch (error) {
    throw transportFailure(error);
  }
}

/** Rows of an answer; an array of plain strings is Orthanc's own REST API, anything else no answer. */
async function readRows(json: unknown): Promise<{ rows: DataSet[]; received: number }> {
  if (!Array.isArray(json)) {
    throw new Problem('pacs-broken-answer', 'The archive answered with JSON that is no list.');
  }
  if (json.length > 0 && json.every((row) => typeof row === 'string')) throw wrongRoot();
  const read = await mapInTurns(json, readDataSet);
  const rows = read.filter((row) => row !== undefined);
  return { rows, received: json.length };
}

/** A UID as a segment of an upstream path; one that could mean another path never gets there. */
function pathPart(uid: string): string {
  if (isSafeUid(uid)) return uid;
  throw new Problem(
    'invalid-value',
    'A UID with characters that no URL path can hold was asked for.',
  );
}

function joinQuery(url: string, query: string): string {
  return query === '' ? url : `${url}?${query}`;
}
