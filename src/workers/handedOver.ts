import type { Worker } from 'node:cluster';
import { z } from 'zod';

const offer = z.object({ act: z.literal('newconn'), seq: z.number() });
const answer = z.object({ ack: z.number() });
const closable = z.custom<{ close(): void }>(
  (value) => typeof value === 'object' && value !== null && 'close' in value,
);

/**
 * Closes the connections that a worker was given and did not live to take.
 *
 * The primary keeps its own end of a connection until the worker has answered, and node:cluster forgets it when the
 * worker dies: the client would wait for ever. This looks on at node:cluster's messages; where they are others, in
 * another release of Node, nothing else changes.
 */
export function closeUntaken(worker: Worker): void {
  const untaken = new Map<number, { close(): void }>();
  const channel = worker.process;
  const send = channel.send.bind(channel) as (...parts: unknown[]) => boolean;
  channel.send = (...parts: unknown[]) => {
    const [offered, handle] = [offer.safeParse(parts[0]), closable.safeParse(parts[1])];
    if (offered.success && handle.success) untaken.set(offered.data.seq, handle.data);
    return send(...parts);
  };
  channel.on('internalMessage', (message: unknown) => {
    const answered = answer.safeParse(message);
    if (answered.success) untaken.delete(answered.data.ack);
  });
  worker.once('exit', () => {
    for (const handle of untaken.values()) handle.close();
  });
}
