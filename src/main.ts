#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runProgram } from './commands/program';
import type { Shell } from './commands/shell';
import { SettingsError } from './config';
import { isWorker, runWorker } from './workers/worker';

/*
 * The edge of the process: command line, environment, signals, exit codes. Nothing else reads `process`.
 */

/** The date of this release, told in the conformance statement. */
const RELEASED = '2026-11-23';

const shell: Shell = {
  env: process.env,
  configDir: configDirs(process.env.NODE_CONFIG_DIR),
  software: { name: 'dicomweb-fhir-gateway', version: packageVersion(), date: RELEASED },
  entry: __filename,
  colours: process.stdout.isTTY && !process.env.NO_COLOR,
  terminal: process.stderr.isTTY,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  onSignal: (signal, listener) => void process.on(signal, listener),
  exit: (code) => process.exit(code),
};

/** The defaults are those of this release, wherever the operator's own files are. */
function configDirs(own: string | undefined): string {
  const defaults = path.join(__dirname, '..', 'config');
  return own === undefined || own === '' ? defaults : [defaults, own].join(path.delimiter);
}

function packageVersion(): string {
  const file = readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version;
}

function fail(error: unknown): void {
  const known = error instanceof SettingsError || (error instanceof Error && 'code' in error);
  shell.complain(`${known ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
}

if (isWorker()) runWorker(shell);
else runProgram(process.argv.slice(2), shell).then((code) => (process.exitCode = code), fail);
