/**
 * THE CATALOGUE of failures. A failure is born knowing its code, its HTTP status, the FHIR issue type it is
 * reported as and how loudly it is logged; `http/problem.ts` is the one place that writes it to a client.
 *
 * Issue types are those of DSTU1's http://hl7.org/fhir/issue-type that every later release also has.
 */
export const PROBLEMS = {
  'invalid-value': { status: 400, issue: 'value', level: 'info' },
  'unsupported-parameter': { status: 400, issue: 'not-supported', level: 'info' },
  'unsupported-modifier': { status: 400, issue: 'not-supported', level: 'info' },
  'wildcard-refused': { status: 400, issue: 'value', level: 'info' },
  'malformed-request': { status: 400, issue: 'structure', level: 'info' },
  'cursor-invalid': { status: 400, issue: 'value', level: 'info' },
  unauthenticated: { status: 401, issue: 'login', level: 'info' },
  forbidden: { status: 403, issue: 'forbidden', level: 'info' },
  'too-costly': { status: 403, issue: 'too-costly', level: 'info' },
  'not-found': { status: 404, issue: 'not-found', level: 'info' },
  'version-not-kept': { status: 404, issue: 'not-found', level: 'info' },
  'method-not-allowed': { status: 405, issue: 'not-supported', level: 'info' },
  'not-acceptable': { status: 406, issue: 'not-supported', level: 'info' },
  'ambiguous-study': { status: 409, issue: 'conflict', level: 'warn' },
  'request-too-large': { status: 413, issue: 'too-long', level: 'info' },
  'unsupported-media-type': { status: 415, issue: 'structure', level: 'info' },
  'range-not-satisfiable': { status: 416, issue: 'value', level: 'info' },
  'rate-limited': { status: 429, issue: 'throttled', level: 'info' },
  'internal-error': { status: 500, issue: 'exception', level: 'error' },
  'pacs-unreachable': { status: 503, issue: 'transient', level: 'error' },
  'pacs-breaker-open': { status: 503, issue: 'transient', level: 'warn' },
  'pacs-busy': { status: 503, issue: 'throttled', level: 'warn' },
  'pacs-timeout': { status: 504, issue: 'timeout', level: 'error' },
  'pacs-error': { status: 502, issue: 'exception', level: 'error' },
  'pacs-broken-answer': { status: 502, issue: 'exception', level: 'error' },
  'pacs-not-dicom-json': { status: 502, issue: 'exception', level: 'error' },
  'pacs-html-answer': { status: 502, issue: 'exception', level: 'error' },
  'pacs-redirect': { status: 502, issue: 'exception', level: 'error' },
  'pacs-wrong-root': { status: 502, issue: 'exception', level: 'error' },
  'pacs-credentials-rejected': { status: 502, issue: 'exception', level: 'error' },
  'pacs-answer-too-large': { status: 502, issue: 'too-costly', level: 'error' },
  'pacs-incomplete': { status: 502, issue: 'exception', level: 'error' },
  'study-warming': { status: 503, issue: 'transient', level: 'info' },
  'auth-unavailable': { status: 503, issue: 'transient', level: 'error' },
  'audit-unavailable': { status: 503, issue: 'transient', level: 'error' },
  'shutting-down': { status: 503, issue: 'transient', level: 'info' },
} as const satisfies Record<string, ProblemKind>;

interface ProblemKind {
  readonly status: number;
  readonly issue: string;
  readonly level: 'info' | 'warn' | 'error';
}

/** A code of the catalogue. */
export type ProblemCode = keyof typeof PROBLEMS;

/**
 * A failure on its way to the client.
 *
 * `message` is public: what happened, the likely cause and the next step, naming a wrong value, the form
 * wanted and an example; never a name, an identifier or a birth date from the archive.
 */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly options: ProblemOptions = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

export interface ProblemOptions {
  /** Seconds after which trying again makes sense; becomes Retry-After. */
  readonly retryAfter?: number;
  /** What a caller without a good token is told to do; becomes WWW-Authenticate (RFC 6750 3). */
  readonly challenge?: string;
  /** The search parameters or elements at fault. */
  readonly location?: readonly string[];
  readonly cause?: unknown;
}

/** The caller went away; there is nobody to answer. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
}
