import { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import axios, { isAxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { bulkhead } from 'cockatiel';
import { Problem } from '../errors';
import { createCredential, type CredentialSettings } from './credential';
import { transportFailure } from './failures';
import type { StreamSettings } from './retrieveTransport';
import { createAgent, headerText } from './transport';

/** What an examination needs to know of the archive, and how long one call may take. */
export interface ExamineSettings
  extends
    CredentialSettings,
    Pick<
      StreamSettings,
      | 'url'
      | 'connectTimeoutMs'
      | 'searchFirstByteMs'
      | 'searchTimeoutMs'
      | 'firstByteTimeoutMs'
      | 'idleTimeoutMs'
      | 'maxAnswerBytes'
    > {}

/** One call, put to the archive as it is. */
export interface Question {
  /** GET unless said; a POST only of what reads. */
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly data?: string;
  /** It is a transfer, which may take longer to begin than a search. */
  readonly transfer?: true;
  /** Bytes that are read; the rest of a longer answer is left. */
  readonly most?: number;
}

/** An answer as it came: any status, its headers, its bytes not decompressed. */
export interface Told {
  readonly status: number;
  /** The value of a header; names in lower case. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** Whether there was more than was read. */
  readonly cut: boolean;
  /** From sending to the last byte that was read, in milliseconds. */
  readonly ms: number;
  /** Protocol of the connection and end of the certificate, where it is TLS. */
  readonly tls?: { readonly protocol: string; readonly validTo: string };
}

/** Puts single calls to an archive and shows what came back, faults and all. */
export interface Examiner {
  /**
   * @param signal ends the call
   * @throws Problem of the catalogue, with `{code, message}` of the connection as its cause
   */
  ask(url: string, question: Question, signal: AbortSignal): Promise<Told>;
  close(): void;
}

/** Calls under way at once: an archive that is examined has its users to serve. */
export const EXAMINED_AT_ONCE = 2;

/**
 * Opens a way to an archive that hides nothing: no call is made again, none is held back after failures, no redirect is
 * followed. What searches and transfers mend on their way (see `Upstream`) is what an examination is to find.
 */
export function createExaminer(settings: ExamineSettings): Examiner {
  const agent = createAgent(settings, EXAMINED_AT_ONCE);
  const credential = createCredential(settings);
  const turns = bulkhead(EXAMINED_AT_ONCE, Infinity);
  const client = axios.create({
    httpAgent: agent,
    httpsAgent: agent,
    proxy: false,
    maxRedirects: 0,
    decompress: false,
    responseType: 'stream',
    validateStatus: () => true,
  });
  return {
    ask: (url, question, signal) =>
      turns.execute(async () => {
        const authorization = await credential.header();
        const headers = {
          'Accept-Encoding': 'identity',
          ...question.headers,
          ...(authorization !== undefined && { Authorization: authorization }),
        };
        return askOnce(client, settings, url, { ...question, headers }, signal);
      }),
    close: () => agent.destroy(),
  };
}

async function askOnce(
  client: AxiosInstance,
  settings: ExamineSettings,
  url: string,
  { method = 'GET', headers = {}, data, transfer, most = settings.maxAnswerBytes }: Question,
  signal: AbortSignal,
): Promise<Told> {
  const late = new AbortController();
  const [firstByteMs, totalMs] = deadlines(settings, transfer === true);
  const firstByte = setTimeout(() => late.abort(), firstByteMs);
  const total = setTimeout(() => late.abort(), totalMs);
  const started = performance.now();
  try {
    const response = await client.request<Readable>({
      method,
      url,
      headers,
      data,
      signal: AbortSignal.any([signal, late.signal]),
    });
    clearTimeout(firstByte);
    return { ...(await readTold(response, most)), ms: performance.now() - started };
  } catch (error) {
    if (signal.aborted || !late.signal.aborted) throw failureOf(error);
    throw new Problem('pacs-timeout', 'The archive did not answer in time.');
  } finally {
    clearTimeout(firstByte);
    clearTimeout(total);
  }
}

/** Little of a transfer is read: no silence within it may be longer than one that would end it. */
function deadlines(settings: ExamineSettings, transfer: boolean): readonly [number, number] {
  const { firstByteTimeoutMs, idleTimeoutMs } = settings;
  if (transfer) return [firstByteTimeoutMs, firstByteTimeoutMs + idleTimeoutMs];
  return [settings.searchFirstByteMs, settings.searchTimeoutMs];
}

async function readTold(
  { status, headers, data, request }: AxiosResponse<Readable>,
  most: number,
): Promise<Omit<Told, 'ms'>> {
  const tls = readTls(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of data as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > most) break;
  }
  return {
    status,
    header: (name) => headerText(headers[name]),
    body: Buffer.concat(chunks).subarray(0, most),
    cut: bytes > most,
    ...(tls && { tls }),
  };
}

function readTls(request: unknown): Told['tls'] {
  const socket = request instanceof ClientRequest ? request.socket : undefined;
  if (!(socket instanceof TLSSocket)) return undefined;
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    validTo: socket.getPeerCertificate().valid_to,
  };
}

/** The body's own failures are no AxiosErrors, but have a code as well. */
function failureOf(error: unknown): Error {
  if (isAxiosError(error) || !(error instanceof Error)) return transportFailure(error);
  if (error instanceof Problem) return error;
  return new Problem('pacs-broken-answer', 'The archive broke off its answer.', { cause: error });
}
