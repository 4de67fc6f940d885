import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../until';
import { startAuditServer, type AuditServer } from './auditServer';
import { makeFolder, openAudit, removeAll, SPOOL } from './opened';

let server: AuditServer;

beforeEach(async () => {
  server = await startAuditServer();
});
afterEach(async () => {
  await removeAll();
  await server.down();
});

/** Runs processes/recorder.ts and kills it, without a warning, when it has said that so many are recorded. */
async function recordAndKill(spoolDir: string, url: string, count: number): Promise<string[]> {
  const script = path.join(__dirname, 'processes', 'recorder.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, spoolDir, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const recorded: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    recorded.push(line);
    if (recorded.length === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return recorded;
}

test('a process that is killed loses nothing that it said was recorded: the next one sends it, in order', async () => {
  await server.down();
  const folder = makeFolder();
  const recorded = await recordAndKill(path.join(folder, SPOOL), server.url, 100);
  expect(recorded.length).toBeGreaterThanOrEqual(100);
  await server.up();
  const { audit } = openAudit(folder, { fhirUrl: server.url });
  await until(() => audit.state().spooledParcels === 0);
  expect(server.taken.slice(0, recorded.length)).toEqual(recorded);
}, 30_000);
