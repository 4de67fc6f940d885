import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { startSettingsCheck, VARIABLES, type SettingsCheck } from '../deploy/settings';
import { ROOT } from '../programs';
import { startDemo, type Demo } from '../gateway/demo';
import { BLOCKS, blocksOf, CLASSES, DOCUMENTS, type Block } from './blocks';
import { assignments, makeClone, syntaxOf, type Clone } from './shell';

/* Every command in the documents is run, or checked as far as it can be; see blocks.ts for the classes. */

let gateway: Demo;
let clone: Clone;
let settings: SettingsCheck;

jest.setTimeout(60_000);

beforeAll(async () => {
  gateway = await startDemo();
  clone = makeClone(gateway.url);
  settings = startSettingsCheck();
});
afterAll(async () => {
  await settings.stop();
  clone.remove();
  await gateway.close();
});

test('each block of commands says how it is tested', () => {
  const classes: readonly string[] = CLASSES;
  const untold = BLOCKS.filter(({ kind }) => kind === undefined || !classes.includes(kind));
  expect(untold.map(({ at }) => at)).toEqual([]);
  expect(BLOCKS.length).toBeGreaterThan(20);
});

test.each(DOCUMENTS)('%s has its commands in blocks of sh, where they are found', (file) => {
  const fences = readFileSync(path.join(ROOT, file), 'utf8').match(/^[ \t]*```\w+/gm) ?? [];
  const others = fences.filter((fence) => !/^```(?:sh|console|jsonc|nginx|yaml)$/.test(fence));
  expect(others).toEqual([]);
});

test.each(BLOCKS.map((block) => [block.at, block] as const))('%s is shell', (_, { text }) => {
  expect(syntaxOf(text)).toBe('');
});

describe('in front of the demo', () => {
  // In the order of their page: one may read what the one before it has left.
  test.each(blocksOf('run: demo').map((block) => [block.at, block] as const))(
    '%s does what it says',
    async (_, { text }) => {
      expect(await clone.run(text)).toBe('');
    },
  );

  test('the tutorial ends with a picture and a study of files', () => {
    const start = (name: string) => readFileSync(path.join(clone.folder, name)).subarray(0, 2);
    expect(start('newest-ct.jpg')).toEqual(Buffer.from([0xff, 0xd8]));
    expect(start('study.zip').toString()).toBe('PK');
  });

  test('a command that the gateway refuses would be seen', async () => {
    const refused = await clone.run(
      'curl http://127.0.0.1:8080/fhir/r4/ImagingStudy?colour=red | head -c 9',
    );
    expect(refused).toMatch(/^curl .*: 22\n$/);
  });
});

describe('what starts something', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')));

  test.each(blocksOf('run: start').map((block) => [block.at, block] as const))(
    '%s has scripts of this package and settings with which the gateway starts',
    async (_, { text }) => {
      const run = Array.from(text.matchAll(/npm (?:run )?(\w+)/g), ([, name = '']) => name);
      expect(run.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
      expect(run.length).toBeGreaterThan(0);
      for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
        expect(await settings.problemsOf(withFiles(assignments(line)))).toBe('');
      }
    },
  );
});

/** Secrets from a file that is here, in place of the reader's own. */
function withFiles(env: Readonly<Record<string, string>>): Record<string, string> {
  const secret = path.join(clone.folder, 'secret');
  writeFileSync(secret, 'x'.repeat(40));
  const entries = Object.entries(env).map(([name, value]) => [
    name,
    name.endsWith('_FILE') ? secret : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

describe('what needs a container engine or another server', () => {
  const elsewhere = [...blocksOf('check: docker'), ...blocksOf('check: server')];
  const cases = elsewhere.map((block): readonly [string, Block] => [block.at, block]);

  test.each(cases)('%s names files that are there', (_, { text }) => {
    const files = Array.from(text.matchAll(/\b(?:deploy|docs)\/[\w./-]+/g), ([name]) => name);
    const made = (name: string) => name.startsWith('deploy/secrets/');
    const missing = files.filter((name) => !made(name) && !existsSync(path.join(ROOT, name)));
    expect(missing).toEqual([]);
  });

  test.each(cases.filter(([, { kind }]) => kind === 'check: docker'))(
    '%s is the way each file of compose is started',
    (_, { text }) => {
      const [first, second, ...more] = text.trim().split('\n');
      expect(first).toBe('deploy/make-secrets.sh');
      expect(second).toMatch(/^docker compose -f deploy\/compose\/\w+\.yaml up --build$/);
      expect(more).toEqual([]);
    },
  );

  test.each(cases)('%s sets nothing that looks like a setting and is none', (_, { text }) => {
    const own = ['SECRET', 'TOKEN'];
    const names = Object.keys(assignments(text)).filter((name) => !own.includes(name));
    expect(names.filter((name) => !VARIABLES.has(name))).toEqual([]);
  });
});
