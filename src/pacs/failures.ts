import { AxiosError, isAxiosError } from 'axios';
import { isRecord } from '../dicom/dataset';
import { CallerGone, Problem } from '../errors';

/** An HTTP answer as far as failures are read from it. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
]);
const TIMEOUTS = new Set(['ECONNABORTED', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);
/** The longest wait that an archive may impose on our clients, in seconds. */
const LONGEST_RETRY_AFTER = 300;

/**
 * What went wrong before an answer was whole: refused, reset, timed out, cut, too large.
 * The archive's words stay in `cause`, for nobody but a debugger; the message names neither host nor query.
 */
export function transportFailure(error: unknown): Error {
  if (!isAxiosError(error)) return error instanceof Error ? error : new Error(String(error));
  const code = error.code ?? '';
  if (code === AxiosError.ERR_CANCELED) return new CallerGone('the caller left');
  const cause = { cause: { code, message: error.message } };
  if (UNREACHABLE.has(code)) {
    const advice = 'Check that the archive runs and that PACS_URL names its host and port.';
    return new Problem('pacs-unreachable', `The archive cannot be reached (${code}). ${advice}`, {
      ...cause,
      retryAfter: 5,
    });
  }
  if (TIMEOUTS.has(code)) {
    return new Problem('pacs-timeout', 'The archive did not answer in time.', cause);
  }
  if (error.message.includes('maxContentLength')) {
    return answerTooLarge(cause);
  }
  if (/^(CERT_|ERR_TLS|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(code)) {
    return new Problem('pacs-error', `The archive's TLS certificate was refused (${code}).`, cause);
  }
  if (/^(ERR_SSL|EPROTO)/.test(code)) {
    const text = `No TLS connection to the archive could be agreed on (${tlsReason(error, code)}).`;
    return new Problem('pacs-error', text, cause);
  }
  return new Problem('pacs-broken-answer', `The archive broke off its answer (${code}).`, cause);
}

/** More bytes than one answer may have. */
export function answerTooLarge(cause: { readonly cause: unknown }): Problem {
  const text = 'The archive sent more than PACS_MAX_ANSWER_BYTES allows. Ask for less.';
  return new Problem('pacs-answer-too-large', text, cause);
}

/** OpenSSL's own name of the reason, where there is one: `EPROTO` alone says nothing to anybody. */
function tlsReason(error: AxiosError, code: string): string {
  const cause: unknown = error.cause ?? error;
  const named = isRecord(cause) && typeof cause.code === 'string' ? cause.code : code;
  return (
    /ERR_SSL_\w+/.exec(named)?.[0] ??
    /(?:alert|unsupported|wrong) [a-z ]+/.exec(error.message)?.[0] ??
    code
  );
}

/** The failure that a status means, or undefined for one that brings an answer (200, 204, 206). */
export function statusFailure(answer: RawAnswer): Problem | undefined {
  const { status } = answer;
  if (status === 200 || status === 204 || status === 206) return undefined;
  if (isOrthancRestRoot(answer)) return wrongRoot();
  if (status === 401 || status === 403) {
    const advice = 'Check PACS_USERNAME and PACS_PASSWORD, PACS_TOKEN, or PACS_OAUTH_SCOPE.';
    return new Problem(
      'pacs-credentials-rejected',
      `The archive refused this gateway's credentials (${status}). ${advice}`,
    );
  }
  if (status >= 300 && status < 400) {
    const advice = 'It may want a login, or PACS_URL may be its old address.';
    return new Problem('pacs-redirect', `The archive answered with a redirect. ${advice}`);
  }
  if (status === 429 || status === 503) {
    return new Problem('pacs-busy', `The archive is too busy (${status}).`, {
      retryAfter: readRetryAfter(answer.retryAfter),
    });
  }
  if (status === 504) return new Problem('pacs-timeout', 'A proxy before the archive timed out.');
  return new Problem('pacs-error', `The archive answered with status ${status}.`);
}

/**
 * The failure of a body that is not what was asked for: a login page, XML, anything that does not parse.
 * The body itself is never repeated: it may be a page of the hospital's or hold patients.
 */
export function bodyFailure(answer: RawAnswer): Problem {
  const start = answer.body.subarray(0, 64).toString('latin1').trimStart();
  const type = answer.contentType.split(';')[0] ?? '';
  if (/html/i.test(type) || /^<(!doctype|html)/i.test(start)) {
    return new Problem(
      'pacs-html-answer',
      'The archive answered with an HTML page: a login page, or PACS_URL is no DICOMweb root.',
    );
  }
  if (start.startsWith('<') || /xml|multipart/i.test(type)) {
    return new Problem(
      'pacs-not-dicom-json',
      'The archive answered in XML although application/dicom+json was asked for.',
    );
  }
  return new Problem('pacs-broken-answer', 'The archive answered with JSON that does not parse.');
}

/** PACS_URL leads to Orthanc's own REST interface, the commonest mistake. */
export function wrongRoot(): Problem {
  return new Problem(
    'pacs-wrong-root',
    "PACS_URL leads to Orthanc's own REST API, not to DICOMweb. Add /dicom-web to it, for example " +
      'http://127.0.0.1:8042/dicom-web, and check that the DICOMweb plugin is installed.',
  );
}

/** Orthanc answers a DICOMweb search at its REST root with an error that only Orthanc words so. */
export function isOrthancRestRoot(answer: RawAnswer): boolean {
  const text = answer.body.subarray(0, 2000).toString('latin1');
  return (
    answer.status >= 400 &&
    text.includes('"OrthancStatus"') &&
    !/"Uri"\s*:\s*"[^"]*dicom-web/.test(text)
  );
}

/** Retry-After in seconds, from either of its forms (RFC 9110 10.2.3), within bounds. */
export function readRetryAfter(value: string | undefined): number {
  const seconds = /^\d+$/.test(value ?? '')
    ? Number(value)
    : (Date.parse(value ?? '') - Date.now()) / 1000;
  return Number.isNaN(seconds) ? 5 : Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_RETRY_AFTER);
}
