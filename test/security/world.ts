import { startGateway, type Running } from '../gateway/running';
import { startArchive, type Archive, type Vice } from './archive';
import type { Authority } from './authority';
import { A_RESTRICTED, EVERYTHING, SYSTEMS, type HeldStudy } from './people';
import { exchange, type Raw, type Sent } from './wire';

/* A gateway in front of the archive of people.ts, and how a caller asks it. */

/** The URL at which clients believe to reach every gateway here, so that answers of two can be compared. */
export const PUBLIC_URL = 'https://gateway.test';

export interface World {
  readonly archive: Archive;
  readonly gateway: Running;
  /** Asks with a bearer token, or without. */
  readonly ask: (sent: Sent, token?: string) => Promise<Raw>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly authority: Authority;
  readonly holds?: readonly HeldStudy[];
  readonly vice?: Vice;
  readonly env?: Readonly<Record<string, string>>;
}

/** Patients are bound by their ids at the gateway, unless `env` says otherwise. */
export async function startWorld({
  authority,
  holds = EVERYTHING,
  vice = {},
  env = {},
}: WorldOptions): Promise<World> {
  const archive = await startArchive(holds, vice);
  const gateway = await startGateway(archive.url, {
    ...authority.env,
    AUTH_MODE: 'jwt',
    PATIENT_BINDING: 'gateway-id',
    ISSUERS: JSON.stringify(SYSTEMS),
    PUBLIC_BASE_URL: PUBLIC_URL,
    RESTRICTED_STUDIES: JSON.stringify([{ studies: [A_RESTRICTED.uid], allow: ['system'] }]),
    RATE_LIMIT_SEARCHES: '0',
    STREAMS_PER_CALLER: '0',
    ...env,
  });
  return {
    archive,
    gateway,
    ask: (sent, token) => exchange(gateway.url, token === undefined ? sent : bearing(sent, token)),
    async close() {
      await gateway.close();
      await archive.close();
    },
  };
}

function bearing(sent: Sent, token: string): Sent {
  return { ...sent, headers: { Authorization: `Bearer ${token}`, ...sent.headers } };
}

/** Nothing is remembered, so that every request is the first one. */
export const COLD = { CACHE_MAX_BYTES: '0', AUTH_OWNERSHIP_MS: '1' } as const;

/** Does something with each of a list, some at a time, and gives the results in order. */
export async function each<T, R>(
  list: readonly T[],
  work: (one: T) => Promise<R>,
  atOnce = 8,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < list.length) {
      const at = next++;
      const one = list[at];
      if (one !== undefined) results[at] = await work(one);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
