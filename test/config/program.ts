import { spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../programs';

/*
 * The program as it is installed: compiled into a folder of its own and run in a process of its own.
 */

export interface Program {
  /** Folder of the configuration files that it reads. */
  readonly configDir: string;
  /** Starts it; only what is given is in its environment. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Started;
  remove(): void;
}

export interface Started {
  readonly process: ChildProcess;
  /** Standard output and standard error so far. */
  readonly said: { out: string; err: string };
  /** Exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Waits until standard output matches; fails when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

export function installProgram(): Program {
  const folder = mkdtempSync(path.join(tmpdir(), 'gateway-'));
  for (const file of readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
    const target = path.join(folder, 'dist', file);
    mkdirSync(path.dirname(target), { recursive: true });
    const source = path.join(ROOT, 'src', file);
    if (file.endsWith('.ts')) writeFileSync(target.replace(/ts$/, 'js'), compile(source));
    else if (path.extname(file) !== '') cpSync(source, target);
  }
  for (const name of ['config', 'package.json']) {
    cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return {
    configDir: path.join(folder, 'config'),
    start: (args, env = {}) => start(path.join(folder, 'dist', 'main.js'), args, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A TypeScript file as JavaScript that Node runs. */
export function compile(file: string): string {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2023,
      esModuleInterop: true,
    },
  });
  return outputText;
}

function start(
  main: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Started {
  const child = spawn(process.execPath, [main, ...args], { env: { ...env }, stdio: 'pipe' });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(said.out);
        if (match) resolve(match);
      };
      child.stdout.on('data', look);
      child.once('close', () => reject(new Error(`it ended: ${said.out}${said.err}`)));
      look();
    });
  return { process: child, said, ended, says };
}
