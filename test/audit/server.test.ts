import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Audit } from '../../src/observe/audit/audit';
import { until } from '../until';
import { readRequestId, startAuditServer, type AuditServer, type Fate } from './auditServer';
import { makeFolder, openAudit, removeAll, SPOOL } from './opened';
import { JANE, JOHN, numbered, SEARCH, SECRETS } from './records';

let server: AuditServer;

beforeEach(async () => {
  server = await startAuditServer();
});
afterEach(async () => {
  await removeAll();
  await server.down();
});

const ids = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `req-${from + index}`);

async function recordAll(audit: Audit, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) await audit.record(numbered(number));
}

/** Lines that wait in the spool of a folder, oldest first. */
function spooled(folder: string): string[] {
  const spool = path.join(folder, SPOOL);
  const parcels = readdirSync(spool).filter((name) => /^\d+-/.test(name));
  return parcels.sort().flatMap((name) => readLines(path.join(spool, name)));
}

const readLines = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('an audit to a FHIR server', () => {
  it('creates an AuditEvent for each patient, with its token, and leaves nothing behind', async () => {
    const folder = makeFolder();
    const { audit } = openAudit(folder, { fhirUrl: server.url, fhirToken: 'secret' });
    await audit.record({ ...SEARCH, subjects: [JANE, JOHN] });
    await until(() => server.taken.length === 2 && audit.state().spooledParcels === 0);
    const seen = { path: 'POST /fhir/AuditEvent', authorization: 'Bearer secret' };
    expect(server.seen).toEqual([seen, seen]);
    expect(spooled(folder)).toEqual([]);
  });

  it('has a record on the disk before it says so, in files that only their owner may read', async () => {
    await server.down();
    const folder = makeFolder();
    const { audit } = openAudit(folder, { fhirUrl: server.url });
    await audit.record(numbered(1));
    expect(spooled(folder).map(readRequestId)).toEqual(['req-1']);
    const spool = path.join(folder, SPOOL);
    const modes = [spool, ...readdirSync(spool).map((name) => path.join(spool, name))].map(
      (each) => statSync(each).mode & 0o077,
    );
    expect(modes.every((mode) => mode === 0)).toBe(true);
  });

  it('sends everything in order after the server was down', async () => {
    const { audit, log } = openAudit(makeFolder(), { fhirUrl: server.url });
    await recordAll(audit, 1, 5);
    await until(() => server.taken.length === 5);
    await server.down();
    await recordAll(audit, 6, 30);
    await until(() => audit.state().serverDown);
    expect(server.taken).toHaveLength(5);
    expect(log.join()).toContain('ECONNREFUSED');
    await server.up();
    await until(() => server.taken.length === 30);
    expect(server.taken).toEqual(ids(1, 30));
    await until(() => !audit.state().serverDown);
    expect(log.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'the audit server takes no records: they are spooled',
      'the audit server takes records again',
    ]);
    expect(SECRETS.filter((secret) => log.join().includes(secret))).toEqual([]);
  });

  it.each<Fate>([500, 503, 429, 401, 403, 404, 302, 'hang', 'reset'])(
    'keeps trying, and passes no record over, when the server answers with %s',
    async (fate) => {
      const { audit } = openAudit(makeFolder(), { fhirUrl: server.url });
      server.fate = (requestId) => (requestId === 'req-2' ? fate : 201);
      await recordAll(audit, 1, 4);
      await until(() => audit.state().serverDown);
      expect(server.taken).toEqual(['req-1']);
      server.fate = () => 201;
      await until(() => audit.state().spooledParcels === 0);
      expect(server.taken).toEqual(ids(1, 4));
    },
  );

  it('does not send again what the server took before it failed', async () => {
    const { audit } = openAudit(makeFolder(), { fhirUrl: server.url });
    server.fate = (requestId) => (requestId === 'req-30' ? 500 : 201);
    await Promise.all(ids(1, 60).map((_, index) => audit.record(numbered(index + 1))));
    await until(() => audit.state().serverDown);
    server.fate = () => 201;
    await until(() => audit.state().spooledParcels === 0);
    expect(server.taken).toEqual(ids(1, 60));
  });

  it('sets a record aside that the server will never take, tells of it, and goes on', async () => {
    const folder = makeFolder();
    const { audit, log } = openAudit(folder, { fhirUrl: server.url });
    server.fate = (requestId) => (requestId === 'req-2' ? 422 : 201);
    await recordAll(audit, 1, 3);
    await until(() => server.taken.length === 2 && audit.state().spooledParcels === 0);
    const aside = readLines(path.join(folder, SPOOL, 'refused.ndjson'));
    expect(aside.map(readRequestId)).toEqual(['req-2']);
    expect(audit.state()).toMatchObject({ refused: 1, lost: 0, serverDown: false });
    expect(audit.state().spooledBytes).toBe(Buffer.byteLength(`${aside.join()}\n`));
    expect(log.join()).toContain('422');
    expect(SECRETS.filter((secret) => log.join().includes(secret))).toEqual([]);
  });

  it('sends what an earlier process left, before anything of its own', async () => {
    await server.down();
    const folder = makeFolder();
    const before = openAudit(folder, { fhirUrl: server.url }).audit;
    await recordAll(before, 1, 12);
    await before.close();
    const { audit } = openAudit(folder, { fhirUrl: server.url });
    await recordAll(audit, 13, 15);
    await server.up();
    await until(() => server.taken.length === 15);
    expect(server.taken).toEqual(ids(1, 15));
  });

  it('writes to a file as well where both are wanted', async () => {
    const folder = makeFolder();
    const file = path.join(folder, 'audit.ndjson');
    const { audit } = openAudit(folder, { fhirUrl: server.url, file });
    await recordAll(audit, 1, 3);
    await until(() => server.taken.length === 3);
    expect(readLines(file).map(readRequestId)).toEqual(server.taken);
  });

  it('ends soon though the server hangs, and keeps what it has not got', async () => {
    const folder = makeFolder();
    server.fate = () => 'hang';
    const { audit } = openAudit(folder, { fhirUrl: server.url, fhirTimeoutMs: 60_000 });
    await recordAll(audit, 1, 2);
    await until(() => server.seen.length === 1);
    const started = Date.now();
    await audit.close();
    expect(Date.now() - started).toBeLessThan(3000);
    expect(spooled(folder).map(readRequestId)).toEqual(ids(1, 2));
  });

  it('refuses to start when the spool cannot be made, and names the setting', () => {
    const spoolDir = path.join('/dev/null', 'spool');
    expect(() => openAudit(makeFolder(), { fhirUrl: server.url, spoolDir })).toThrow(
      'AUDIT_SPOOL_DIR must name a folder that the gateway may write (ENOTDIR)',
    );
  });
});

