import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import {
  held,
  holding,
  startFakeArchive,
  type FakeArchive,
  type Script,
} from '../gateway/fakeArchive';
import { until } from '../until';
import { ask, childrenOf, connectToEach, installForTests, type Reply } from './started';

/* Several workers on one port: what they share, what they divide, and what is left when one dies. */

const programs = installForTests();
const run = (env: Readonly<Record<string, string>>) => programs.run(env);
const archives: FakeArchive[] = [];
afterEach(async () => {
  for (const archive of archives.splice(0)) await archive.close();
});

async function archiveThat(script: Script): Promise<FakeArchive> {
  const archive = await startFakeArchive(script);
  archives.push(archive);
  return archive;
}

const studies = Array.from({ length: 12 }, (_, at) => held(`1.2.${at + 1}`));
const honest = holding(studies);

function slow(ms: number): Script {
  return async (seen, response) => {
    await pause(ms);
    return honest(seen, response);
  };
}

const TWO = { WORKERS: '2', PACS_DIALECT: 'generic' };
const SEARCH = '/fhir/r4/ImagingStudy?_count=3';

const page = z.object({
  link: z.array(z.object({ relation: z.string(), url: z.string() })),
  entry: z.array(z.object({ fullUrl: z.string() })),
});

describe('two workers', () => {
  test('answer at one URL, which their links begin with although PORT is 0', async () => {
    const gateway = await run({ ...TWO, PACS_URL: (await archiveThat(honest)).url });
    for (const agent of await connectToEach(gateway, 2)) {
      const { status, text } = await gateway.ask(SEARCH, { agent });
      expect(status).toBe(200);
      for (const { url } of page.parse(JSON.parse(text)).link) {
        expect(url.startsWith(`${gateway.url}/fhir/r4/`)).toBe(true);
      }
    }
    expect(gateway.logged('The archive is')).toHaveLength(1);
  });

  test('honour the page links of each other, without a PAGING_KEY', async () => {
    const gateway = await run({ ...TWO, PACS_URL: (await archiveThat(honest)).url });
    const agents = await connectToEach(gateway, 2);
    const found: string[] = [];
    for (let next: string | undefined = SEARCH; next !== undefined;) {
      const both: Reply[] = [];
      for (const agent of agents) both.push(await gateway.ask(next, { agent }));
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      // The link of the one is followed at both the next time.
      const { link, entry } = page.parse(JSON.parse(both[found.length % 2]?.text ?? ''));
      found.push(...entry.map(({ fullUrl }) => fullUrl));
      next = link.find(({ relation }) => relation === 'next')?.url;
    }
    expect(new Set(found).size).toBe(studies.length);
  });

  test('never have more calls under way than PACS_CONCURRENCY, and use what each has of it', async () => {
    const archive = await archiveThat(slow(40));
    const env = { PACS_URL: archive.url, PACS_CONCURRENCY: '5', CACHE_MAX_BYTES: '0' };
    const gateway = await run({ ...TWO, ...env });
    const asked = Array.from({ length: 30 }, (_, at) =>
      gateway.ask(`/fhir/r4/ImagingStudy/1.2.${(at % studies.length) + 1}`),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(archive.load.most).toBe(5);
  });

  test('count the searches of a caller together', async () => {
    const env = { PACS_URL: (await archiveThat(honest)).url, RATE_LIMIT_SEARCHES: '10' };
    const gateway = await run({ ...TWO, ...env });
    const agents = await connectToEach(gateway, 2);
    const statuses: number[] = [];
    for (let asked = 0; asked < 16; asked += 1) {
      const agent = agents[asked % 2];
      statuses.push((await gateway.ask(SEARCH, { ...(agent && { agent }) })).status);
      // What the one has counted the other hears a little later.
      await pause(80);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(200), ...Array<number>(6).fill(429)]);
  });

  test('are one gateway to Prometheus, whichever of them it asks', async () => {
    const token = 'metrics-token-of-32-characters-01';
    const env = { PACS_URL: (await archiveThat(honest)).url, METRICS_TOKEN: token };
    const gateway = await run({ ...TWO, ...env });
    const agents = await connectToEach(gateway, 2);
    for (const agent of agents) await gateway.ask(SEARCH, { agent });
    for (const agent of agents) {
      const headers = { Authorization: `Bearer ${token}` };
      const { text } = await gateway.ask('/metrics', { agent, headers });
      expect(text).toMatch(/^gateway_processes 2$/m);
      const searches = /^gateway_requests_total{route="\/ImagingStudy",.*release="r4"} (\d+)$/m;
      expect(searches.exec(text)?.[1]).toBe('2');
    }
  });

  test('forget together what an operator says has changed', async () => {
    const token = 'admin-token-of-32-characters-0123';
    const archive = await archiveThat(honest);
    const gateway = await run({ ...TWO, PACS_URL: archive.url, ADMIN_TOKEN: token });
    const agents = await connectToEach(gateway, 2);
    const whoAsksTheArchive = async () => {
      const asked: boolean[] = [];
      for (const agent of agents) {
        const before = archive.seen.length;
        await gateway.ask(SEARCH, { agent });
        asked.push(archive.seen.length > before);
      }
      return asked;
    };
    expect(await whoAsksTheArchive()).toEqual([true, true]);
    expect(await whoAsksTheArchive()).toEqual([false, false]);
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const options = { method: 'POST', headers, body: '{"all":true}' };
    const told = await gateway.ask('/admin/cache/invalidate', options);
    expect(told).toEqual({ status: 200, text: '{"allReplicas":true}' });
    expect(await whoAsksTheArchive()).toEqual([true, true]);
  });

  test('keep audit records in files of their own', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-audit-'));
    const env = { PACS_URL: (await archiveThat(honest)).url };
    const gateway = await run({ ...TWO, ...env, AUDIT_FILE: path.join(folder, 'audit.ndjson') });
    for (const agent of await connectToEach(gateway, 2)) await gateway.ask(SEARCH, { agent });
    expect(readdirSync(folder).sort()).toEqual(['audit.ndjson', 'audit.worker-2.ndjson']);
    rmSync(folder, { recursive: true });
  });
});

