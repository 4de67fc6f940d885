/*
 * Redis as something that may be slow, down or full at any time: then it is as if it held nothing.
 */

/** What is used of a Redis client. Values are bytes. */
export interface RedisCommands {
  mGet(keys: string[]): Promise<readonly (Buffer | null)[]>;
  pTTL(key: string): Promise<number>;
  set(key: string, value: Buffer | string, options: SetOptions): Promise<unknown>;
  unlink(keys: string[]): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  publish(channel: string, message: Buffer): Promise<unknown>;
  ping(): Promise<unknown>;
}

interface SetOptions {
  readonly expiration: { readonly type: 'PX'; readonly value: number };
  readonly condition?: 'NX';
}

/** A value and how much longer Redis keeps it, in milliseconds; 0 where that was not asked. */
export interface Entry {
  readonly bytes: Buffer;
  readonly leftMs: number;
}

/** How a command failed: no answer in time; no connection; refused, as by a Redis that is full. */
export type Trouble = 'late' | 'away' | 'refused';

/** Redis within bounds: every command answers within the deadline, undefined where Redis did not. */
export interface Redis {
  /** @param dated those of the keys whose lives are wanted, too; of the others none is told */
  read(
    keys: readonly string[],
    dated: readonly string[],
  ): Promise<readonly (Entry | undefined)[] | undefined>;
  write(key: string, value: Buffer | string, ttlMs: number): Promise<true | undefined>;
  /** Writes what is not there yet; false: it is. */
  claim(key: string, value: string, ttlMs: number): Promise<boolean | undefined>;
  /** Lets what was claimed live on, if it is still ours. */
  renew(key: string, value: string, ttlMs: number): Promise<unknown>;
  /** Gives up what was claimed, if it is still ours. */
  release(key: string, value: string): Promise<unknown>;
  drop(keys: readonly string[]): Promise<true | undefined>;
  publish(channel: string, message: Buffer): Promise<true | undefined>;
  close(): void;
}

export interface RedisBounds {
  /** Deadline of a command, in milliseconds. */
  readonly timeoutMs: number;
  /** Hears of every command that failed. */
  readonly onTrouble: (trouble: Trouble, error: unknown) => void;
}

/** Commands without an answer one after the other, after which no request waits for Redis any more. */
const LATE_COMMANDS = 3;
/** How often a Redis that nobody waits for is asked whether it answers again, in milliseconds. */
const PROBE_MS = 1000;

const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('unlink', KEYS[1]) end`;

/** Holds a client to its deadline, and stops asking a Redis that does not answer until it answers a probe. */
export function boundRedis(client: RedisCommands, { timeoutMs, onTrouble }: RedisBounds): Redis {
  const breaker = createBreaker(() => withDeadline(client.ping(), timeoutMs));

  async function ask<T>(send: () => Promise<T>): Promise<T | undefined> {
    if (breaker.open()) return undefined;
    try {
      const answer = await withDeadline(send(), timeoutMs);
      breaker.answered();
      return answer;
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === 'late') breaker.late();
      onTrouble(trouble, error);
      return undefined;
    }
  }

  return {
    read: (keys, dated) =>
      ask(async () => {
        // Sent together, so that they cost one round trip.
        const [values, ...left] = await Promise.all([
          client.mGet([...keys]),
          ...dated.map((key) => client.pTTL(key)),
        ]);
        const lives = new Map(dated.map((key, at) => [key, left[at]]));
        return keys.map((key, at) => {
          const bytes = values[at] ?? undefined;
          return bytes && { bytes, leftMs: Math.max(0, lives.get(key) ?? 0) };
        });
      }),
    write: (key, value, ttlMs) =>
      ask(() => client.set(key, value, expiring(ttlMs)).then(() => true)),
    claim: (key, value, ttlMs) =>
      ask(async () => {
        const options = { ...expiring(ttlMs), condition: 'NX' as const };
        return (await client.set(key, value, options)) !== null;
      }),
    renew: (key, value, ttlMs) =>
      ask(() => client.eval(RENEW, { keys: [key], arguments: [value, String(ttlMs)] })),
    release: (key, value) => ask(() => client.eval(RELEASE, { keys: [key], arguments: [value] })),
    drop: (keys) => ask(() => client.unlink([...keys]).then(() => true as const)),
    publish: (channel, message) =>
      ask(() => client.publish(channel, message).then(() => true as const)),
    close: () => breaker.close(),
  };
}

function expiring(ttlMs: number): SetOptions {
  return { expiration: { type: 'PX', value: Math.max(1, Math.floor(ttlMs)) } };
}

/** Not a library's breaker: those probe with a caller's request, which then waits for the whole deadline. */
function createBreaker(probe: () => Promise<unknown>) {
  let late = 0;
  let probing: NodeJS.Timeout | undefined;
  const close = () => {
    clearInterval(probing);
    probing = undefined;
    late = 0;
  };
  return {
    open: () => probing !== undefined,
    answered() {
      late = 0;
    },
    late() {
      late += 1;
      if (late < LATE_COMMANDS || probing !== undefined) return;
      probing = setInterval(() => void probe().then(close, () => undefined), PROBE_MS).unref();
    },
    close,
  };
}

class Late extends Error {
  override readonly name = 'Late';
}

async function withDeadline<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new Late(`no answer within ${timeoutMs} ms`));
    // Where this process itself was busy, the answer may lie there unread: it is read before the next turn.
    timer = setTimeout(() => setImmediate(end), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof Late) return 'late';
  // Redis's own words begin with a code: OOM, READONLY, NOAUTH, LOADING.
  return error instanceof Error && /^[A-Z]{2,} /.test(error.message) ? 'refused' : 'away';
}
