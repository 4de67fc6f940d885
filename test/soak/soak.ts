import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { installProgram } from '../config/program';
import { held } from '../gateway/fakeArchive';
import {
  isStudySearch,
  respond,
  startFaultArchive,
  type FaultArchive,
} from '../faults/faultArchive';
import { slopePerHour } from './slope';

/*
 * Asks a gateway in a process of its own at a steady rate, before an archive that fails now and then, and ends with a
 * verdict: `npm run soak -- --minutes 60 --rate 20 --faults 0.01`. Exit code 1 for a bad one.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
    faults: { type: 'string', default: '0.01' },
    /** Megabytes an hour by which the process may grow, once it has warmed up. */
    slope: { type: 'string', default: '20' },
  },
});
const [minutes, rate, faults, mostSlope] = [
  values.minutes,
  values.rate,
  values.faults,
  values.slope,
].map(Number) as [number, number, number, number];

const PATIENTS = 200;
const SAMPLE_MS = 2000;
/** Caches and heap that are full within minutes: what grows after that is a leak. */
const CACHE_BYTES = '8388608';
const HEAP_MB = 96;
const DEADLINE_MS = 40_000;
/** What is unheard of: anything else is a good answer or a failure that is told. */
const EXPECTED = new Set([200, 502, 503, 504]);

const bundle = z.object({
  entry: z
    .array(
      z.object({
        content: z.looseObject({ resourceType: z.string(), uid: z.string().optional() }),
      }),
    )
    .default([]),
});

interface Tally {
  asked: number;
  answered: number;
  unanswered: number;
  wrongPatient: number;
  unexpected: number;
  readonly byStatus: Map<number, number>;
  readonly times: number[];
}

const tally: Tally = {
  asked: 0,
  answered: 0,
  unanswered: 0,
  wrongPatient: 0,
  unexpected: 0,
  byStatus: new Map(),
  times: [],
};
const samples: { readonly hours: number; readonly megabytes: number; readonly sockets: number }[] =
  [];

/** Some of the faults of the list, in turn. */
const FAULTS: readonly ((archive: FaultArchive) => NonNullable<FaultArchive['fault']>)[] = [
  () =>
    ({ socket }) =>
      respond(socket, '', { status: 500 }),
  () =>
    ({ socket }) =>
      void socket.resetAndDestroy(),
  () =>
    ({ socket }) =>
      void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{', () => socket.end()),
  () =>
    ({ socket }) =>
      respond(socket, '<!DOCTYPE html>'),
  () =>
    ({ socket }) =>
      respond(socket, '', { status: 429, headers: { 'Retry-After': '1' } }),
  () => () => undefined,
];

function breakNowAndThen(archive: FaultArchive): void {
  let turn = 0;
  archive.fault = (asked) => {
    if (!isStudySearch(asked) || Math.random() >= faults) return 'honest';
    turn += 1;
    return FAULTS[turn % FAULTS.length]?.(archive)(asked);
  };
}

/** A patient's studies are those whose UID begins with the patient's number: whose a row is shows in itself. */
async function ask(url: string): Promise<void> {
  const patient = Math.floor(Math.random() * PATIENTS);
  const started = performance.now();
  tally.asked += 1;
  try {
    const target = `${url}/fhir/dstu1/ImagingStudy?subject.identifier=P${patient}&_count=${1 + Math.floor(Math.random() * 20)}`;
    const response = await fetch(target, { signal: AbortSignal.timeout(DEADLINE_MS) });
    const text = await response.text();
    tally.answered += 1;
    tally.byStatus.set(response.status, (tally.byStatus.get(response.status) ?? 0) + 1);
    tally.times.push(performance.now() - started);
    if (!EXPECTED.has(response.status)) tally.unexpected += 1;
    if (response.status === 200) checkPatient(text, patient);
  } catch {
    tally.unanswered += 1;
  }
}

function checkPatient(text: string, patient: number): void {
  const { entry } = bundle.parse(JSON.parse(text));
  const studies = entry.filter(({ content }) => content.resourceType === 'ImagingStudy');
  const wrong = studies.filter(
    ({ content }) => !(content.uid ?? '').startsWith(`urn:oid:1.${patient + 1}.`),
  );
  tally.wrongPatient += wrong.length;
  if (studies.length === 0) tally.unexpected += 1;
}

function sample(pid: number, since: number): void {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  samples.push({
    hours: (performance.now() - since) / 3_600_000,
    megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    sockets: readdirSync(`/proc/${pid}/fd`).length,
  });
}

function verdict(): boolean {
  const warm = samples.slice(Math.floor(samples.length / 3));
  const slope = slopePerHour(warm.map(({ hours, megabytes }) => [hours, megabytes]));
  const most = Math.max(...samples.map(({ sockets }) => sockets));
  const times = tally.times.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(times[Math.floor(times.length * share)] ?? 0);
  const checks: readonly (readonly [string, boolean])[] = [
    [
      `memory slope ${slope.toFixed(1)} MB/h of the last two thirds, at most ${mostSlope}; now ${Math.round(samples.at(-1)?.megabytes ?? 0)} MB`,
      slope <= mostSlope,
    ],
    [`file descriptors at most ${most}, at the end ${samples.at(-1)?.sockets ?? 0}`, most < 500],
    [`rows of a wrong patient: ${tally.wrongPatient}`, tally.wrongPatient === 0],
    [`requests without an answer: ${tally.unanswered} of ${tally.asked}`, tally.unanswered === 0],
    [`answers that nobody expects: ${tally.unexpected}`, tally.unexpected === 0],
  ];
  for (const [text, good] of checks) process.stdout.write(`${good ? 'good' : 'BAD '}  ${text}\n`);
  const statuses = Array.from(tally.byStatus, ([status, count]) => `${status}: ${count}`).join(
    ', ',
  );
  process.stdout.write(
    `      statuses ${statuses}; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(0.999999)} ms\n`,
  );
  return checks.every(([, good]) => good);
}

async function main(): Promise<void> {
  const program = installProgram();
  const archive = await startFaultArchive();
  archive.studies.splice(0, archive.studies.length);
  for (let patient = 0; patient < PATIENTS; patient++) {
    for (let index = 1; index <= 3; index++)
      archive.studies.push(held(`1.${patient + 1}.${index}`, { PatientID: `P${patient}` }));
  }
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      path.join(path.dirname(program.configDir), 'dist', 'main.js'),
    ],
    {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        PACS_URL: archive.url,
        PACS_DIALECT: 'generic',
        LOG_LEVEL: 'info',
        CACHE_STUDY_ROWS_MS: '1000',
        CACHE_MAX_BYTES: CACHE_BYTES,
        CACHE_ANSWER_BYTES: CACHE_BYTES,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  const url = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      const found = /FHIR is at (http:\/\/[\d.:]+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  breakNowAndThen(archive);
  const since = performance.now();
  const sampling = setInterval(() => sample(child.pid ?? 0, since), SAMPLE_MS);
  const running = new Set<Promise<void>>();
  await new Promise<void>((resolve) => {
    const asking = setInterval(() => {
      const one = ask(url).finally(() => running.delete(one));
      running.add(one);
      if (performance.now() - since < minutes * 60_000) return;
      clearInterval(asking);
      resolve();
    }, 1000 / rate);
  });
  await Promise.all(running);
  clearInterval(sampling);
  const good = verdict();
  child.kill('SIGTERM');
  await archive.close();
  program.remove();
  process.exit(good ? 0 : 1);
}

void main();
