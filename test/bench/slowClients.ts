import { setTimeout as pause } from 'node:timers/promises';
import type { Child, Children } from './child';
import { mostOf, type Found } from './largest';
import { watchMemory, type Growth } from './memory';
import { receiveSlowly } from './transfer';

/** What many slow clients cost a gateway. */
export interface SlowClients {
  readonly clients: number;
  readonly bytesPerSecond: number;
  readonly growth: Growth;
  /** Bytes for each client that the archive has sent and the client not read, wherever they are. */
  readonly ahead: number;
}

const CLIENTS = 50;
const BYTES_PER_SECOND = 200_000;
const PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*';
/** The connections' own buffers, of both sides of the gateway, are some megabytes; a study here is a thousand. */
const MOST_AHEAD = 32 * 2 ** 20;

/**
 * Has many clients read a large study slowly, all at once.
 *
 * @throws Error when the archive was read much faster than the clients read
 */
export async function measureSlowClients(
  children: Children,
  archive: Child,
  { study }: Found,
  seconds: number,
): Promise<SlowClients> {
  const env = { PACS_URL: archive.url, PACS_STREAMS: String(CLIENTS) };
  const gateway = await children.start('gateway', env);
  await mostOf(gateway.url);
  const before = await sentBy(archive);
  const transfer = { url: `${gateway.url}/dicom-web${study}`, accept: PARTS };
  const { growth, result: ahead } = await watchMemory(gateway, async () => {
    const opening = Array.from({ length: CLIENTS }, () =>
      receiveSlowly(transfer, BYTES_PER_SECOND),
    );
    const clients = await Promise.all(opening);
    await pause(seconds * 1000);
    const sent = (await sentBy(archive)) - before;
    const received = clients.reduce((sum, client) => sum + client.received(), 0);
    await Promise.all(clients.map((client) => client.leave()));
    return (sent - received) / CLIENTS;
  });
  await gateway.stop();
  if (ahead > MOST_AHEAD) {
    const [is, most] = [ahead, MOST_AHEAD].map((bytes) => (bytes / 2 ** 20).toFixed(0));
    throw new Error(
      `the archive is read ${is ?? ''} MB ahead of a client, more than ${most ?? ''}`,
    );
  }
  return { clients: CLIENTS, bytesPerSecond: BYTES_PER_SECOND, growth, ahead };
}

async function sentBy(archive: Child): Promise<number> {
  const { sentBytes } = await archive.usage();
  if (sentBytes === undefined) throw new Error('the archive does not count');
  return sentBytes;
}
