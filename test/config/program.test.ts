import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/listen';
import { held, holding, startFakeArchive } from '../gateway/fakeArchive';
import { installProgram, type Program, type Started } from './program';

/* The program an operator starts: its settings, what it says, and how it ends. */

let program: Program;
let folder: string;
const running: Started[] = [];

beforeAll(() => {
  program = installProgram();
  folder = mkdtempSync(path.join(tmpdir(), 'gateway-settings-'));
}, 60_000);
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.process.kill('SIGKILL');
    await one.ended;
  }
});
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const one = program.start(args, env);
  running.push(one);
  return one;
}

const check = (env: Readonly<Record<string, string>> = {}) =>
  end(['check-config'], { PACS_URL: 'http://127.0.0.1:1', ...env });

async function end(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const one = start(args, env);
  return { code: await one.ended, ...one.said };
}

function file(name: string, content: string): string {
  const at = path.join(folder, name);
  writeFileSync(at, content);
  return at;
}

jest.setTimeout(30_000);

describe('settings', () => {
  test('of config/default.json are good', async () => {
    expect(await check()).toEqual({ code: 0, out: 'The settings are good.\n', err: '' });
  });

  test('that are wrong are all told at once, each with the form wanted, no secret among them', async () => {
    const wrong = {
      PACS_URL: 'ftp://archive',
      PACS_DIALECT: 'vendor',
      PORT: '99999',
      PACS_CONCURRENCY: 'many',
      ARCHIVE_TIME_ZONE: 'Mars/Olympus',
      PUBLIC_BASE_URL: 'https://a.test/?query',
      ISSUERS: '{"A":',
      LOG_LEVEL: 'loud',
      ALLOW_INSECURE: 'perhaps',
      WADO_MODE: 'teleport',
      PACS_PASSWORD_FILE: path.join(folder, 'nothing'),
      PATIENT_ID_KEY: '   ',
    };
    const { code, err, out } = await check(wrong);
    expect([code, out]).toEqual([1, '']);
    for (const name of Object.keys(wrong)) expect(err).toContain(name);
    expect(err).toMatch(/PORT \(port\) is "99999": it must be a whole number from 0 to 65535/);
    expect(err).not.toMatch(/at .*\.js:\d/);
  });

  test('that the files name and nobody knows are told', async () => {
    const configDir = mkdtempSync(path.join(folder, 'config-'));
    writeFileSync(path.join(configDir, 'local.json'), '{"pacs":{"uri":"x"},"prot":1}');
    const { code, err } = await check({ NODE_CONFIG_DIR: configDir });
    expect(code).toBe(1);
    expect(err).toMatch(/pacs\.uri.*no setting/);
    expect(err).toMatch(/prot.*no setting/);
    expect(err).not.toMatch(/is missing/);
  });

  test('a file in config/ overrides the default, the environment overrides both', async () => {
    const local = path.join(program.configDir, 'local.json');
    writeFileSync(local, '{"port":70000}');
    const wrong = await check();
    const right = await check({ PORT: '8081' });
    rmSync(local);
    expect([wrong.code, right.code]).toEqual([1, 0]);
    expect(wrong.err).toContain('70000');
  });

  test('that would show every study to everybody are refused, unless somebody said so', async () => {
    const open = await check({ HOST: '0.0.0.0' });
    expect(open.code).toBe(1);
    expect(open.err).toMatch(/ALLOW_INSECURE=true/);
    expect((await check({ HOST: '0.0.0.0', ALLOW_INSECURE: 'true' })).code).toBe(0);
    expect((await check({ HOST: '::1' })).code).toBe(0);
  });

  test.each([
    [{ AUTH_MODE: 'jwt' }, ['AUTH_ISSUER', 'AUTH_AUDIENCE']],
    [{ AUTH_MODE: 'introspection' }, ['AUTH_INTROSPECTION_URL']],
    [{ PATIENT_BINDING: 'fhir' }, ['EHR_FHIR_URL']],
    [{ CAPABILITY_URLS: 'true' }, ['CAPABILITY_KEYS']],
    [
      { PACS_OAUTH_TOKEN_URL: 'https://login.test/token' },
      ['PACS_OAUTH_CLIENT_ID', 'PACS_OAUTH_CLIENT_SECRET'],
    ],
    [{ REDIS_URL: 'redis://127.0.0.1:6379' }, ['REDIS_KEY']],
  ])('that are of no use without others are refused: %j', async (env, missing) => {
    const { code, err } = await check(env);
    expect(code).toBe(1);
    for (const name of missing) expect(err).toContain(`${name} is missing`);
  });

  test('an archive that is not named is missed only when it is needed', async () => {
    const { code, err } = await end([]);
    expect(code).toBe(1);
    expect(err).toMatch(/PACS_URL is missing.*http:\/\/127\.0\.0\.1:8042\/dicom-web/);
  });
});

