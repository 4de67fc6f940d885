import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { Refusal, refused, type Answer } from './answer';
import { hold, type Holdings } from './holdings';
import type { DemoStudy } from './model';
import { route } from './routes';
import { demoStudies } from './studies';

export type { DemoInstance, DemoPatient, DemoSeries, DemoStudy } from './model';

/** A running demo archive. */
export interface DemoArchive {
  /** Its DICOMweb service root, `http://127.0.0.1:PORT/dicom-web`. */
  readonly url: string;
  /** Method and path with query of the requests so far, the latest {@link MAX_LOGGED} of them. */
  readonly requests: readonly string[];
  /** Stops it, ending open connections. */
  close(): Promise<void>;
}

/** Where the archive listens and what it holds. */
export interface DemoArchiveOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The demo's own content unless given. */
  readonly studies?: readonly DemoStudy[];
}

/** Requests the log remembers. */
export const MAX_LOGGED = 10_000;

const ROOT_PATH = '/dicom-web';
const GZIP_FROM_BYTES = 1024;
const GZIP_ACCEPTED = /(?:^|,)\s*(?:gzip|\*)\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))(?:[;,]|$)/;

/**
 * Starts a small DICOMweb archive: QIDO-RS and WADO-RS (PS3.18 10.4, 10.6) over content generated in
 * memory, the same at every start. Nothing can be stored in it.
 *
 * @throws Error of node:net when it cannot listen there
 */
export async function startDemoArchive(options: DemoArchiveOptions): Promise<DemoArchive> {
  const holdings = hold(options.studies ?? demoStudies());
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (requests.length > MAX_LOGGED) requests.shift();
    void answer(holdings, origin(server, options.host), request, response);
  });
  await listen(server, options);
  return { url: origin(server, options.host) + ROOT_PATH, requests, close: () => close(server) };
}

async function answer(
  holdings: Holdings,
  base: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await send(answerTo(holdings, base, request), request, response);
  } catch {
    response.destroy();
  }
}

function answerTo(holdings: Holdings, base: string, request: IncomingMessage): Answer {
  try {
    const { segments, query } = readTarget(request);
    return route(holdings, {
      root: base + ROOT_PATH,
      segments,
      query,
      accept: request.headers.accept,
    });
  } catch (error) {
    if (error instanceof Refusal) return refused(error.status, error.message);
    return refused(500, error instanceof Error ? error.message : 'The archive failed');
  }
}

interface Target {
  readonly segments: readonly string[];
  readonly query: string;
}

function readTarget({ method, url = '' }: IncomingMessage): Target {
  if (method !== 'GET' && method !== 'HEAD')
    throw new Refusal(405, 'This archive can only be read');
  const [path = '', ...query] = url.split('?');
  const [, root, ...segments] = path.split('/');
  if (`/${root ?? ''}` !== ROOT_PATH) throw new Refusal(404, `The service root is ${ROOT_PATH}`);
  return { segments: segments.map(decodeSegment), query: query.join('?') };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'The path is not percent-encoded UTF-8');
  }
}

async function send(
  result: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = compressed(result, request);
  const length = Buffer.isBuffer(body) ? { 'Content-Length': String(body.length) } : {};
  const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
  response.writeHead(status, { ...headers, ...length, ...allow, Vary: 'Accept, Accept-Encoding' });
  if (request.method === 'HEAD') response.end();
  else if (Buffer.isBuffer(body)) response.end(body);
  else await pipeline(Readable.from(body, { highWaterMark: 1 }), response);
}

/** JSON is compressed for those who take gzip; pictures and files are sent as they are. */
function compressed(result: Answer, request: IncomingMessage): Answer {
  const accepts = GZIP_ACCEPTED.test(request.headers['accept-encoding']?.toString() ?? '');
  const { body, headers } = result;
  const json = headers['Content-Type']?.endsWith('json') ?? false;
  if (!accepts || !json || !Buffer.isBuffer(body) || body.length < GZIP_FROM_BYTES) return result;
  return { ...result, headers: { ...headers, 'Content-Encoding': 'gzip' }, body: gzipSync(body) };
}

function listen(server: Server, { host, port }: DemoArchiveOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function origin(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
