import type { Call } from '../study/source';
import {
  bodyFailure,
  isOrthancRestRoot,
  statusFailure,
  transportFailure,
  wrongRoot,
} from './failures';
import type { RawAnswer } from './failures';
import { parseJson } from './json';
import { originHeaders } from './origin';
import type { Transport } from './transport';

/** How dicomweb-client writes a URL before this gateway's escaping is applied to it. */
export type Respell = (url: string) => string;

/**
 * The XMLHttpRequest that dicomweb-client is handed for one call (`request.instance`), carried by axios.
 *
 * The library knows no other transport, and the polyfills hang, or report a broken answer as an empty one.
 * Only what the library touches is here. `response` is the parsed JSON; a failure that the library can only
 * report as status 0 is kept in `failure`, with its reason.
 */
export class ArchiveRequest {
  readyState = 0;
  status = 0;
  responseType = '';
  response: unknown = null;
  onreadystatechange: (() => void) | null = null;
  onloadstart: unknown = null;
  onloadend: unknown = null;
  failure: Error | undefined;
  /** The archive's Warning header: dcm4chee tells with it that it cut. */
  warning: string | undefined;

  /** Where it went, path and query. */
  get target(): string {
    return this.url.replace(/^https?:\/\/[^/]+/, '');
  }

  private url = '';
  private readonly headers: Record<string, string> = {};

  constructor(
    private readonly transport: Transport,
    private readonly respell: Respell,
    private readonly call: Call,
  ) {}

  open(_method: string, url: string): void {
    this.url = this.respell(url);
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(): string {
    return 'application/json';
  }

  getAllResponseHeaders(): string {
    return '';
  }

  send(): void {
    void this.fetch().then((settled) => {
      this.status = settled.status;
      this.response = settled.response;
      this.readyState = 4;
      this.onreadystatechange?.();
    });
  }

  private async fetch(): Promise<{ status: number; response: unknown }> {
    try {
      const answer = await this.get();
      return { status: 200, response: await readJson(answer) };
    } catch (error) {
      this.failure = transportFailure(error);
      return { status: 0, response: null };
    }
  }

  private async get(): Promise<RawAnswer> {
    const headers = { ...this.headers, ...originHeaders(this.call) };
    const outgoing = { method: 'GET' as const, url: this.url, headers };
    const answer = await this.transport.send(outgoing, this.call.signal);
    this.warning = answer.header('warning');
    return {
      status: answer.status,
      contentType: answer.header('content-type') ?? '',
      retryAfter: answer.header('retry-after'),
      body: answer.body,
    };
  }
}

/**
 * The JSON of an answer; an empty body and 204 are an empty list (PS3.18 10.6.3.1 and what archives do).
 */
export async function readJson(answer: RawAnswer): Promise<unknown> {
  const failure = statusFailure(answer);
  if (failure) throw failure;
  if (answer.status === 204 || answer.body.length === 0) return [];
  let json: unknown;
  try {
    json = await parseJson(answer.body);
  } catch {
    throw isOrthancRestRoot(answer) ? wrongRoot() : bodyFailure(answer);
  }
  if (json === null) return [];
  return json;
}
