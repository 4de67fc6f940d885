import { isRecord } from '../../dicom/dataset';
import { codeOf } from './trouble';

/** Where AuditEvents are created. */
export interface AuditServer {
  /** Base URL of a FHIR R4 server. */
  readonly url: string;
  readonly token: string | undefined;
  /** Milliseconds that a whole answer may take. */
  readonly timeoutMs: number;
}

/** What the server says of one AuditEvent: it has it, or it will never take it. */
export type Verdict = { readonly taken: true } | { readonly taken: false; readonly status: number };

/** The server cannot be asked now, or does not answer as one that takes AuditEvents; nothing is known of the event. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';

  /** @param reason for the log: a status, a system's code; never a word of the server's */
  constructor(readonly reason: string) {
    super(`the audit server did not take a record (${reason})`);
  }
}

/**
 * The answers that are about the event itself. All others are about the server, the URL or the token, and an
 * operator can mend those: 401, 403, 404 and 405 must not make the gateway set records aside.
 */
const REFUSALS = new Set([400, 409, 410, 412, 413, 422]);
/** Answers are read so far that the connection can be used again, and no further. */
const MOST_ANSWER_BYTES = 65_536;

/**
 * Creates an AuditEvent (R4 http.html "create"; IHE ITI-20, RESTful ATNA).
 *
 * @param event an AuditEvent as JSON
 * @throws NotDelivered
 */
export async function createAuditEvent(
  { url, token, timeoutMs }: AuditServer,
  event: string,
  closing: AbortSignal,
): Promise<Verdict> {
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing]);
  const headers = {
    'Content-Type': 'application/fhir+json; charset=utf-8',
    Accept: 'application/fhir+json',
    Prefer: 'return=minimal',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  try {
    const answer = await fetch(`${url}/AuditEvent`, {
      method: 'POST',
      headers,
      body: event,
      redirect: 'manual',
      signal,
    });
    await finish(answer);
    return judge(answer.status);
  } catch (error) {
    throw error instanceof NotDelivered ? error : new NotDelivered(reasonOf(error));
  }
}

function judge(status: number): Verdict {
  if (status >= 200 && status < 300) return { taken: true };
  if (REFUSALS.has(status)) return { taken: false, status };
  throw new NotDelivered(`status ${status}`);
}

async function finish(answer: Response): Promise<void> {
  const length = Number(answer.headers.get('Content-Length') ?? Infinity);
  if (length <= MOST_ANSWER_BYTES) await answer.arrayBuffer();
  else await answer.body?.cancel();
}

/** fetch tells of a broken connection by the cause of its error, and of a deadline by the error itself. */
function reasonOf(error: unknown): string {
  return codeOf(isRecord(error) && error.cause !== undefined ? error.cause : error);
}
