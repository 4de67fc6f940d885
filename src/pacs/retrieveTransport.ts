import http from 'node:http';
import type { Readable } from 'node:stream';
import axios, { type AxiosInstance } from 'axios';
import { CallerGone, Problem } from '../errors';
import type { ArchiveSettings } from './client';
import { createAgent, headerText, sendAgainIfStale } from './transport';
import type { Answered, Rules, Upstream } from './upstream';

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
export interface Opened extends Answered {
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

export function createStreamTransport(
  settings: StreamSettings,
  upstream: Upstream,
): StreamTransport {
  const agent = createAgent(settings, settings.streams * 2);
  const client = createClient(agent);
  const rules: Rules = {
    budgetMs: settings.firstByteTimeoutMs,
    // 500 may be about the one object, and 503 about the tape that it lies on: no reason to leave all others.
    failed: (status) => status === 502 || status === 504,
    again: () => false,
    pauses: (status) => status === 429,
  };
  return {
    open: (url, headers, signal) =>
      upstream.exchange(
        (authorization, withinMs) => {
          const all = { ...headers, ...(authorization && { Authorization: authorization }) };
          return openOnce(client, url, all, { signal, withinMs });
        },
        rules,
        signal,
      ),
    close: () => agent.destroy(),
  };
}

async function openOnce(
  client: AxiosInstance,
  url: string,
  headers: Readonly<Record<string, string>>,
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs: number },
): Promise<Opened> {
  const transfer = new AbortController();
  const leave = () => transfer.abort();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const timer = setTimeout(leave, withinMs);
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
    header: (name) => headerText(response.headers[name]),
    discard: () => void response.data.on('error', () => undefined).destroy(),
    body: response.data,
    overran: () => failed,
  };
}

function createClient(agent: http.Agent): AxiosInstance {
  return axios.create({
    httpAgent: agent,
    httpsAgent: agent,
    proxy: false,
    maxRedirects: 0,
    responseType: 'stream',
    // A length that is passed on must be that of the bytes that are.
    decompress: false,
    validateStatus: () => true,
    headers: { 'Accept-Encoding': 'identity' },
  });
}
