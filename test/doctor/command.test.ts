import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createExamination, MOST_CALLS } from '../../src/doctor/examination';
import { SettingsError } from '../../src/config';
import { streamSettings } from '../../src/gateway/limits';
import { startFakeArchive, type FakeArchive, type Script } from '../gateway/fakeArchive';
import { settingsOf } from '../gateway/running';
import { archive, doctor, reportOn } from './archives';

/* The command line, and what an examination may cost. `config` is not loaded here: it is an ES module. */

jest.mock('../../src/config', () => ({
  SettingsError: class extends Error {
    override readonly name = 'SettingsError';
  },
}));

let fake: FakeArchive;
let folder: string;
beforeEach(async () => {
  fake = await startFakeArchive(archive());
  folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
});
afterEach(async () => {
  await fake.close();
  rmSync(folder, { recursive: true });
});

test('without a URL it examines the archive of PACS_URL', async () => {
  const { code, out } = await doctor([], { PACS_URL: fake.url });
  expect(code).toBe(0);
  expect(out).toContain(`The archive at ${fake.url}`);
});

test('--username takes the place of PACS_USERNAME, its password comes from the settings', async () => {
  await doctor([fake.url, '--username', 'doctor'], { PACS_USERNAME: 'x', PACS_PASSWORD: 'p' });
  const basic = `Basic ${Buffer.from('doctor:p').toString('base64')}`;
  expect(fake.seen.every(({ headers }) => headers.authorization === basic)).toBe(true);
});

test('--token-file is sent as a bearer token', async () => {
  const file = path.join(folder, 'token');
  writeFileSync(file, 'abc.def\n');
  await doctor([fake.url, '--token-file', file]);
  expect(fake.seen.every(({ headers }) => headers.authorization === 'Bearer abc.def')).toBe(true);
});

test.each([
  [[], /needs a URL, for example/],
  [['ftp://x/y'], /The URL must be an http or https URL/],
  [['http://user:pw@x/y'], /The URL must be/],
  [['http://x/y', '--token-file', '/nowhere/token'], /cannot be read/],
  [['http://x/y', '--timeout', 'soon'], /--timeout must be seconds/],
  [['http://x/y', '--timeout', '0'], /--timeout must be seconds/],
])('%j is refused with exit code 2', async (args, words) => {
  const { code, out, err } = await doctor(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(words);
});

test('settings that cannot be used are told with exit code 2', async () => {
  const settings = () => {
    throw new SettingsError(['PORT must be a number']);
  };
  expect((await doctor([fake.url], {}, { settings })).code).toBe(2);
});

test('colours and progress in place are for terminals', async () => {
  const plain = await doctor([fake.url]);
  expect(plain.out + plain.err).not.toContain('\x1b');
  const shown = await doctor([fake.url], {}, { colours: true, terminal: true });
  expect(shown.out).toContain('\x1b[32mgood');
  expect(shown.err).toContain('\r\x1b[2K1 of 23: Reachability');
  expect(shown.err.endsWith('\x1b[2K')).toBe(true);
});

const slow =
  (ms: number): Script =>
  async (seen, response) => {
    await pause(ms);
    return archive()(seen, response);
  };

test('at most two calls are under way at once, and never more than the bound in all', async () => {
  fake.script = slow(3);
  const report = await reportOn(fake.url);
  expect(fake.load.most).toBe(2);
  expect(fake.seen).toHaveLength(report.calls);
  expect(report.calls).toBeLessThan(MOST_CALLS);
  expect(report.mostCalls).toBe(MOST_CALLS);
});

test('even a probe that asks for all at once gets two at a time, and no more than the bound', async () => {
  fake.script = slow(1);
  const examination = createExamination(
    streamSettings({ ...settingsOf({}), 'pacs.url': fake.url }),
    60_000,
  );
  const all = Array.from({ length: MOST_CALLS + 5 }, () => examination.ask('/studies?limit=1'));
  const settled = await Promise.allSettled(all);
  examination.close();
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect([fake.load.most, fake.seen.length]).toEqual([2, MOST_CALLS]);
});

test('every search names a limit, or a single study', async () => {
  await doctor([fake.url]);
  const searches = fake.seen.filter(({ path: at }) => /^\/(studies|series|instances)$/.test(at));
  const limits = searches.map(({ query }) => Number(query.get('limit')));
  expect(limits.every((limit) => limit >= 1 && limit <= 201)).toBe(true);
  expect(fake.seen.every(({ method }) => method === 'GET' || method === 'HEAD')).toBe(true);
});

test('when the time is over the rest is not asked, and the report is no good one', async () => {
  fake.script = slow(100);
  const started = performance.now();
  const report = await reportOn(fake.url, ['--timeout', '1']);
  expect(performance.now() - started).toBeLessThan(3000);
  expect(report.lines.at(-1)).toMatchObject({
    probe: 'timings',
    verdict: 'unknown',
    evidence: 'the time was over',
  });
  expect([report.verdict, report.exitCode]).toEqual(['warnings', 1]);
});

test('an archive that hangs is told as one', async () => {
  fake.script = () => undefined;
  const { code, out } = await doctor([fake.url], { PACS_SEARCH_FIRST_BYTE_MS: '200' });
  expect(code).toBe(2);
  expect(out).toContain('did not answer in time');
});

test('nobody there, a name that is none: what to do is told', async () => {
  const { url } = fake;
  await fake.close();
  const refused = await doctor([url]);
  expect(refused.out.replaceAll(/\s+/g, ' ')).toMatch(
    /ECONNREFUSED.*-> Nothing listens at 127\.0\.0\.1:\d+/,
  );
  const unknown = await doctor(['http://no-such-archive.invalid/dicom-web']);
  expect(unknown.out).toMatch(/ENOTFOUND|EAI_AGAIN/);
  expect(unknown.out).toContain('DNS does not know no-such-archive.invalid');
  expect([refused.code, unknown.code]).toEqual([2, 2]);
  fake = await startFakeArchive(archive());
});
