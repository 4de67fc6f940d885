import type { Connections } from '../../src/cache/connect';
import type { RedisCommands } from '../../src/cache/redis';

/*
 * A Redis in memory that fails as a test tells it. What real ones do is tested in test/redis.
 */

/** `silent`: it takes commands and never answers; `away`: there is no connection; `full`: it takes no values. */
export type Mode = 'good' | 'silent' | 'away' | 'full';

interface Held {
  bytes: Buffer;
  until: number;
}

export interface FakeRedis {
  mode: Mode;
  /** Commands that it got so far. */
  commands: number;
  readonly held: Map<string, Held>;
  /** The connections of one more replica. */
  connect(): Connections;
}

export function startFakeRedis(): FakeRedis {
  const held = new Map<string, Held>();
  const listeners = new Map<string, Set<(message: Buffer) => void>>();
  const heard = new Set<(listening: boolean) => void>();
  let mode: Mode = 'good';

  const alive = (key: string) => {
    const one = held.get(key);
    return one !== undefined && one.until > Date.now() ? one : undefined;
  };

  /** A command as the mode has it. */
  const answer = async <T>(work: () => T, writes = false): Promise<T> => {
    fake.commands += 1;
    if (mode === 'silent') return new Promise<never>(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    if (mode === 'away') throw new Error('The client is closed');
    if (writes && mode === 'full')
      throw new Error("OOM command not allowed when used memory > 'maxmemory'.");
    return work();
  };

  const commands: RedisCommands = {
    mGet: (keys) => answer(() => keys.map((key) => alive(key)?.bytes ?? null)),
    pTTL: (key) =>
      answer(() => {
        const one = alive(key);
        return one === undefined ? -2 : one.until - Date.now();
      }),
    set: (key, value, { expiration, condition }) =>
      answer(() => {
        if (condition === 'NX' && alive(key) !== undefined) return null;
        held.set(key, { bytes: Buffer.from(value), until: Date.now() + expiration.value });
        return 'OK';
      }, true),
    unlink: (keys) => answer(() => keys.filter((key) => held.delete(key)).length),
    eval: (script, { keys: [key = ''], arguments: [mark, ttl] }) =>
      answer(() => {
        const one = alive(key);
        if (one === undefined || one.bytes.toString() !== mark) return null;
        if (script.includes('pexpire')) one.until = Date.now() + Number(ttl);
        else held.delete(key);
        return 1;
      }),
    publish: (channel, message) =>
      answer(() => {
        for (const listener of listeners.get(channel) ?? []) listener(message);
        return 1;
      }),
    ping: () => answer(() => 'PONG'),
  };

  const fake: FakeRedis = {
    get mode() {
      return mode;
    },
    set mode(next: Mode) {
      const was = mode;
      mode = next;
      if (next === 'away') for (const each of heard) each(false);
      if (was === 'away' && next !== 'away') for (const each of heard) each(true);
    },
    commands: 0,
    held,
    connect: () => ({
      commands,
      listen(channel, onMessage, onListening) {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(onMessage));
        heard.add(onListening);
        if (mode !== 'away') onListening(true);
      },
      pingListener: () => commands.ping(),
      close: () => undefined,
    }),
  };
  return fake;
}
