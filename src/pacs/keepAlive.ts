import type { Agent } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long a connection may idle that the archive says it will close after a second. */
const IDLE_MS = 700;

/** Whether a connection is kept for the next request; Node's own declarations miss that it answers. */
type KeepSocket = (socket: Duplex) => unknown;

/**
 * Makes an agent keep the connections of an archive that announces `Keep-Alive: timeout=1`, as Orthanc does in
 * every answer. Node takes a second off what is announced and so opens a connection a call: hundreds a page, each
 * with a handshake where there is TLS.
 *
 * A connection is dropped here before the archive does. One that it closed all the same is noticed when it is used
 * (see `sendAgainIfStale`).
 */
export function keepShortLived(agent: Agent): void {
  const standard: KeepSocket = agent.keepSocketAlive.bind(agent);
  const keep: KeepSocket = (socket) => {
    if (standard(socket) === false && socket instanceof Socket) socket.setTimeout(IDLE_MS);
    return true;
  };
  agent.keepSocketAlive = keep;
}
