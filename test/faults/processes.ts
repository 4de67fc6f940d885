import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { installProgram, type Program } from '../config/program';
import { get } from '../dicomweb/wire';
import { startGateway } from '../gateway/running';
import { until } from '../until';
import { makeCertificate } from './certificates';
import { isStudySearch, onRetrieval, onSearch, respond, startFaultArchive } from './faultArchive';
import { search, type Row, type Stand } from './rows';

/* Faults that need a process of their own, another server, or another clock. */

const IMAGE = '/dicom-web/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.1';
const SEARCH = '/fhir/dstu1/ImagingStudy';
const cached = 'not asked' as const;

let program: Program | undefined;

/** Compiles the program that some rows run; to be called before them. */
export function prepareProgram(): void {
  program = installProgram();
}

export function removeProgram(): void {
  program?.remove();
}

export interface Child {
  readonly url: string;
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it has said so far. */
  said(): string;
}

/** The program as it is installed, in front of an archive; @param limit of its open files */
export async function startChild(
  pacsUrl: string,
  env: Readonly<Record<string, string>> = {},
  limit = 4096,
): Promise<Child> {
  if (program === undefined) throw new Error('the program is not prepared');
  const main = path.join(path.dirname(program.configDir), 'dist', 'main.js');
  const child = spawn('sh', ['-c', `ulimit -n ${limit}; exec "${process.execPath}" "${main}"`], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      PACS_URL: pacsUrl,
      PACS_DIALECT: 'generic',
      PACS_IDLE_TIMEOUT_MS: '5000',
      NODE_CONFIG_DIR: program.configDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = () => /FHIR is at (http:\/\/[\d.:]+)/.exec(said)?.[1];
  await until(() => url() !== undefined || child.exitCode !== null, 15_000);
  const found = url();
  if (found === undefined) throw new Error(`the program ended: ${said}`);
  return { url: found, process: child, ended, said: () => said };
}

/** Status and code of a plain search. */
async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, body } = await get(url + SEARCH, headers);
  const text = body.toString();
  const code = /"valueCode":"([a-z-]+)"/.exec(text)?.[1];
  const reason = /TLS[^(]*\(([^)]+)\)/.exec(text)?.[1];
  return [status, code, reason].filter((each) => each !== undefined).join(' ');
}

