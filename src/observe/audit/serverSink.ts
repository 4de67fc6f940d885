import type { Logger } from '../log';
import { startDelivery, type DeliveryReport } from './delivery';
import type { Keeper } from './file';
import { createAuditEvent, type AuditServer } from './server';
import { REFUSED, type Spool } from './spool';

/** The audit server behind its spool. */
export interface ServerSink extends Keeper {
  state(): ServerState;
}

export interface ServerState {
  /** Records that the server refused for good since the start; they are set aside in the spool. */
  readonly refused: number;
  /** What the server has not got yet, and what was set aside. */
  readonly spooledBytes: number;
  readonly spooledParcels: number;
  /** Whether the server takes nothing at the moment. */
  readonly serverDown: boolean;
}

/**
 * Keeps records for the server. Each is spooled first, whether the server is up or not: so it survives a crash, and
 * what works on a good day is what works on a bad one. What an earlier process left is sent at once.
 *
 * @param mayLog whether another refusal may be logged
 */
export function createServerSink(
  spool: Spool,
  server: AuditServer,
  longestPauseMs: number,
  logger: Logger,
  mayLog: () => boolean,
): ServerSink {
  let refused = 0;
  const report: DeliveryReport = {
    failed: (reason) =>
      logger.error({ reason }, 'the audit server takes no records: they are spooled'),
    succeeded: () => logger.info(spool.size(), 'the audit server takes records again'),
    refused(status) {
      refused += 1;
      const text = `the audit server refuses records for good: they are set aside in ${REFUSED}`;
      if (mayLog()) logger.error({ status, refused }, text);
    },
  };
  const delivery = startDelivery(
    spool,
    (event, closing) => createAuditEvent(server, event, closing),
    longestPauseMs,
    report,
  );
  if (spool.size().parcels > 0) delivery.wake();
  return {
    async keep(lines) {
      await spool.keep(lines);
      delivery.wake();
    },
    state() {
      const { bytes, parcels } = spool.size();
      return {
        refused,
        spooledBytes: bytes,
        spooledParcels: parcels,
        serverDown: delivery.down(),
      };
    },
    async close() {
      await delivery.close();
      await spool.close();
    },
  };
}