describe('a spool that is full', () => {
  const fullAfter = 8;

  async function fill(audit: Audit): Promise<number> {
    let kept = 0;
    for (let number = 1; audit.state().lost === 0; number++) {
      await audit.record(numbered(number)).then(
        () => (kept += 1),
        () => undefined,
      );
      await pause(0);
    }
    return kept;
  }

  const small = { spoolMaxBytes: fullAfter * 5000 };

  it('fail-closed, refuses requests until the server has taken some, and lost none that it had accepted', async () => {
    await server.down();
    const { audit, log } = openAudit(makeFolder(), { fhirUrl: server.url, ...small });
    const kept = await fill(audit);
    expect(kept).toBeGreaterThanOrEqual(fullAfter);
    await expect(audit.record(numbered(kept + 1))).rejects.toMatchObject({
      code: 'audit-unavailable',
      options: { retryAfter: 30 },
    });
    expect(audit.state().spooledBytes).toBeLessThanOrEqual(small.spoolMaxBytes);
    expect(log.join()).toContain('NO_ROOM');
    await server.up();
    await until(() => audit.state().spooledParcels === 0);
    await audit.record(numbered(kept + 1));
    await until(() => server.taken.length === kept + 1);
    expect(server.taken).toEqual(ids(1, kept + 1));
  });

  it('fail-open, answers, and counts what it dropped', async () => {
    await server.down();
    const options = { fhirUrl: server.url, ...small, fail: 'open' } as const;
    const { audit, log } = openAudit(makeFolder(), options);
    await Promise.all(ids(1, 100).map((_, index) => audit.record(numbered(index + 1))));
    await until(() => audit.state().lost > 0);
    await server.up();
    await until(() => server.taken.length + audit.state().lost === 100);
    expect(server.taken.length).toBeGreaterThan(0);
    expect(log.filter((line) => line.includes('it has a gap'))).toHaveLength(1);
    expect(SECRETS.filter((secret) => log.join().includes(secret))).toEqual([]);
  });
});

test('fail-open, a record that takes its time delays nobody', async () => {
  const { audit } = openAudit(makeFolder(), { fhirUrl: server.url, fail: 'open' });
  let answered = false;
  void audit.record(numbered(1)).then(() => (answered = true));
  await Promise.resolve();
  expect([answered, audit.state().spooledParcels]).toEqual([true, 0]);
  await until(() => server.taken.length === 1);
});
