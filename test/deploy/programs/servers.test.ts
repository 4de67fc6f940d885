import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../../src/listen';
import { endProgram, startProgram } from '../../programs';
import { until } from '../../until';
import { madeSecrets } from '../settings';
import { DEPLOY, run } from './running';

/* The configurations of HAProxy and Redis, read by the programs that they are for. */

test('HAProxy takes its configuration', () => {
  const env = {
    LISTEN: ':8080',
    REPLICA_1: '127.0.0.1:1',
    REPLICA_2: '127.0.0.1:2',
    REPLICA_3: '127.0.0.1:3',
  };
  const { code, err } = run('haproxy', ['-c', '-f', path.join(DEPLOY, 'haproxy.cfg')], { env });
  expect([code, err]).toEqual([0, expect.not.stringMatching(/ALERT|WARNING/)]);
});

test('Redis starts with its configuration, wants the password, and is bounded', async () => {
  const folder = madeSecrets();
  const port = String(await freePort('127.0.0.1'));
  const file = path.join(folder, 'redis.conf');
  const shipped = readFileSync(path.join(DEPLOY, 'redis', 'redis.conf'), 'utf8');
  writeFileSync(
    file,
    shipped
      .replace('bind 0.0.0.0', 'bind 127.0.0.1')
      .replace('port 6379', `port ${port}`)
      .replace('/run/secrets', folder),
  );
  const redis = startProgram('redis-server', [file]);
  try {
    const password = readFileSync(path.join(folder, 'redis-password'), 'utf8').trim();
    const ask = (words: string[], env = {}) =>
      run('redis-cli', ['-p', port, ...words], { env }).out;
    await until(() => ask(['PING']).includes('NOAUTH'));
    const known = { REDISCLI_AUTH: password };
    expect(ask(['PING'], known)).toBe('PONG\n');
    expect(ask(['CONFIG', 'GET', 'maxmemory-policy'], known)).toContain('allkeys-lru');
    expect(ask(['CONFIG', 'GET', 'maxmemory'], known)).toContain(String(256 * 1024 * 1024));
  } finally {
    await endProgram(redis, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
});
