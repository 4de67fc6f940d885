import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { installProgram, type Program } from '../config/program';
import { ROOT } from '../programs';

/* The container image, as far as it can be told without an engine. */

const dockerfile = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');

const instructions = dockerfile
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));
const last = (name: string) =>
  instructions.filter((line) => line.startsWith(`${name} `)).at(-1) ?? '';
const words = (name: string) => JSON.parse(last(name).slice(last(name).indexOf('['))) as string[];

test('the Dockerfile is understood, with no warning', () => {
  const found = validate(dockerfile).map(({ message, range, severity }) => ({
    line: range.start.line + 1,
    message,
    severity: severity ?? ValidationSeverity.ERROR,
  }));
  expect(found).toEqual([]);
});

test('what it copies from the context is there and is let in by .dockerignore', () => {
  const copied = instructions
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
  const ignore = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  expect(copied.length).toBeGreaterThan(4);
  for (const name of copied) {
    expect([name, statSync(path.join(ROOT, name)).size > 0]).toEqual([name, true]);
    expect(allowed).toContain(name);
  }
  expect(allowed.filter((name) => /test|\.env|local|git/.test(name))).toEqual([]);
});

test('it does not run as root, and asks the health command', () => {
  expect(last('USER')).toBe('USER 1000:1000');
  expect(words('HEALTHCHECK')).toEqual(['node', 'dist/main.js', 'health']);
  expect(words('ENTRYPOINT')).toEqual(['node', 'dist/main.js']);
});

/** Nobody: owns nothing, and is in no group of use. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

describe('its command, as a user who may write nothing', () => {
  let program: Program;
  let folder: string;
  beforeAll(() => {
    program = installProgram();
    folder = path.dirname(program.configDir);
    makeReadOnly(folder);
  }, 120_000);
  afterAll(() => {
    makeWritable(folder);
    program.remove();
  });

  test('serves, is healthy, ends at SIGTERM, and has written nothing', async () => {
    const port = '38099';
    const env = { PACS_URL: 'http://127.0.0.1:1', PORT: port, HOST: '127.0.0.1' };
    const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    const run = (args: readonly string[]) => {
      const child = spawn(process.execPath, [...words('ENTRYPOINT').slice(1), ...args], {
        cwd: folder,
        env,
        ...user,
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      return { child, ended, said: () => said };
    };
    const before = treeOf(folder).length;
    const gateway = run(words('CMD'));
    while (!gateway.said().includes('FHIR is at')) {
      if (gateway.child.exitCode !== null) throw new Error(gateway.said());
      await pause(50);
    }
    const health = run(['health']);
    expect([await health.ended, health.said()]).toEqual([0, '']);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['config', 'dist', 'node_modules', 'package.json']);
    expect(treeOf(folder)).toHaveLength(before);
  }, 60_000);
});

/** The tree without what is installed, which is a link. */
function treeOf(folder: string): string[] {
  const below = ['dist', 'config'].flatMap((name) => [
    name,
    ...readdirSync(path.join(folder, name), { recursive: true, encoding: 'utf8' }).map((each) =>
      path.join(name, each),
    ),
  ]);
  return [folder, ...below.map((each) => path.join(folder, each))];
}

/** Everybody may read and nobody may write. */
function makeReadOnly(folder: string): void {
  for (const at of treeOf(folder)) chmodSync(at, statSync(at).isDirectory() ? 0o555 : 0o444);
}

function makeWritable(folder: string): void {
  for (const at of treeOf(folder).filter((each) => statSync(each).isDirectory()))
    chmodSync(at, 0o755);
}
