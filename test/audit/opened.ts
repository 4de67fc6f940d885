import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { createAudit, type Audit, type AuditSettings } from '../../src/observe/audit/audit';

/* An audit in a folder of its own, and what it logged. */

const folders: string[] = [];
const audits: Audit[] = [];

/** A folder that {@link removeAll} removes. */
export function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'audit-'));
  folders.push(folder);
  return folder;
}

export const SPOOL = 'spool';

/** Opens an audit whose spool is in a folder; pauses are short. */
export function openAudit(
  folder: string,
  settings: Partial<AuditSettings>,
): { readonly audit: Audit; readonly log: readonly string[] } {
  const log: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const all: AuditSettings = {
    fhirTimeoutMs: 200,
    retryMaxMs: 20,
    spoolDir: path.join(folder, SPOOL),
    spoolMaxBytes: 2 ** 24,
    fail: 'closed',
    ...settings,
  };
  const audit = createAudit(all, {
    logger: pino({ level: 'trace', base: null }, sink),
    now: () => new Date(),
    publicBaseUrl: () => 'https://gateway.example.org',
  });
  audits.push(audit);
  return { audit, log };
}

/** Closes every audit and removes every folder. */
export async function removeAll(): Promise<void> {
  await Promise.all(audits.splice(0).map((audit) => audit.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
