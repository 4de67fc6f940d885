import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import axios, { isAxiosError, type AxiosInstance } from 'axios';
import { Problem } from '../errors';
import type { ArchiveSettings } from './client';
import { decompress } from './decompress';
import { transportFailure } from './failures';
import { keepShortLived } from './keepAlive';
import type { Answered, Rules, Upstream } from './upstream';

/** One request to the archive. */
export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** An answer that was read to its last byte. */
export interface Answer extends Answered {
  readonly body: Buffer;
}

/** Carries requests to one archive over connections that are kept alive. */
export interface Transport {
  /**
   * Sends a request and reads its answer to the last byte, whatever its status.
   *
   * @param signal of the caller; it ends no call that is under way, see `Lanes.inTurn`
   * @throws Problem `pacs-timeout` when that takes longer than a search may; Problem `pacs-broken-answer` for a body
   *   that ended early; Problem of `Upstream.exchange`; AxiosError for all else
   */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** Connections that the archive may have closed just as they were taken up again, for one request. */
const STALE_CONNECTIONS = 3;

export function createTransport(settings: ArchiveSettings, upstream: Upstream): Transport {
  const agent = createAgent(settings, settings.concurrency * 2);
  const client = createClient(settings, agent);
  const rules: Rules = {
    budgetMs: settings.searchTimeoutMs,
    failed: (status) => status >= 500,
    // 504 and a 503 without Retry-After say that the archive has too much to do already.
    again: (status) => status === 500 || status === 502,
    pauses: (status) => status === 429 || status === 503,
  };
  return {
    send: (outgoing, signal) =>
      upstream.exchange(
        (authorization, withinMs) =>
          sendAgainIfStale(() =>
            sendOnce(client, withCredential(outgoing, authorization), {
              firstByteMs: Math.min(settings.searchFirstByteMs, withinMs),
              totalMs: withinMs,
              mostBytes: settings.maxAnswerBytes,
            }),
          ),
        rules,
        signal,
      ),
    close: () => agent.destroy(),
  };
}

function withCredential(outgoing: Outgoing, authorization: string | undefined): Outgoing {
  if (authorization === undefined) return outgoing;
  return { ...outgoing, headers: { ...outgoing.headers, Authorization: authorization } };
}

/** How long an answer may take, and how many bytes it may have after decompression. */
interface Bounds {
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly mostBytes: number;
}

/** axios has a timeout of silence only: an archive that drips would hold the caller for ever. */
async function sendOnce(
  client: AxiosInstance,
  outgoing: Outgoing,
  { firstByteMs, totalMs, mostBytes }: Bounds,
): Promise<Answer> {
  const deadline = new AbortController();
  const leave = () => deadline.abort();
  const firstByte = setTimeout(leave, firstByteMs);
  const total = setTimeout(leave, totalMs);
  try {
    const response = await client.request<Readable>({ ...outgoing, signal: deadline.signal });
    clearTimeout(firstByte);
    const header = (name: string) => headerText(response.headers[name]);
    const sent = await readWhole(response.data);
    const body = await decompress(sent, header('content-encoding'), mostBytes);
    return { status: response.status, header, discard: () => undefined, body };
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw new Problem('pacs-timeout', 'The archive did not answer in time.', { cause: error });
  } finally {
    clearTimeout(firstByte);
    clearTimeout(total);
  }
}

/** axios bounds the bytes as they were sent; what else ends them early makes them no answer. */
async function readWhole(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    const failure = transportFailure(error);
    if (failure instanceof Problem && failure.code === 'pacs-answer-too-large') throw failure;
    throw new Problem('pacs-broken-answer', 'The archive broke off its answer.', { cause: error });
  }
  return Buffer.concat(chunks);
}

export function headerText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * An idle connection may be closed by the archive in the moment in which it is used again. Nothing was read
 * and nothing can have been changed by a read, so it is sent again (RFC 9110 9.2.2).
 */
export async function sendAgainIfStale<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt > STALE_CONNECTIONS || !isStale(error)) throw error;
    }
  }
}

function isStale(error: unknown): boolean {
  if (!isAxiosError(error) || !['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) return false;
  const request: unknown = error.request;
  return request instanceof http.ClientRequest && request.reusedSocket;
}

function createClient(settings: ArchiveSettings, agent: http.Agent): AxiosInstance {
  return axios.create({
    httpAgent: agent,
    httpsAgent: agent,
    // An HTTP_PROXY of the environment must not see patients unless somebody decided so.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: settings.maxAnswerBytes,
    // The headers tell that the archive began; axios would hand out nothing before the last byte.
    responseType: 'stream',
    // Done by `decompress` when all is there.
    decompress: false,
    validateStatus: () => true,
    headers: { 'Accept-Encoding': 'gzip' },
  });
}

/** A keep-alive agent whose connections must be made within the connect deadline. */
export function createAgent(
  settings: Pick<ArchiveSettings, 'url' | 'connectTimeoutMs'>,
  maxSockets: number,
): http.Agent {
  const options = { keepAlive: true, maxSockets };
  const agent = settings.url.startsWith('https:')
    ? new https.Agent(options)
    : new http.Agent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...parameters) => {
    const socket = connect(...parameters);
    const ready = settings.url.startsWith('https:') ? 'secureConnect' : 'connect';
    const timer = setTimeout(() => {
      socket?.destroy(Object.assign(new Error('connect deadline'), { code: 'ETIMEDOUT' }));
    }, settings.connectTimeoutMs);
    socket?.once(ready, () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    return socket;
  };
  keepShortLived(agent);
  return agent;
}
