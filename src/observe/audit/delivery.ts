import { setTimeout as pause } from 'node:timers/promises';
import { NotDelivered, type Verdict } from './server';
import { codeOf } from './trouble';
import type { Spool } from './spool';

/** Sends what is spooled. */
export interface Delivery {
  /** There is something to send. */
  wake(): void;
  /** Whether the last attempt failed. */
  down(): boolean;
  /** Sends no more; what is under way may end, but not for long. */
  close(): Promise<void>;
}

/** Who hears how delivery goes. */
export interface DeliveryReport {
  /** An attempt failed, and the one before did not. */
  failed(reason: string): void;
  /** An attempt succeeded, and the one before did not. */
  succeeded(): void;
  /** The server will never take a record; it was set aside. */
  refused(status: number): void;
}

const FIRST_PAUSE_MS = 500;
/** How long a request under way may take when the process ends. */
const GRACE_MS = 1000;

/**
 * Sends spooled records one after the other, oldest first. After a failure it waits, each time twice as long as the
 * time before, and goes on at the same record: none is passed over, so the server gets them in order. A record may
 * arrive twice when the answer to it was lost; none is lost.
 *
 * @param send creates one AuditEvent; throws when nothing is known of it
 * @param longestPauseMs between two attempts
 */
export function startDelivery(
  spool: Spool,
  send: (line: string, closing: AbortSignal) => Promise<Verdict>,
  longestPauseMs: number,
  report: DeliveryReport,
): Delivery {
  const stopping = new AbortController();
  const closing = new AbortController();
  let failures = 0;
  let running: Promise<void> | undefined;

  const sendLine = async (line: string) => {
    const verdict = await send(line, closing.signal);
    if (!verdict.taken) {
      await spool.setAside(line);
      report.refused(verdict.status);
    }
    if (failures > 0) report.succeeded();
    failures = 0;
  };
  /** What of the oldest parcel was sent is remembered, whatever happens then. */
  const sendOldest = async () => {
    const parcel = await spool.oldest();
    if (parcel === undefined) return;
    const rest = [...parcel.lines];
    try {
      for (let line = rest[0]; line !== undefined && !stopping.signal.aborted; line = rest[0]) {
        await sendLine(line);
        rest.shift();
      }
    } finally {
      const sent = parcel.lines.length - rest.length;
      if (sent > 0 || rest.length === 0) await spool.leave(parcel, rest);
    }
  };
  const attempt = async () => {
    try {
      await sendOldest();
    } catch (error) {
      if (failures === 0 && !stopping.signal.aborted) report.failed(reasonOf(error));
      const ms = Math.min(longestPauseMs, FIRST_PAUSE_MS * 2 ** failures);
      failures += 1;
      await pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const hasWork = () => !stopping.signal.aborted && spool.size().parcels > 0;
  const run = async () => {
    while (hasWork()) await attempt();
    running = undefined;
  };
  return {
    wake() {
      // Without work `run` would end before it is assigned, and would seem to run for ever.
      if (running === undefined && hasWork()) running = run();
    },
    down: () => failures > 0,
    async close() {
      stopping.abort();
      const timer = setTimeout(() => closing.abort(), GRACE_MS);
      await running;
      clearTimeout(timer);
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof NotDelivered) return error.reason;
  return codeOf(error);
}
