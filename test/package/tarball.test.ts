import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from '../programs';

/* The package as it is published: packed, installed into a folder that knows nothing of it, and run by npx. */

const run = promisify(execFile);

const NAME = 'dicomweb-fhir-gateway';
const packed = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
]);

let folder: string;
let files: readonly string[];

jest.setTimeout(300_000);
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gateway-package-'));
  const args = ['pack', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: ROOT });
  // What the script prepack says comes before.
  const [tarball] = packed.parse(JSON.parse(stdout.slice(stdout.indexOf('[\n'))));
  files = tarball.files.map((file) => file.path);
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  const install = ['install', '--prefer-offline', '--omit=dev', '--no-audit', '--no-fund'];
  await run('npm', [...install, path.join(folder, tarball.filename)], { cwd: folder });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Only what is given is in its environment, and what npx needs to be found. */
const env = (given: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...given,
});

async function npx(args: readonly string[], given: Readonly<Record<string, string>> = {}) {
  const options = { cwd: folder, env: env(given) };
  const ended = run('npx', ['--no-install', NAME, ...args], options);
  return ended.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) =>
      z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error),
  );
}

/** What browsers run is bundled; nothing else of it is wanted. */
const PAGE = ['icon.svg', 'page.css', 'page.html', 'page.js'].map((file) => `dist/page/${file}`);

test('it holds all that is in src/, as it runs, and nothing of an operator or of the build', () => {
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => path.extname(file) !== '' && !file.startsWith('web/browser/'));
  const wanted = [...PAGE, ...sources.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`)];
  expect(files).toEqual(expect.arrayContaining(wanted));
  const allowed = new Set([...wanted, 'config/default.json', 'package.json']);
  const others = files.filter((file) => !allowed.has(file) && !file.startsWith('dist/'));
  expect(others.sort()).toEqual(['LICENSE', 'README.md']);
  expect(files.filter((file) => /\.map$|tsbuildinfo|local|\.ts$|browser/.test(file))).toEqual([]);
});

test('it brings no tools of the development with it', () => {
  for (const name of ['typescript', 'jest', 'tsx']) {
    expect(existsSync(path.join(folder, 'node_modules', name))).toBe(false);
  }
});

test('--version, check-config and print-config work', async () => {
  expect(await npx(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  const good = await npx(['check-config'], { PACS_URL: 'http://127.0.0.1:1' });
  expect(good).toMatchObject({ code: 0, stdout: 'The settings are good.\n' });
  expect((await npx(['check-config'])).code).toBe(1);
  expect((await npx(['print-config'])).stdout).toMatch(/^PORT +8080 +default$/m);
  expect((await npx(['fly'])).code).toBe(2);
});

test.each(['1', '2'])('demo serves its studies, by WORKERS=%s', async (workers) => {
  const demo = spawn('npx', ['--no-install', NAME, 'demo'], {
    cwd: folder,
    env: env({ PORT: '0', WORKERS: workers }),
    detached: true,
  });
  const ended = new Promise((resolve) => demo.once('close', resolve));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    demo.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ctrl-C')) resolve();
    });
    demo.once('close', () => reject(new Error(`it ended: ${said}`)));
  });
  const [, url = ''] = /FHIR DSTU1 is at (http:\S+)\/fhir\/dstu1,/.exec(said) ?? [];
  const got = await fetch(`${url}/fhir/r4/ImagingStudy?_count=2`);
  expect([got.status, await got.text()]).toEqual([200, expect.stringContaining('"ImagingStudy"')]);
  const page = await fetch(`${url}/`, { headers: { Accept: 'text/html' } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('page.js')]);
  // As Ctrl-C does: to all processes of the terminal.
  process.kill(-(demo.pid ?? 0), 'SIGINT');
  await ended;
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
});
