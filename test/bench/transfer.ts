import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { keepAliveAgent } from './ask';

/** One retrieval of the bench. */
export interface Transfer {
  readonly url: string;
  readonly accept: string;
  /** Of the archive, where it wants one. */
  readonly authorization?: string | undefined;
}

/** An answer that was read to its end and thrown away. */
export interface Received {
  readonly bytes: number;
  readonly ms: number;
  readonly contentType: string;
  /** The last bytes, in which formats say that they are whole. */
  readonly tail: Buffer;
}

/** A multipart ends in its boundary, which may have 70 characters (RFC 2046 5.1.1), and Orthanc's has more. */
const TAIL_BYTES = 256;
const plain = keepAliveAgent(false, 1);
const secure = keepAliveAgent(true, 1);

/**
 * Reads an answer as fast as it comes.
 *
 * @throws Error for a status other than 200, and for an answer that breaks off
 */
export async function receive(transfer: Transfer): Promise<Received> {
  const started = performance.now();
  const answer = await open(transfer, transfer.url.startsWith('https:') ? secure : plain);
  let bytes = 0;
  let tail = Buffer.alloc(0);
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }
  const contentType = answer.headers['content-type'] ?? '';
  return { bytes, ms: performance.now() - started, contentType, tail };
}

/** A client that reads slowly. */
export interface SlowClient {
  /** Bytes that it has read so far. */
  received(): number;
  /**
   * Hangs up in the middle of its answer.
   * @throws Error where the answer had broken off, or ended, before
   */
  leave(): Promise<void>;
}

/**
 * Begins to read an answer at so many bytes a second.
 *
 * @throws Error for a status other than 200
 */
export async function receiveSlowly(
  transfer: Transfer,
  bytesPerSecond: number,
): Promise<SlowClient> {
  const answer = await open(transfer, false);
  const started = performance.now();
  let received = 0;
  let leaving = false;
  const read = async () => {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      received += chunk.length;
      const due = started + (received / bytesPerSecond) * 1000;
      await pause(Math.max(0, due - performance.now()));
    }
  };
  const ended = read().then(
    () => leaving,
    () => leaving,
  );
  return {
    received: () => received,
    async leave() {
      leaving = true;
      answer.destroy();
      if (!(await ended)) throw new Error(`${transfer.url} ended early`);
    },
  };
}

async function open(
  { url, accept, authorization }: Transfer,
  agent: http.Agent | false,
): Promise<IncomingMessage> {
  const { request } = url.startsWith('https:') ? https : http;
  const headers = { Accept: accept, ...(authorization !== undefined && { authorization }) };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { headers, agent }, resolve).on('error', reject).end();
  });
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  throw new Error(`${url} answered ${answer.statusCode ?? 'nothing'}`);
}
