import http from 'node:http';
import type { Readable } from 'node:stream';
import axios, { type AxiosInstance } from 'axios';
import { CallerGone, Problem } from '../errors';
import type { ArchiveSettings } from './client';
import { createAgent, credentials, sendAgainIfStale } from './transport';

/** Where the archive is, and how transfers of any size are treated. */
export interface StreamSettings extends ArchiveSettings {
  /** Transfers under way at once, over all callers. */
  readonly streams: number;
  /** Transfers that may wait for their turn; one more is refused. */
  readonly streamQueue: number;
  /** From sending a request to the headers of its answer. */
  readonly firstByteTimeoutMs: number;
  /** The longest silence within an answer. */
  readonly idleTimeoutMs: number;
}

/** An answer whose headers are there. */
export interface Opened {
  readonly status: number;
  /** The first value of a header; names in lower case. */
  header(name: string): string | undefined;
  readonly body: Readable;
  /** Whether more bytes came than the answer said it has. */
  overran: () => boolean;
}

/** Carries transfers over connections of their own, so that small calls never wait behind large ones. */
export interface StreamTransport {
  /**
   * Sends a GET and waits for the headers of its answer. The signal ends the transfer at any time.
   *
   * @throws Problem `pacs-timeout` when they do not come in time; AxiosError for all else
   */
  open(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Opened>;
  close(): void;
}

export function createStreamTransport(settings: StreamSettings): StreamTransport {
  const agent = createAgent(settings, settings.streams * 2);
  const client = createClient(settings, agent);
  return {
    async open(url, headers, signal) {
      const transfer = new AbortController();
      const leave = () => transfer.abort();
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      const timer = setTimeout(leave, settings.firstByteTimeoutMs);
      try {
        const opened = await get(client, url, headers, transfer.signal);
        // Only now: an answer that ends takes its listener with it.
        opened.body.once('close', () => signal.removeEventListener('abort', leave));
        return opened;
      } catch (error) {
        signal.removeEventListener('abort', leave);
        if (signal.aborted) throw new CallerGone();
        if (!transfer.signal.aborted) throw error;
        throw new Problem('pacs-timeout', 'The archive did not begin its answer in time.', {
          cause: error,
        });
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => agent.destroy(),
  };
}

async function get(
  client: AxiosInstance,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Opened> {
  const response = await sendAgainIfStale(() => client.get<Readable>(url, { headers, signal }));
  const request: unknown = response.request;
  let failed = false;
  // Bytes behind the announced end belong to no answer: Node reports them here, after the answer ended.
  if (request instanceof http.ClientRequest) request.on('error', () => (failed = true));
  return {
    status: response.status,
    header: (name) => {
      const value: unknown = response.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    body: response.data,
    overran: () => failed,
  };
}

function createClient(settings: StreamSettings, agent: http.Agent): AxiosInstance {
  return axios.create({
    httpAgent: agent,
    httpsAgent: agent,
    proxy: false,
    maxRedirects: 0,
    responseType: 'stream',
    // A length that is passed on must be that of the bytes that are.
    decompress: false,
    validateStatus: () => true,
    headers: { 'Accept-Encoding': 'identity', ...credentials(settings) },
  });
}
