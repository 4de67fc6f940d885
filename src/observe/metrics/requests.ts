import type { Request, Response } from 'express';
import { exchangeOf } from '../../http/exchange';
import { routeOf } from '../requests';
import { METRICS } from './table';
import type { Tallies } from './tallies';
import { observe } from './tally';

/** Counts a request whose answer has ended. */
export type CountRequest = (request: Request, response: Response, milliseconds: number) => void;

/** Methods that some route takes; whatever else Node lets in is one more. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

export function createRequestCount({ counts, distributions }: Tallies): CountRequest {
  const bounds = METRICS.gateway_request_duration_seconds.buckets;
  const written = new WeakMap<object, number>();

  /** Bytes since the connection's last answer: Node tells those of the connection. */
  function sentOf({ socket }: Request): number {
    const before = written.get(socket) ?? 0;
    written.set(socket, socket.bytesWritten);
    return socket.bytesWritten - before;
  }

  return (request, response, milliseconds) => {
    const route = routeOf(request);
    const method = METHODS.has(request.method) ? request.method : 'other';
    const release = exchangeOf(request).release ?? 'none';
    const ended = response.writableFinished;
    const status = ended ? String(response.statusCode) : 'left';
    counts.gateway_requests_total.of(route, method, status, release).sum += 1;
    const outcome = ended ? outcomeOf(response.statusCode) : 'left';
    const into = distributions.gateway_request_duration_seconds.of(route, release, outcome);
    observe(into, bounds, milliseconds / 1000);
    counts.gateway_sent_bytes_total.of(areaOf(request.originalUrl)).sum += sentOf(request);
  };
}

function outcomeOf(status: number): string {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'failed';
}

function areaOf(target: string): string {
  if (target.startsWith('/fhir')) return 'fhir';
  return target.startsWith('/dicom-web') ? 'dicom-web' : 'other';
}
