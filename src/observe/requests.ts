import type { Request, RequestHandler, Response } from 'express';
import { isRecord } from '../dicom/dataset';
import { PROBLEMS, type Problem, type ProblemCode } from '../errors';
import { callsOf, traceIdOf, type Report } from '../http/problem';
import type { Logger } from './log';

/**
 * One line a request: its route, status, time, upstream calls, and the trace it is part of. Whoever looks in every few
 * seconds, for health and metrics, is silent.
 *
 * @param count counts them, silent ones too
 */
export function logRequests(
  logger: Logger,
  count?: (request: Request, response: Response, milliseconds: number) => void,
): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.on('close', () => {
      const milliseconds = performance.now() - started;
      count?.(request, response, milliseconds);
      if (SILENT.test(request.originalUrl)) return;
      logger.info({
        request: response.get('X-Request-Id'),
        trace_id: traceIdOf(request),
        method: request.method,
        route: routeOf(request),
        status: response.writableFinished ? response.statusCode : 'caller left',
        ms: Math.round(milliseconds),
        upstreamCalls: callsOf(request),
      });
    });
    next();
  };
}

const SILENT = /^\/(health\/|metrics(\?|$))/;

/** The template of the route, never the path: ids are PHI. */
export function routeOf(request: Request): string {
  const route: unknown = request.route;
  return isRecord(route) && typeof route.path === 'string' ? route.path : 'none';
}

/**
 * A failure by its code; what caused it only where the gateway itself is at fault.
 *
 * @param count counts it
 */
export function logProblems(logger: Logger, count?: (code: ProblemCode) => void): Report {
  return (problem: Problem, _request, response) => {
    count?.(problem.code);
    const { level } = PROBLEMS[problem.code];
    const own = problem.code === 'internal-error' ? { cause: stackOf(problem.options.cause) } : {};
    logger[level]({ request: response.get('X-Request-Id'), code: problem.code, ...own });
  };
}

/** Where it failed, without the error's words: they may repeat what a client or an archive sent. */
function stackOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '));
  return [cause.name, ...frames.slice(0, 8)].join('\n');
}