/** A TLS archive whose certificate is trusted unless `trusted` says otherwise. */
function tlsRow(
  id: string,
  fault: string,
  answer: string,
  how: {
    readonly name: string;
    readonly days?: number;
    readonly trusted?: boolean;
    readonly maxVersion?: 'TLSv1.1';
  },
): Row {
  return {
    id,
    fault,
    answer,
    withinMs: 20_000,
    cached,
    async run() {
      const folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
      const pair = makeCertificate(how.name, how.days ?? 30);
      const file = path.join(folder, 'ca.pem');
      writeFileSync(file, pair.cert);
      const old =
        how.maxVersion === undefined
          ? {}
          : {
              minVersion: how.maxVersion,
              maxVersion: how.maxVersion,
              ciphers: 'DEFAULT@SECLEVEL=0',
            };
      const archive = await startFaultArchive({ ...pair, ...old });
      const child = await startChild(
        archive.url,
        how.trusted === false ? {} : { NODE_EXTRA_CA_CERTS: file },
      );
      try {
        return await ask(child.url);
      } finally {
        child.process.kill('SIGKILL');
        await archive.close();
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** A server that answers every request with JSON, and counts them. */
async function startServer(answer: () => unknown) {
  const told = { count: 0 };
  const server = createServer((_request, response) => {
    told.count += 1;
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    close: () => server.close(),
  };
}

/** A gateway that gets tokens for the archive; the archive takes those that `accepts` does. */
function oauthRow(
  id: string,
  fault: string,
  answer: string,
  accepts: (header: string) => boolean,
): Row {
  return {
    id,
    fault,
    answer,
    withinMs: 2000,
    cached,
    async run({ archive }) {
      let tokens = 0;
      const issuer = await startServer(() => ({
        access_token: `t${(tokens += 1)}`,
        expires_in: 3600,
        token_type: 'Bearer',
      }));
      archive.fault = onSearch(({ socket, headers }) => {
        if (accepts(headers.get('authorization') ?? '')) return 'honest';
        respond(socket, '', { status: 401 });
        return 'answered';
      });
      const gateway = await startGateway(archive.url, {
        PACS_DIALECT: 'generic',
        PACS_OAUTH_TOKEN_URL: issuer.url,
        PACS_OAUTH_CLIENT_ID: 'gateway',
        PACS_OAUTH_CLIENT_SECRET: 'secret',
      });
      const words = await search({ archive, gateway });
      await gateway.close();
      issuer.close();
      return `${words}, ${issuer.told.count} tokens`;
    },
  };
}

/** A listener whose backlog is full: further connections are never made. @param asked 0 takes a free port */
export async function startFullBacklog(host = '127.0.0.1', asked = 0) {
  const text = `require('net').createServer().listen({port:${asked},host:'${host}',backlog:1},function(){console.log(this.address().port)})`;
  const child = spawn(process.execPath, ['-e', text], { stdio: ['ignore', 'pipe', 'ignore'] });
  let port = 0;
  child.stdout.on('data', (chunk: Buffer) => (port = Number(chunk.toString())));
  await until(() => port > 0, 5000);
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let index = 0; index < 6; index++)
    fillers.push(connect(port, host).on('error', () => undefined));
  await pause(100);
  const close = () => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  };
  return { url: `http://127.0.0.1:${port}/dicom-web`, close };
}

/** What a search says through another gateway, in front of another archive or with other settings. */
export async function ofUrl(
  stand: Stand,
  url: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const gateway = await startGateway(url, { PACS_DIALECT: 'generic', ...env });
  try {
    return await search({ archive: stand.archive, gateway });
  } finally {
    await gateway.close();
  }
}

/** Runs with the wall clock moved. */
async function withClock<T>(move: number, run: () => Promise<T>): Promise<T> {
  const real = Date.now;
  Date.now = () => real() + move;
  try {
    return await run();
  } finally {
    Date.now = real;
  }
}

export const PROCESSES: readonly Row[] = [
  {
    id: 'F2',
    fault: 'black hole: connections are never made',
    answer: '504 pacs-timeout',
    withinMs: 2000,
    cached,
    async run(stand) {
      const hole = await startFullBacklog();
      const words = await ofUrl(stand, hole.url, { PACS_CONNECT_TIMEOUT_MS: '400' });
      hole.close();
      return words;
    },
  },
  oauthRow(
    'F13a',
    '401 for an OAuth token that has gone',
    '200, 1 of 1, 2 tokens',
    (header) => header !== 'Bearer t1',
  ),
  oauthRow(
    'F13b',
    '401 for every OAuth token',
    '502 pacs-credentials-rejected, 2 tokens',
    () => false,
  ),
  tlsRow('F31a', 'TLS: self-signed', '502 pacs-error DEPTH_ZERO_SELF_SIGNED_CERT', {
    name: '127.0.0.1',
    trusted: false,
  }),
  tlsRow('F31b', 'TLS: another host’s certificate', '502 pacs-error ERR_TLS_CERT_ALTNAME_INVALID', {
    name: 'other.test',
  }),
  tlsRow('F31c', 'TLS: expired', '502 pacs-error CERT_HAS_EXPIRED', {
    name: '127.0.0.1',
    days: -1,
  }),
  tlsRow('F31d', 'TLS 1.1 only', '502 pacs-error alert protocol version', {
    name: '127.0.0.1',
    maxVersion: 'TLSv1.1',
  }),
  {
    id: 'F35',
    fault: 'wall clock set an hour ahead, and an hour back',
    answer: 'lifetimes and the breaker do not notice',
    withinMs: 3000,
    cached,
    env: { CACHE_STUDY_ROWS_MS: '400', PACS_BREAKER_CONSECUTIVE: '1' },
    async run(stand) {
      const calls = () => stand.archive.asked.filter(isStudySearch).length;
      await search(stand);
      const before = calls();
      await withClock(3_600_000, () => search(stand));
      const kept = calls() === before;
      await pause(450);
      const back = await withClock(-3_600_000, () => search(stand));
      const renewed = calls() > before;
      stand.archive.fault = onSearch(({ socket }) => respond(socket, '', { status: 500 }));
      await search(stand, 'ImagingStudy?_count=3');
      stand.archive.fault = undefined;
      await pause(350);
      const well = await withClock(-3_600_000, () => search(stand, 'ImagingStudy?_count=4'));
      const good = kept && renewed && back.startsWith('200') && well.startsWith('200');
      return good
        ? 'lifetimes and the breaker do not notice'
        : JSON.stringify({ kept, renewed, back, well });
    },
  },
  {
    id: 'F36',
    fault: 'SIGTERM with 20 transfers under way',
    answer: '20 whole, no new one, exit code 0',
    withinMs: 20_000,
    cached,
    async run({ archive }) {
      archive.fault = onRetrieval(({ socket }) => {
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Type: application/dicom\r\nContent-Length: 200000\r\n\r\n',
        );
        socket.write(Buffer.alloc(100_000));
        setTimeout(() => socket.write(Buffer.alloc(100_000)), 1500);
      });
      const child = await startChild(archive.url, { PACS_STREAMS: '20' });
      const before = archive.asked.length;
      const transfers = Array.from({ length: 20 }, () =>
        get(child.url + IMAGE, { Accept: 'application/dicom' }),
      );
      await until(
        () =>
          archive.asked.slice(before).filter(({ path: each }) => each.includes('/instances/'))
            .length >= 20,
        5000,
      );
      child.process.kill('SIGTERM');
      await pause(200);
      const late = await get(child.url + SEARCH).then(
        () => 'a new one',
        () => 'no new one',
      );
      const whole = (await Promise.all(transfers)).filter(
        (each) => each.whole && each.body.length === 200_000,
      );
      return `${whole.length} whole, ${late}, exit code ${await child.ended}`;
    },
  },
  {
    id: 'F38',
    fault: 'no file descriptor left (ulimit -n 256, 400 connections)',
    answer: 'no crash; 200 when they have left',
    withinMs: 20_000,
    cached,
    async run({ archive }) {
      const child = await startChild(archive.url, {}, 256);
      const { port } = new URL(child.url);
      const clients = Array.from({ length: 400 }, () =>
        connect(Number(port), '127.0.0.1').on('error', () => undefined),
      );
      await pause(500);
      for (const client of clients) client.destroy();
      await pause(300);
      const words = await ask(child.url);
      const alive = child.process.exitCode === null;
      child.process.kill('SIGKILL');
      return `${alive ? 'no crash' : 'a crash'}; ${words} when they have left`;
    },
  },
  {
    id: 'F39',
    fault: 'authorisation server down',
    answer: '503 auth-unavailable',
    withinMs: 1500,
    cached,
    async run({ archive }) {
      const gateway = await startGateway(archive.url, {
        AUTH_MODE: 'introspection',
        AUTH_INTROSPECTION_URL: 'http://127.0.0.1:1/introspect',
      });
      const words = await ask(gateway.url, { Authorization: 'Bearer x' });
      await gateway.close();
      return words;
    },
  },
];
