import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installProgram, type Program } from '../config/program';
import { makeCertificate } from '../faults/certificates';
import { startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { archive } from './archives';

/* The command as it is installed, in a process of its own: exit codes, streams, TLS. */

let program: Program;
let folder: string;
let servers: Server[] = [];
let fake: FakeArchive;
beforeAll(async () => {
  program = installProgram();
  folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
  fake = await startFakeArchive(archive());
});
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});
afterAll(async () => {
  program.remove();
  rmSync(folder, { recursive: true });
  await fake.close();
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { said, ended } = program.start(['doctor', ...args], env);
  const code = await ended;
  return { code, out: said.out, err: said.err };
}

/** An archive of one answer behind TLS, whose certificate has a name; the file to trust it by. */
async function behindTls(name: string, days: number): Promise<{ port: number; ca: string }> {
  const { key, cert } = makeCertificate(name, days);
  const server = createServer({ key, cert }, (_request, response) => response.end('[]'));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ca = path.join(folder, `${name}.pem`);
  writeFileSync(ca, cert);
  return { port: (server.address() as AddressInfo).port, ca };
}

test('the report is on standard output, progress on standard error, the verdict the exit code', async () => {
  const { code, out, err } = await run([fake.url, '--json']);
  expect([code, JSON.parse(out)]).toMatchObject([0, { archive: fake.url, exitCode: 0 }]);
  expect(err.split('\n')[0]).toBe('1 of 23: Reachability (0 calls so far)');
  expect((await run(['http://127.0.0.1:1/dicom-web'])).code).toBe(2);
  expect(await run([])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/PACS_URL/) as string,
  });
});

test('TLS that is trusted is told with its protocol and the end of its certificate', async () => {
  const { port, ca } = await behindTls('localhost', 30);
  const { out } = await run([`https://localhost:${port}/dicom-web`], { NODE_EXTRA_CA_CERTS: ca });
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(
    /no study, in \d+ ms, TLSv1\.3, certificate until .* GMT/,
  );
});

test.each([
  ['nobody trusts', 'localhost', 30, false, /SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS=/],
  [
    'is for another name',
    'pacs.local',
    30,
    true,
    /ERR_TLS_CERT_ALTNAME_INVALID.*another name than localhost/,
  ],
  ['has expired', 'localhost', -1, true, /CERT_HAS_EXPIRED.*renew it/],
])('a certificate that %s is told as that', async (_words, name, days, trusted, words) => {
  const { port, ca } = await behindTls(name, days);
  const env = trusted ? { NODE_EXTRA_CA_CERTS: ca } : {};
  const { code, out } = await run([`https://localhost:${port}/dicom-web`], env);
  expect(code).toBe(2);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(words);
});

test('TLS where there is none, and none where there is', async () => {
  const { port } = await behindTls('localhost', 30);
  const plain = await run([`http://localhost:${port}/dicom-web`]);
  const secure = await run([fake.url.replace('http:', 'https:')]);
  expect(plain.out.replaceAll(/\s+/g, ' ')).toMatch(/the port may want TLS \(https:/);
  expect(secure.out.replaceAll(/\s+/g, ' ')).toMatch(/the port may speak plain HTTP \(http:/);
});