describe('a worker that is killed', () => {
  test('takes with it only what it had under way, and is replaced', async () => {
    const gateway = await run({ ...TWO, PACS_URL: (await archiveThat(slow(300))).url });
    const [victim = 0, ...others] = childrenOf(gateway.started.process.pid);
    expect(others).toHaveLength(1);
    const agents = await connectToEach(gateway, 2);
    const underWay = agents.map((agent) => gateway.ask(SEARCH, { agent }).catch(() => 'lost'));
    await pause(100);
    process.kill(victim, 'SIGKILL');
    const ends = (await Promise.all(underWay)).map((end) => (end === 'lost' ? end : 'answered'));
    expect(ends.sort()).toEqual(['answered', 'lost']);
    const after = await Promise.all(Array.from({ length: 8 }, () => gateway.ask(SEARCH)));
    expect(after.map(({ status }) => status)).toEqual(Array(8).fill(200));
    await until(() => childrenOf(gateway.started.process.pid).length === 2);
    expect(childrenOf(gateway.started.process.pid)).not.toContain(victim);
    for (const agent of await connectToEach(gateway, 2)) {
      expect((await gateway.ask(SEARCH, { agent })).status).toBe(200);
    }
  });

  test('again and again is started no sooner than WORKER_RESTART_MS after its last start', async () => {
    const env = { PACS_URL: (await archiveThat(honest)).url, WORKER_RESTART_MS: '2000' };
    const gateway = await run({ ...TWO, ...env });
    const { pid } = gateway.started.process;
    const [steady = 0, first = 0] = childrenOf(pid);
    const replacement = () => childrenOf(pid).find((each) => each !== steady && each !== first);
    process.kill(first, 'SIGKILL');
    await until(() => replacement() !== undefined);
    const startedAt = performance.now();
    const second = replacement() ?? 0;
    process.kill(second, 'SIGKILL');
    await until(() => ![undefined, second].includes(replacement()));
    expect(performance.now() - startedAt).toBeGreaterThan(1900);
  });

  test('all at once: the port stays the same', async () => {
    const gateway = await run({ ...TWO, PACS_URL: (await archiveThat(honest)).url });
    for (const worker of childrenOf(gateway.started.process.pid)) process.kill(worker, 'SIGKILL');
    await until(async () => (await gateway.ask(SEARCH).catch(() => undefined))?.status === 200);
  });
});

