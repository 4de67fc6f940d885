import http from 'node:http';
import https from 'node:https';
import axios, { isAxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { Problem } from '../errors';
import type { ArchiveSettings } from './client';

/** One request to the archive. */
export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** Carries requests to one archive over connections that are kept alive. */
export interface Transport {
  /**
   * Sends a request and reads its answer to the last byte, whatever its status.
   *
   * @throws Problem `pacs-timeout` when that takes longer than a search may; AxiosError for all else
   */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<AxiosResponse<Buffer>>;
  close(): void;
}

/** Connections that the archive may have closed just as they were taken up again, for one request. */
const STALE_CONNECTIONS = 3;

export function createTransport(settings: ArchiveSettings): Transport {
  const agent = createAgent(settings, settings.concurrency * 2);
  const client = createClient(settings, agent);
  return {
    async send(outgoing, signal) {
      const deadline = new AbortController();
      const leave = () => deadline.abort();
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      const timer = setTimeout(leave, settings.searchTimeoutMs);
      try {
        const send = () => client.request<Buffer>({ ...outgoing, signal: deadline.signal });
        return await (outgoing.method === 'GET' ? sendAgainIfStale(send) : send());
      } catch (error) {
        // axios has a timeout of silence only: an archive that drips would hold the caller for ever.
        if (!deadline.signal.aborted || signal.aborted) throw error;
        throw new Problem('pacs-timeout', 'The archive did not answer in time.', { cause: error });
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
      }
    },
    close: () => agent.destroy(),
  };
}

/**
 * An idle connection may be closed by the archive in the moment in which it is used again. Nothing was read
 * and nothing can have been changed by a GET, so it is sent again (RFC 9110 9.2.2).
 */
export async function sendAgainIfStale<T>(get: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await get();
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
    responseType: 'arraybuffer',
    validateStatus: () => true,
    headers: { 'Accept-Encoding': 'gzip', ...credentials(settings) },
  });
}

/** The Authorization header of the gateway's own credential at the archive, if it has one. */
export function credentials(settings: ArchiveSettings): Record<string, string> {
  if (settings.token !== undefined) return { Authorization: `Bearer ${settings.token}` };
  if (settings.username === undefined) return {};
  const pair = `${settings.username}:${settings.password ?? ''}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
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
  return agent;
}