describe('the demo', () => {
  test('prints a base URL and requests that work, and ends cleanly', async () => {
    const demo = start(['demo'], { PORT: '0' });
    await demo.says(/Ctrl-C/);
    const curls = [...demo.said.out.matchAll(/^ {2}curl (-H '([^']+)' -o \S+ )?'([^']+)'$/gm)];
    expect(curls).toHaveLength(5);
    for (const [, , header = 'Accept: */*', url = ''] of curls) {
      const response = await fetch(url, { headers: [header.split(': ')] });
      expect([url, response.status]).toEqual([url, 200]);
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(500);
    }
    demo.process.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.said.err).toBe('');
  });
});

describe('in front of an archive', () => {
  test('it says what the archive is, sends the credential of the file, and says nothing of patients', async () => {
    const secret = {
      PatientID: 'SECRET-1',
      PatientName: 'Geheim^Gerda',
      PatientBirthDate: '19510203',
    };
    const archive = await startFakeArchive(holding([held('1.2.3', secret)]));
    const gateway = start([], {
      PACS_URL: archive.url,
      PACS_TOKEN_FILE: file('token', 'of-the-file\n'),
      PORT: '0',
      LOG_LEVEL: 'trace',
    });
    await gateway.says(/The archive is any DICOMweb archive/);
    const [, url = ''] = await gateway.says(/(http:\/\/127\.0\.0\.1:\d+)\/fhir/);
    const found = await fetch(`${url}/fhir/ImagingStudy?subject.identifier=SECRET-1`);
    expect(await found.text()).toContain('Gerda');
    expect(new Set(archive.seen.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer of-the-file']),
    );
    gateway.process.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(gateway.said.out + gateway.said.err).not.toMatch(/SECRET|Geheim|19510203|of-the-file/);
    await archive.close();
  });

  test('that is not there: it starts, says so at once, answers errors, and is healthy', async () => {
    const port = await freePort('127.0.0.1');
    const dead = `http://127.0.0.1:${await freePort('127.0.0.1')}/dicom-web`;
    const env = { PACS_URL: dead, PORT: String(port) };
    const gateway = start(['serve'], env);
    await gateway.says(/pacs-unreachable.*PACS_URL/);
    const got = await fetch(`http://127.0.0.1:${port}/fhir/dstu1/ImagingStudy`);
    expect([got.status, got.headers.get('Retry-After')]).toEqual([503, '5']);
    expect((await end(['health'], env)).code).toBe(0);
    const second = await end(['serve'], env);
    expect(second.code).toBe(1);
    expect(second.err).toContain('EADDRINUSE');
    gateway.process.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect((await end(['health'], env)).code).toBe(1);
  });

  test('requests that run when it is told to stop are answered', async () => {
    const honest = holding([held('1.2.3')]);
    const archive = await startFakeArchive(async (seen, response) => {
      await pause(150);
      return honest(seen, response);
    });
    const gateway = start([], { PACS_URL: archive.url, PACS_DIALECT: 'generic', PORT: '0' });
    const [, url = ''] = await gateway.says(/(http:\/\/127\.0\.0\.1:\d+)\/fhir/);
    const running = fetch(`${url}/fhir/ImagingStudy`);
    await pause(100);
    gateway.process.kill('SIGTERM');
    const got = await running;
    expect(got.status).toBe(200);
    await got.arrayBuffer();
    expect(await gateway.ended).toBe(0);
    await archive.close();
  });
});
