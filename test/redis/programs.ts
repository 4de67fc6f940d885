import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/listen';
import { endProgram, ROOT, startProgram } from '../programs';
import { until } from '../until';

/*
 * Redis, HAProxy and replicas of the gateway as processes of their own, on free ports of the loopback interface.
 */

/**
 * `describe` where these programs are installed; else a skipped block whose name says so. With REQUIRE_REDIS=1 or
 * REQUIRE_SHARED=1 the block fails instead.
 */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const missing = programs.filter((program) => spawnSync(program, ['-v']).error !== undefined);
  if (missing.length === 0) {
    describe(name, tests);
  } else if (process.env.REQUIRE_REDIS === '1' || process.env.REQUIRE_SHARED === '1') {
    it(`${name}: needs ${missing.join(', ')}`, () => {
      throw new Error(`${missing.join(', ')} of Debian's packages are not installed`);
    });
  } else {
    const notice = `SKIPPED: ${missing.join(', ')} is not installed: ${name}`;
    process.stderr.write(`${notice}\n`);
    describe.skip(notice, tests);
  }
}

/** A program that runs for a test. */
export interface Program {
  readonly process: ChildProcess;
  /** Ends it at once, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface RedisProgram extends Program {
  readonly url: string;
  /** Starts it again on its port, with nothing in it. */
  restart(): Promise<void>;
  /** Runs a command of redis-cli. */
  command(...words: string[]): string;
}

export async function startRedis(): Promise<RedisProgram> {
  const port = await freePort('127.0.0.1');
  const folder = mkdtempSync(path.join(tmpdir(), 'redis-'));
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  const begin = async () => {
    const child = startProgram('redis-server', [...where, '--save', '', '--appendonly', 'no']);
    await until(() => redisCli(port, ['ping']) === 'PONG');
    return child;
  };
  let child = await begin();
  return {
    url: `redis://127.0.0.1:${port}`,
    get process() {
      return child;
    },
    command: (...words) => redisCli(port, words),
    async restart() {
      await endProgram(child);
      child = await begin();
    },
    async kill() {
      await endProgram(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function redisCli(port: number, words: readonly string[]): string {
  const { stdout } = spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' });
  return stdout.trim();
}

/** A replica of the gateway in a process of its own, from the sources. */
export async function startReplica(
  env: Readonly<Record<string, string>>,
): Promise<Program & { readonly address: string }> {
  const port = await freePort('127.0.0.1');
  const child = startProgram(
    process.execPath,
    ['--import', 'tsx', path.join(ROOT, 'src', 'main.ts')],
    {
      ...env,
      PORT: String(port),
      LOG_LEVEL: 'warn',
    },
  );
  const address = `127.0.0.1:${port}`;
  await until(() => answers(`http://${address}/health/ready`));
  return { process: child, address, kill: () => endProgram(child) };
}

/** HAProxy with the configuration that is shipped. */
export async function startHaproxy(
  replicas: readonly string[],
): Promise<Program & { readonly url: string }> {
  const listen = `127.0.0.1:${await freePort('127.0.0.1')}`;
  const names = replicas.map((address, at): [string, string] => [`REPLICA_${at + 1}`, address]);
  const file = path.join(ROOT, 'deploy', 'haproxy.cfg');
  const child = startProgram('haproxy', ['-db', '-f', file], {
    ...Object.fromEntries(names),
    LISTEN: listen,
  });
  await until(() => answers(`http://${listen}/health/ready`));
  return { process: child, url: `http://${listen}`, kill: () => endProgram(child) };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
