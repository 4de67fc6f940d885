import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { CallerGone, Problem, PROBLEMS } from '../errors';
import { RELEASES, type FhirRelease, type Format, type ReleaseName } from '../fhir/releases';
import { wantsPretty, wishOf } from './asked';
import { contentType, exchangeOf, write } from './exchange';
import { negotiateFormat, negotiateRelease } from './negotiate';
import { FHIR_BASE } from './understand';

/**
 * Forms of random ids: a UUID (RFC 9562), 16 to 64 hexadecimal digits with a letter among them (OpenTelemetry, nginx),
 * a ULID. What a client sends is logged and passed on, and in a free text a name, a patient's number or a UID would be.
 */
const REQUEST_ID =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{16,64}|(?=\d*[A-HJKMNP-TV-Z])[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;

/** Gives every request an id, the client's own where it has the form of a random one, and tells it in the answer. */
export const nameRequest: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id') ?? '';
  response.set('X-Request-Id', REQUEST_ID.test(given) ? given : randomUUID());
  next();
};

/** Reports a failure to whoever watches; the one place that knows the failure's cause. */
export type Report = (problem: Problem, request: Request, response: Response) => void;

/**
 * Writes every failure: an OperationOutcome in the caller's release and format, with the catalogue's status.
 * Nothing of the cause leaves the process.
 */
export function sendProblem(fallback: ReleaseName, report: Report): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, next) => {
    if (error instanceof CallerGone || response.destroyed) {
      response.destroy();
      return;
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error, response);
    report(problem, request, response);
    const { retryAfter, challenge, location } = problem.options;
    const issue = {
      severity: 'error' as const,
      issue: PROBLEMS[problem.code].issue,
      code: problem.code,
      text: problem.message,
      ...(location !== undefined && { location }),
    };
    const view = {
      release: releaseOf(request, fallback),
      format: formatOf(request),
      pretty: firstOf([() => wantsPretty(request)]) ?? false,
    };
    response.status(problem.status).set({
      'Content-Type': contentType(view.release, view.format, 'resource'),
      'Cache-Control': 'no-store',
      'Server-Timing': exchangeOf(request).meter.header(),
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
      ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
    });
    response.vary('Accept').vary('Prefer');
    response.send(Buffer.from(write(view.release.outcome([issue]), view)));
  };
}

/** Any thrown value as a failure of the catalogue. */
function toProblem(error: unknown, response: Response): Problem {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  if (status === 413) {
    return new Problem('request-too-large', 'The posted search is too large.', { cause: error });
  }
  if (status === 415) {
    const text = 'A posted search is application/x-www-form-urlencoded in UTF-8, not compressed.';
    return new Problem('unsupported-media-type', text, { cause: error });
  }
  if (error instanceof URIError || (status !== undefined && status >= 400 && status < 500)) {
    return new Problem('malformed-request', 'The request cannot be read.', { cause: error });
  }
  const text = `Something in the gateway failed; its log has the request ${response.get('X-Request-Id') ?? ''}.`;
  return new Problem('internal-error', text, { cause: error });
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}

/** The release in the path, else the one that was negotiated, also where the rest of negotiation failed. */
function releaseOf(request: Request, fallback: ReleaseName): FhirRelease {
  const [path = ''] = request.originalUrl.split('?');
  const name = FHIR_BASE.exec(path)?.[2]?.toLowerCase();
  const inPath = Object.values(RELEASES).find((release) => release.name === name);
  const negotiated = () => negotiateRelease(wishOf(request), fallback);
  return inPath ?? firstOf([negotiated]) ?? RELEASES[fallback];
}

/** The client's format, else one that its Accept names; JSON where none can be had. */
function formatOf(request: Request): Format {
  const accept = request.get('Accept');
  const asked = () => negotiateFormat(wishOf(request).format, accept);
  return firstOf([asked, () => negotiateFormat(undefined, accept)]) ?? 'json';
}

/** What the first of these gives that does not fail. */
function firstOf<T>(attempts: readonly (() => T)[]): T | undefined {
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch {
      // What is wrong with the request is being reported already.
    }
  }
  return undefined;
}

/** The trace that a request is part of; for the log. */
export function traceIdOf(request: Request): string | undefined {
  return exchangeOf(request).call.origin?.trace.id;
}

/** Whether an exchange has cost the archive anything; for the log. */
export function callsOf(request: Request): number {
  return exchangeOf(request).meter.calls();
}
