import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { CallerGone, Problem } from '../../errors';
import { exchangeOf } from '../exchange';
import type { DicomWebServices } from './services';

/** An answer that is ready to be sent. */
export interface Prepared {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/**
 * Sends an answer as it comes, no faster than the client reads. When its body fails after it has begun, the
 * connection is broken off: an answer that ended would look whole.
 */
export async function sendPrepared(
  request: Request,
  response: Response,
  { status, headers, body }: Prepared,
  services: Pick<DicomWebServices, 'limits' | 'report'>,
): Promise<void> {
  response.status(status).set({
    'Cache-Control': 'private, no-cache',
    'Server-Timing': exchangeOf(request).meter.header(),
  });
  // Not by Express, which adds a charset to a Content-Type: an XML document tells its own.
  response.setHeaders(new Map(Object.entries(headers)));
  response.vary('Accept').vary('Authorization');
  if (request.method === 'HEAD' || status === 304) {
    body.destroy();
    response.end();
    return;
  }
  endStalled(response, services.limits.stalledClientMs);
  body.once('error', () => breakOff(response));
  try {
    await pipeline(body, response);
  } catch (error) {
    response.destroy();
    if (error instanceof Problem) services.report(error, request, response);
    throw new CallerGone('the transfer broke', { cause: error });
  }
}

/**
 * Waits until a body has bytes, or has ended without any.
 *
 * @throws what the body failed with: as long as nothing was sent, a failure can still be told
 */
export async function begun(body: Readable): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error) => {
      body.off('readable', settle).off('end', settle).off('error', settle).off('close', settle);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    body.on('readable', settle).on('end', settle).on('error', settle).on('close', settle);
  });
}

/** A client that has stopped reading holds a connection to the archive that others wait for. */
function endStalled(response: Response, milliseconds: number): void {
  response.setTimeout(milliseconds, () => breakOff(response));
}

/**
 * Ends an answer so that it looks broken. With a length or in chunks, closing the connection does; HTTP/1.0 knows
 * neither, and a closed connection is what its whole answers end with (RFC 9112 6.3), so that it is reset.
 */
function breakOff(response: Response): void {
  const { socket } = response;
  const old = response.req.httpVersion === '1.0';
  if (old && socket instanceof Socket) socket.resetAndDestroy();
  else response.destroy();
}
