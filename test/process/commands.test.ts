import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { SETTINGS, type SettingRow } from '../../src/settings';
import { installProgram, type Program } from '../config/program';

/* The command line: what it understands, what it says of settings, and its exit codes. */

let program: Program;
let folder: string;

jest.setTimeout(60_000);
beforeAll(() => {
  program = installProgram();
  folder = mkdtempSync(path.join(tmpdir(), 'gateway-commands-'));
}, 60_000);
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function end(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = program.start(args, env);
  return { code: await started.ended, ...started.said };
}

/** A folder of an operator's own settings. */
function ownSettings(settings: object): { NODE_CONFIG_DIR: string } {
  const own = mkdtempSync(path.join(folder, 'own-'));
  writeFileSync(path.join(own, 'local.json'), JSON.stringify(settings));
  return { NODE_CONFIG_DIR: own };
}

const COMMANDS = ['serve', 'demo', 'doctor', 'check-config', 'print-config', 'health'];

describe('a command line', () => {
  test.each([
    [['fly'], "'fly'"],
    [['--fly'], "'--fly'"],
    [['serve', 'fly'], "'fly'"],
    [['demo', '--fly'], "'--fly'"],
    [['print-config', '--xml'], "'--xml'"],
  ])('%j is not understood: exit code 2, and what it was is named', async (args, named) => {
    const { code, out, err } = await end(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(named);
    expect(err).toContain('--help');
  });

  test('--version tells the version of the package', async () => {
    expect(await end(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
  });

  test('--help names every command, and each has help of its own', async () => {
    const { code, out } = await end(['--help']);
    expect(code).toBe(0);
    for (const name of COMMANDS) {
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
      const own = await end([name, '--help']);
      expect([own.code, own.err]).toEqual([0, '']);
      expect(own.out).toContain(`Usage: dicomweb-fhir-gateway ${name}`);
    }
  });
});

describe('check-config', () => {
  test('tells what single settings, settings together and the missing archive have wrong, all at once', async () => {
    const wrong = { PORT: 'x', AUTH_MODE: 'jwt', AUTH_AUDIENCE: 'me', WORKERS: '9' };
    const { code, err } = await end(['check-config'], wrong);
    expect(code).toBe(1);
    expect(err).toMatch(/PORT \(port\) is "x"/);
    expect(err).toMatch(/AUTH_ISSUER is missing: AUTH_MODE=jwt needs it/);
    expect(err).toMatch(/PACS_URL is missing/);
    expect(err).toMatch(/WORKERS 9 is too many for PACS_CONCURRENCY 4/);
    expect(err).not.toContain('AUTH_AUDIENCE');
  });

  test('a setting that is wrong by itself is not called missing as well', async () => {
    const { err } = await end(['check-config'], { AUTH_MODE: 'jwt', AUTH_ISSUER: 'nowhere' });
    expect(err).toMatch(/AUTH_ISSUER .* is "nowhere"/);
    expect(err).not.toMatch(/AUTH_ISSUER is missing/);
  });

  test('is what --check was', async () => {
    expect(await end(['--check'], { PACS_URL: 'http://127.0.0.1:1' })).toMatchObject({ code: 0 });
  });

  test('a folder of settings that is not there is told', async () => {
    const env = { PACS_URL: 'http://127.0.0.1:1', NODE_CONFIG_DIR: path.join(folder, 'none') };
    const { code, err } = await end(['check-config'], env);
    expect([code, err]).toEqual([1, expect.stringContaining('is not there')]);
  });
});

describe('print-config', () => {
  const shown = z.record(
    z.string(),
    z.object({ env: z.string(), value: z.unknown(), source: z.string() }),
  );

  test('says of every setting where it comes from: default, file, environment', async () => {
    const secret = path.join(folder, 'token');
    writeFileSync(secret, 'geheim');
    const env = {
      ...ownSettings({ port: 8099, search: { maxCount: 7 } }),
      PORT: '8100',
      PACS_TOKEN_FILE: secret,
    };
    const { code, out } = await end(['print-config', '--json'], env);
    const settings = shown.parse(JSON.parse(out));
    expect(code).toBe(0);
    expect(Object.keys(settings)).toEqual(Object.keys(SETTINGS));
    expect(settings.port).toMatchObject({ value: 8100, source: 'environment PORT' });
    expect(settings['search.maxCount']).toMatchObject({
      value: 7,
      source: `file ${path.join(env.NODE_CONFIG_DIR, 'local.json')}`,
    });
    expect(settings.host).toMatchObject({ value: '127.0.0.1', source: 'default' });
    expect(settings['pacs.token']?.source).toBe('environment PACS_TOKEN_FILE');
    expect(settings['pacs.url']?.value).toBeNull();
  });

  test('shows no secret, in words or as JSON', async () => {
    const secrets = Object.values<SettingRow>(SETTINGS).filter(({ secret }) => secret);
    const texts: Readonly<Record<string, string>> = {
      PATIENT_MAP: '{"geheim":[{"system":"urn:geheim","value":"geheim"}]}',
      RESTRICTED_STUDIES: '[{"studies":["geheim"]}]',
      REDIS_URL: 'redis://geheim:geheim@127.0.0.1:1',
    };
    const env = Object.fromEntries(
      secrets.map(({ env: name }) => [name, texts[name] ?? `geheim-${'x'.repeat(32)}`]),
    );
    const clients = { AUTH_CLIENT_ID: 'me' };
    for (const args of [['print-config'], ['print-config', '--json']]) {
      const { code, out, err } = await end(args, { ...env, ...clients });
      expect([code, err]).toEqual([0, '']);
      expect(out).not.toMatch(/geheim-|urn:geheim|redis:|"geheim"/);
      expect(out.match(/\(set, not shown\)/g)).toHaveLength(secrets.length);
    }
  });
});

test('health tells why a gateway does not live', async () => {
  const { code, err } = await end(['health'], { PORT: '1' });
  expect([code, err]).toEqual([1, expect.stringMatching(/port 1, does not live: .*ECONNREFUSED/)]);
});
