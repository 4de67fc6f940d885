import { Problem } from '../errors';

/** How patient to be with a server that authorisation depends on. */
export interface AnswerLimits {
  /** Deadline of a whole answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Bytes of an answer, decompressed, at most. */
  readonly maxAnswerBytes: number;
}

/** What a server said. */
export interface JsonAnswer {
  readonly status: number;
  /** The parsed body; undefined where it was no JSON. */
  readonly json: unknown;
}

/** When to ask again, in seconds. */
const RETRY_S = 5;

/**
 * Asks a server that authorisation depends on, without following redirects: they would carry a token elsewhere.
 *
 * @param who names the server in a failure, for example `authorisation server`
 * @throws Problem `auth-unavailable` when there is no whole answer in time: unknown is not "no"
 */
export async function askJson(
  who: string,
  url: string,
  init: RequestInit,
  limits: AnswerLimits,
): Promise<JsonAnswer> {
  try {
    const response = await boundedFetch(url, { ...init, redirect: 'manual' }, limits);
    return { status: response.status, json: parse(await response.text()) };
  } catch (error) {
    throw unavailable(who, 'did not answer in full and in time', error);
  }
}

/** As fetch, with a deadline for the whole answer and a bound on its size; the body has been read. */
export async function boundedFetch(
  url: string,
  init: RequestInit,
  limits: AnswerLimits,
): Promise<Response> {
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const { status, body } = await fetch(url, { ...init, signal });
  const chunks: Uint8Array[] = [];
  const stream: AsyncIterable<Uint8Array> | [] = body ?? [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > limits.maxAnswerBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  const empty = [204, 205, 304].includes(status);
  return new Response(empty ? null : Buffer.concat(chunks), { status });
}

/** A server that authorisation depends on is not there or talks nonsense. */
export function unavailable(who: string, what: string, cause?: unknown): Problem {
  return new Problem('auth-unavailable', `The ${who} ${what}: nobody knows what you may see.`, {
    retryAfter: RETRY_S,
    ...(cause !== undefined && { cause }),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
