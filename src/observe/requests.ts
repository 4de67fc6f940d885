import type { Request, RequestHandler } from 'express';
import { isRecord } from '../dicom/dataset';
import { PROBLEMS, type Problem } from '../errors';
import { callsOf, type Report } from '../http/problem';
import type { Logger } from './log';

/** One line a request: its route, status, time and upstream calls. Health checks are silent. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.on('close', () => {
      if (request.originalUrl.startsWith('/health/')) return;
      logger.info({
        request: response.get('X-Request-Id'),
        method: request.method,
        route: routeOf(request),
        status: response.writableFinished ? response.statusCode : 'caller left',
        ms: Math.round(performance.now() - started),
        upstreamCalls: callsOf(request),
      });
    });
    next();
  };
}

/** The template of the route, never the path: ids are PHI. */
export function routeOf(request: Request): string {
  const route: unknown = request.route;
  return isRecord(route) && typeof route.path === 'string' ? route.path : 'none';
}

/** A failure by its code; what caused it only where the gateway itself is at fault. */
export function logProblems(logger: Logger): Report {
  return (problem: Problem, _request, response) => {
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
