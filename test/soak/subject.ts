import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { compile, installProgram } from '../config/program';

/** What the process takes at a moment. */
export interface Usage {
  /** Megabytes of physical memory, as the system counts them. */
  readonly resident: number;
  /** Files and sockets that are open. */
  readonly descriptors: number;
}

/** A gateway in a process of its own that can be looked into. */
export interface Subject {
  readonly url: string;
  usage(): Usage;
  /** Megabytes that are in use after a collection of garbage: objects, and buffers outside of the heap. */
  held(): Promise<number>;
  /** Has it lose so many megabytes an hour. */
  leak(megabytes: number): void;
  stop(): Promise<void>;
}

/** Caches and heap that are full within minutes: what grows after that is a leak. */
const CACHE_BYTES = '8388608';
const HEAP_MB = 96;
const MB = 2 ** 20;
const told = z.object({ held: z.number() });

/** Starts the program as it is installed. */
export async function startSubject(pacsUrl: string): Promise<Subject> {
  const program = installProgram();
  const folder = path.dirname(program.configDir);
  const probe = path.join(folder, 'probe.cjs');
  writeFileSync(probe, compile(path.join(__dirname, 'probe.ts')));
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      '--expose-gc',
      '--require',
      probe,
      path.join(folder, 'dist', 'main.js'),
    ],
    {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        PACS_URL: pacsUrl,
        PACS_DIALECT: 'generic',
        LOG_LEVEL: 'info',
        CACHE_STUDY_ROWS_MS: '1000',
        CACHE_MAX_BYTES: CACHE_BYTES,
        CACHE_ANSWER_BYTES: CACHE_BYTES,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await urlOf(child);
  const proc = `/proc/${child.pid ?? 0}`;
  return {
    url,
    usage: () => ({
      resident: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) / 1024,
      descriptors: readdirSync(`${proc}/fd`).length,
    }),
    held: () =>
      new Promise((resolve) => {
        child.once('message', (message) => resolve(told.parse(message).held / MB));
        child.send('usage');
      }),
    leak: (megabytes) => void child.send(megabytes * MB),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      program.remove();
    },
  };
}

/** Where it listens, as its log says; the rest of the log is read and forgotten. */
function urlOf({ stdout }: { readonly stdout: NodeJS.ReadableStream | null }): Promise<string> {
  let said = '';
  return new Promise((resolve) => {
    stdout?.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      const found = /FHIR is at (http:\/\/[\d.:]+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}