describe('the primary', () => {
  test('told to stop, lets both workers answer what they have, and leaves none', async () => {
    const archive = await archiveThat(slow(400));
    const gateway = await run({ ...TWO, PACS_URL: archive.url, PACS_CONCURRENCY: '12' });
    const workers = childrenOf(gateway.started.process.pid);
    const running = studies
      .slice(0, 4)
      .map((_, at) => gateway.ask(`/fhir/r4/ImagingStudy/1.2.${at + 1}`));
    await until(() => archive.load.live === 4);
    gateway.started.process.kill('SIGTERM');
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array(4).fill(200));
    expect(await gateway.started.ended).toBe(0);
    expect(workers.filter(lives)).toEqual([]);
    await expect(gateway.ask(SEARCH)).rejects.toThrow('ECONNREFUSED');
  });

  test('killed, leaves no worker behind', async () => {
    const gateway = await run({ ...TWO, PACS_URL: (await archiveThat(honest)).url });
    const workers = childrenOf(gateway.started.process.pid);
    gateway.started.process.kill('SIGKILL');
    await until(() => !workers.some(lives));
  });

  test('whose port is taken says so and ends', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const started = programs.start({ ...TWO, PACS_URL: 'http://127.0.0.1:1', PORT: String(port) });
    expect(await started.ended).toBe(1);
    expect(started.said.err).toMatch(/^[^\n]*EADDRINUSE[^\n]*\n$/);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('told to stop while 20 retrievals run', () => {
  test.each(['1', '2'])('WORKERS=%s: each gets all of its bytes', async (workers) => {
    const chunks = 10;
    const body = (part: string) =>
      `--b\r\nContent-Type: application/dicom\r\n\r\n${part.repeat(chunks)}\r\n--b--\r\n`;
    const whole = body('x'.repeat(1000));
    const archive = await archiveThat(async (seen, response) => {
      if (!/studies\/[\d.]+$/.test(seen.path)) return honest(seen, response);
      response.writeHead(200, {
        'Content-Type': 'multipart/related; type="application/dicom"; boundary=b',
      });
      for (let at = 0; at < chunks; at += 1) {
        const size = Math.ceil(whole.length / chunks);
        response.write(whole.slice(at * size, (at + 1) * size));
        await pause(150);
      }
      response.end();
      return undefined;
    });
    const env = { PACS_URL: archive.url, PACS_STREAMS: '20', PACS_DIALECT: 'generic' };
    const gateway = await run({ ...env, WORKERS: workers });
    const headers = { Accept: 'multipart/related; type="application/dicom"' };
    const streams = Array.from({ length: 20 }, (_, at) =>
      ask(`${gateway.url}/dicom-web/studies/1.2.${(at % 12) + 1}`, { headers }),
    );
    await until(() => archive.count(/studies\/[\d.]+$/) === 20);
    gateway.started.process.kill('SIGTERM');
    const ends = await Promise.all(streams);
    expect(ends.map(({ status, text }) => [status, text.split('x').length - 1])).toEqual(
      Array(20).fill([200, chunks * 1000]),
    );
    expect(await gateway.started.ended).toBe(0);
  });
});

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
