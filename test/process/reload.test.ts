import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { until } from '../until';
import { connectToEach, installForTests } from './started';

/* SIGHUP: what a running gateway takes of new settings, by one process and by two. */

const programs = installForTests();
let folder: string;
let archive: FakeArchive;
const honest = holding([held('1.2.1'), held('1.2.2'), held('1.2.3')]);

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gateway-reload-'));
  archive = await startFakeArchive(honest);
});
afterEach(async () => {
  await archive.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (settings: object) =>
  writeFileSync(path.join(folder, 'local.json'), JSON.stringify(settings));
const writeToken = (token: string) => writeFileSync(path.join(folder, 'token'), token);

/** Starts by so many workers, with settings in files that can be written anew. */
async function run(workers: string) {
  write({ search: { defaultCount: 3 } });
  writeToken('first');
  const gateway = await programs.run({
    WORKERS: workers,
    PACS_URL: archive.url,
    PACS_DIALECT: 'generic',
    NODE_CONFIG_DIR: folder,
    PACS_TOKEN_FILE: path.join(folder, 'token'),
  });
  return { gateway, hangUp: () => gateway.started.process.kill('SIGHUP') };
}

const entries = (text: string) => text.match(/"fullUrl"/g)?.length ?? 0;

describe.each(['1', '2'])('SIGHUP with WORKERS=%s', (workers) => {
  test('has a rotated credential, another page size and other origins hold at once', async () => {
    const { gateway, hangUp } = await run(workers);
    const agents = await connectToEach(gateway, Number(workers));
    for (const agent of agents) {
      expect(entries((await gateway.ask('/fhir/r4/ImagingStudy', { agent })).text)).toBe(3);
    }
    write({ search: { defaultCount: 2 }, cache: { detailMs: 1000 } });
    writeToken('second');
    hangUp();
    const [taken = ''] = await gateway.logs('settings were read again');
    expect(taken).toContain('"taken":["PACS_TOKEN","SEARCH_DEFAULT_COUNT"]');
    const [waiting = ''] = await gateway.logs('need a restart');
    expect(waiting).toContain('"waiting":["CACHE_DETAIL_MS"]');
    expect(gateway.started.said.out).not.toContain('second');
    for (const agent of agents) {
      // A new page, although the old one was kept: at the worker it may be a moment later.
      await until(async () => {
        const { text } = await gateway.ask('/fhir/r4/ImagingStudy', { agent });
        return entries(text) === 2;
      });
    }
  });

  test('with settings that cannot be used keeps the old ones, and tells all that is wrong', async () => {
    const { gateway, hangUp } = await run(workers);
    write({ search: { defaultCount: 'many' }, prot: 1, auth: { mode: 'jwt' } });
    hangUp();
    const [line = ''] = await gateway.logs('the old ones stay');
    expect(line).toMatch(/SEARCH_DEFAULT_COUNT.*"?many/);
    expect(line).toMatch(/prot in .* is no setting/);
    expect(line).toMatch(/AUTH_ISSUER is missing/);
    expect(entries((await gateway.ask('/fhir/r4/ImagingStudy')).text)).toBe(3);
  });

  test('leaves requests that run alone', async () => {
    const { gateway, hangUp } = await run(workers);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    archive.script = async (seen, response) => {
      await held;
      return honest(seen, response);
    };
    const running = gateway.ask('/fhir/r4/ImagingStudy');
    await until(() => archive.load.live > 0);
    writeToken('second');
    hangUp();
    await gateway.logs('settings were read again');
    release();
    expect((await running).status).toBe(200);
    const before = archive.seen.length;
    await until(async () => {
      await gateway.ask('/fhir/r4/ImagingStudy/1.2.9');
      return archive.seen
        .slice(before)
        .some(({ headers }) => headers.authorization === 'Bearer second');
    });
  });

  test('changes the level of the log', async () => {
    const { gateway, hangUp } = await run(workers);
    await gateway.ask('/fhir/metadata');
    await gateway.logs('"request"');
    write({ log: { level: 'error' } });
    hangUp();
    await until(async () => {
      const before = gateway.logged('"request"').length;
      await gateway.ask('/fhir/metadata');
      await gateway.ask('/fhir/metadata');
      return gateway.logged('"request"').length === before;
    });
  });
});
