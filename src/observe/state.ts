import type { CacheLevel, LaneName, StoreState } from '../study/source';
import type { AuditState } from './audit/audit';

/** How the gateway and what it depends on are, at one moment: for metrics and `/status`. Nothing of a patient is in it. */
export interface GatewayState {
  readonly version: string;
  readonly archive: ArchiveState;
  /** Absent where replicas share no cache. */
  readonly redis?: RedisState | undefined;
  readonly audit: AuditState & { readonly on: boolean };
  readonly auth: AuthState;
  readonly stores: ReadonlyMap<CacheLevel, StoreState>;
}

export interface ArchiveState {
  readonly heard: Heard;
  readonly breaker: 'closed' | 'half-open' | 'open';
  /** Milliseconds that the archive asked to be left alone for on. */
  readonly pausedMs: number;
  /** Calls that were made again since the start. */
  readonly retries: number;
  /** Searches under way, and how many may be. */
  readonly inFlight: number;
  readonly concurrency: number;
  /** Transfers under way, and how many may be. */
  readonly transfers: number;
  readonly streams: number;
  readonly waiting: Readonly<Record<LaneName, number>>;
  /** What it is; undefined as long as it has not said. */
  readonly facts?:
    { readonly product: string; readonly dialect: string; readonly rows: string } | undefined;
  /** The feed of its changes; undefined where none is followed. */
  readonly changes?: { readonly alive: boolean; readonly ageMs?: number | undefined } | undefined;
}

/** What was last heard of the archive; times as `performance.now()` tells them. */
export interface Heard {
  /** When it last answered. */
  readonly answeredAt?: number;
  /** When a call last failed, and the code of the catalogue; an answer that is a failure counts, too. */
  readonly failure?: { readonly code: string; readonly at: number };
  /** Whether it answered at all the last time; undefined: it was not asked yet. */
  readonly reachable?: boolean;
}

export interface RedisState {
  /** Whether what other replicas drop is being heard. */
  readonly told: boolean;
  /** Commands that failed since the start, by how they did. */
  readonly troubles: Readonly<Record<'late' | 'away' | 'refused', number>>;
  readonly lastTrouble?: { readonly trouble: string; readonly at: number } | undefined;
}

export interface AuthState {
  readonly mode: 'none' | 'jwt' | 'introspection';
  /** Milliseconds since the issuer's keys were read; undefined: they were not yet, or nobody needs them. */
  readonly keysAgeMs?: number | undefined;
}
