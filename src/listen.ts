import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where to listen, and how patient to be with clients. */
export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  readonly keepAliveMs: number;
  readonly requestTimeoutMs: number;
}

/** A server that listens. */
export interface Listening {
  readonly url: string;
  /** Takes no more connections, lets running requests end, and cuts those that do not within the time. */
  stop(withinMs: number): Promise<void>;
}

/**
 * Listens.
 *
 * @throws the error of the socket, for example EADDRINUSE
 */
export async function listen(app: RequestListener, settings: ListenSettings): Promise<Listening> {
  const server = createServer({ requestTimeout: settings.requestTimeoutMs }, app);
  // Longer than any load balancer's, or it would send requests into a connection that is being closed.
  server.keepAliveTimeout = settings.keepAliveMs;
  server.headersTimeout = settings.keepAliveMs + 1000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(settings.port, settings.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: urlOf(settings.host, port), stop: (withinMs) => stop(server, withinMs) };
}

/**
 * A port that nobody listens on, for several processes that must agree on one.
 *
 * @throws the error of the socket
 */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The origin of who listens there; an IPv6 address stands in brackets (RFC 3986 3.2.2). */
export function urlOf(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** How often idle connections are looked for while the server stops. */
const SWEEP_MS = 50;

async function stop(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // A kept connection becomes idle only when its request has ended; Node would then keep it for keepAliveMs.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
