import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** One request of the bench. */
export interface Question {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer;
}

/** Its answer, whole and decompressed. */
export interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An agent like the gateway's own: connections are kept alive. */
export function keepAliveAgent(secure: boolean, concurrency: number): http.Agent {
  const options = { keepAlive: true, maxSockets: concurrency * 2 };
  return secure ? new https.Agent(options) : new http.Agent(options);
}

/**
 * Asks, by `node:http` alone: `fetch` takes as long to read a large body as the gateway to write it.
 *
 * @throws Error for a status other than 200 and 204
 */
export async function ask({
  url,
  agent,
  method = 'GET',
  headers = {},
  body,
}: Question): Promise<Reply> {
  const { request } = url.protocol === 'https:' ? https : http;
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request(url, { method, headers, agent }, resolve).on('error', reject).end(body);
  });
  const bytes = await buffer(answer);
  const { statusCode = 0 } = answer;
  if (statusCode !== 200 && statusCode !== 204) {
    throw new Error(`${url.href} answered ${statusCode}: ${bytes.toString('utf8', 0, 300)}`);
  }
  const zipped = answer.headers['content-encoding'] === 'gzip';
  return { headers: answer.headers, body: zipped ? gunzipSync(bytes) : bytes };
}
