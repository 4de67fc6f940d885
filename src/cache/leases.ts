import { randomBytes } from 'node:crypto';
import type { Redis } from './redis';

/** One reader for each missing value, over all replicas. */
export interface Leases {
  /** Takes a place to read it; undefined: another replica is reading it, or Redis does not tell who. */
  take(name: string): Promise<Lease | 'another' | undefined>;
}

export interface Lease {
  /** Lets the others know that there is nothing more to wait for. */
  end(): Promise<void>;
}

/** How long a reader that fell silent is waited for, in milliseconds: a killed replica costs others this much. */
const LEASE_MS = 1000;
const RENEW_MS = 300;

/** Key of the lease on a place. */
export function leaseKey(name: string): string {
  return `${name}:reader`;
}

export function createLeases(redis: Redis): Leases {
  return {
    async take(name) {
      const key = leaseKey(name);
      const mark = randomBytes(9).toString('base64url');
      const mine = await redis.claim(key, mark, LEASE_MS);
      if (mine !== true) return mine === false ? 'another' : undefined;
      const renewing = setInterval(() => void redis.renew(key, mark, LEASE_MS), RENEW_MS).unref();
      return {
        async end() {
          clearInterval(renewing);
          await redis.release(key, mark);
        },
      };
    },
  };
}
