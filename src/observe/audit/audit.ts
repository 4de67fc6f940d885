import { Problem } from '../../errors';
import type { Logger } from '../log';
import type { AuditRecord } from './event';
import { createFileKeeper, type Keeper } from './file';
import { renderAuditEvents } from './render';
import { createServerSink, type ServerSink, type ServerState } from './serverSink';
import { codeOf, sparingly } from './trouble';
import { openSpool } from './spool';

/** Where the audit goes; with neither file nor server there is none. */
export interface AuditSettings {
  /** Path of the NDJSON file. */
  readonly file?: string | undefined;
  /** Base URL of the FHIR R4 server that keeps AuditEvents. */
  readonly fhirUrl?: string | undefined;
  /** Read at each delivery: it may be replaced. */
  readonly fhirToken?: string | undefined;
  readonly fhirTimeoutMs: number;
  readonly retryMaxMs: number;
  /** Folder of what the server has not got yet; this process' own. */
  readonly spoolDir: string;
  readonly spoolMaxBytes: number;
  /** What happens to a request whose record cannot be kept: refused, or answered all the same. */
  readonly fail: 'closed' | 'open';
  /** Name of the recording site or system in the events. */
  readonly source?: string | undefined;
}

/** What the audit is told beside its settings. */
export interface AuditSurroundings {
  readonly logger: Logger;
  readonly now: () => Date;
  /** Base URL at which clients reach the gateway, as `HttpSettings.publicBaseUrl`. */
  readonly publicBaseUrl: () => string;
}

/** Records who saw what. */
export interface Audit {
  /** Whether anything is recorded; if not, nobody need put a record together. */
  readonly on: boolean;
  /**
   * Records a request. Fail-closed, it resolves when the record is on the disk, so it is awaited before the first
   * byte of an answer; fail-open, at once.
   *
   * @throws Problem `audit-unavailable`, fail-closed only
   */
  record(record: AuditRecord): Promise<void>;
  /** How it goes, for readiness and metrics: numbers only. */
  state(): AuditState;
  /** Ends after what is under way; what the server has not got stays in the spool for the next start. */
  close(): Promise<void>;
}

export interface AuditState extends ServerState {
  /** Records that could not be kept since the start: refused requests fail-closed, gaps in the audit fail-open. */
  readonly lost: number;
}

const NOTHING: AuditState = {
  lost: 0,
  refused: 0,
  spooledBytes: 0,
  spooledParcels: 0,
  serverDown: false,
};
const OFF: Audit = {
  on: false,
  record: () => Promise.resolve(),
  state: () => NOTHING,
  close: () => Promise.resolve(),
};

/**
 * Opens the audit: R4 AuditEvents by IHE BALP, to a file, to a FHIR server, or to both.
 *
 * @throws Problem `audit-unavailable` at once, naming the setting, when the file or the spool cannot be written
 */
export function createAudit(settings: AuditSettings, surroundings: AuditSurroundings): Audit {
  const file = openFile(settings);
  const server = openServerSink(settings, surroundings);
  const keepers = [file, server].filter((each) => each !== undefined);
  if (keepers.length === 0) return OFF;
  const { logger, now, publicBaseUrl } = surroundings;
  const mayLog = sparingly(now);
  let lost = 0;
  const keep = async (record: AuditRecord) => {
    const context = { recorded: now(), server: publicBaseUrl(), source: settings.source };
    try {
      const lines = renderAuditEvents(record, context).map((event) => JSON.stringify(event));
      await Promise.all(keepers.map((keeper) => keeper.keep(lines)));
    } catch (error) {
      lost += 1;
      if (mayLog()) logger.error({ lost, reason: codeOf(error) }, CONSEQUENCES[settings.fail]);
      throw unavailable(error);
    }
  };
  return {
    on: true,
    record: settings.fail === 'closed' ? keep : (record) => withoutWaiting(keep(record)),
    state: () => ({ ...NOTHING, ...server?.state(), lost }),
    async close() {
      await Promise.all(keepers.map((keeper) => keeper.close()));
    },
  };
}

/** Seconds after which a refused client may try again. */
const RETRY_AFTER = 30;

const CONSEQUENCES = {
  closed: 'the audit cannot keep a record: requests are refused (AUDIT_FAIL is closed)',
  open: 'the audit cannot keep a record: it has a gap (AUDIT_FAIL is open)',
} as const satisfies Record<AuditSettings['fail'], string>;

function unavailable(cause: unknown): Problem {
  const text =
    'Access cannot be recorded at the moment, so nothing is shown (AUDIT_FAIL is closed). Try again later.';
  return new Problem('audit-unavailable', text, { retryAfter: RETRY_AFTER, cause });
}

/** Fail-open: the failure is counted and logged already, and the answer goes out. */
function withoutWaiting(kept: Promise<void>): Promise<void> {
  kept.catch(() => undefined);
  return Promise.resolve();
}

function openFile({ file }: AuditSettings): Keeper | undefined {
  if (file === undefined) return undefined;
  return opened('AUDIT_FILE', 'a file', () => createFileKeeper(file));
}

function openServerSink(
  settings: AuditSettings,
  { logger, now }: AuditSurroundings,
): ServerSink | undefined {
  const { fhirUrl, fhirTimeoutMs, spoolDir, spoolMaxBytes, retryMaxMs } = settings;
  if (fhirUrl === undefined) return undefined;
  const spool = opened('AUDIT_SPOOL_DIR', 'a folder', () => openSpool(spoolDir, spoolMaxBytes));
  const server = {
    url: fhirUrl,
    timeoutMs: fhirTimeoutMs,
    get token() {
      return settings.fhirToken;
    },
  };
  return createServerSink(spool, server, retryMaxMs, logger, sparingly(now));
}

/** Fails at the start, not at the first request. */
function opened<T>(setting: string, what: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    const text = `${setting} must name ${what} that the gateway may write (${codeOf(cause)}).`;
    throw new Problem('audit-unavailable', text, { cause });
  }
}
