import { setTimeout as sleep } from 'node:timers/promises';
import { isAxiosError } from 'axios';
import { createBreaker, type BreakerSettings, type BreakerState } from './breaker';
import { createCredential, type CredentialSettings } from './credential';
import { createPause } from './pause';

/** How calls of every kind are made to one archive. */
export interface UpstreamSettings extends CredentialSettings {
  /** How often a call is made again of which nothing came. */
  readonly retries: number;
  /** The longest Retry-After of the archive that a call waits out, in milliseconds. */
  readonly maxWaitMs: number;
  readonly breaker: BreakerSettings;
}

/** An answer as far as it decides about the next call. */
export interface Answered {
  readonly status: number;
  /** The first value of a header; names in lower case. */
  header(name: string): string | undefined;
  /** Ends an answer that nobody will read. */
  discard(): void;
}

/** What statuses mean for one kind of call. */
export interface Rules {
  /** All of the call, repetitions and waiting included, in milliseconds. */
  readonly budgetMs: number;
  /** Statuses that the breaker counts. */
  failed(status: number): boolean;
  /** Statuses after which the same call may well succeed. */
  again(status: number): boolean;
  /** Statuses whose Retry-After is about the archive, not about the one thing asked for. */
  pauses(status: number): boolean;
}

/** The one way to an archive: its credential, its Retry-After, its breaker and the repetition of calls. */
export interface Upstream {
  /**
   * Makes one call, which only reads: Orthanc's `tools/find` and `tools/bulk-content` are POSTs, but change
   * nothing, so that they are repeated as a GET is (RFC 9110 9.2.2).
   *
   * @param send sends it once, within so many milliseconds
   * @param signal of the caller: one who has left gets no repetition
   * @throws Problem `pacs-breaker-open` and `pacs-busy` without a call; what `send` throws
   */
  exchange<T extends Answered>(
    send: (authorization: string | undefined, withinMs: number) => Promise<T>,
    rules: Rules,
    signal: AbortSignal,
  ): Promise<T>;
  state(): UpstreamState;
}

export interface UpstreamState {
  readonly breaker: BreakerState;
  /** Milliseconds that the archive asked to be left alone for on, by Retry-After; 0: it did not. */
  readonly pausedMs: number;
  /** Calls that were made again since the start. */
  readonly retries: number;
}

/** Milliseconds before a repetition: apart from each other, so that callers do not come back as one. */
const JITTER = { least: 100, most: 300 };
/** Failures before the first byte of an answer. */
const NOTHING_CAME = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'EHOSTUNREACH']);

export function createUpstream(settings: UpstreamSettings): Upstream {
  const credential = createCredential(settings);
  const breaker = createBreaker(settings.breaker);
  const pause = createPause();
  let retries = 0;

  /** Sends with the credential, and once more with another where the archive does not know it any more. */
  async function authorised<T extends Answered>(send: (header?: string) => Promise<T>): Promise<T> {
    const header = await credential.header();
    const answer = await send(header);
    if (answer.status !== 401 || !credential.renewable) return answer;
    answer.discard();
    return send(await credential.header(header));
  }

  /** Milliseconds after which the call is worth repeating; undefined: what came is what there is. */
  function delayAfter(settled: Settled, rules: Rules): number | undefined {
    if ('error' in settled) return nothingCame(settled.error) ? jitter() : undefined;
    const { status } = settled.answer;
    if (rules.again(status)) return jitter();
    const asked = pause.left();
    return rules.pauses(status) && asked > 0 && asked <= settings.maxWaitMs ? asked : undefined;
  }

  return {
    async exchange<T extends Answered>(
      send: (authorization: string | undefined, withinMs: number) => Promise<T>,
      rules: Rules,
      signal: AbortSignal,
    ): Promise<T> {
      const end = performance.now() + rules.budgetMs;
      await pause.over(Math.min(settings.maxWaitMs, rules.budgetMs));
      const attempts = async () => {
        for (let repeats = settings.retries; ; repeats -= 1) {
          const left = () => end - performance.now();
          const settled = await settle(authorised((header) => send(header, left())));
          if ('answer' in settled && rules.pauses(settled.answer.status)) {
            pause.begin(settled.answer.header('retry-after'));
          }
          const delay = repeats > 0 ? delayAfter(settled, rules) : undefined;
          if (delay === undefined || delay >= left() || signal.aborted) return unwrap(settled);
          if ('answer' in settled) settled.answer.discard();
          await sleep(delay);
          retries += 1;
        }
      };
      return breaker.run(attempts, ({ status }) => rules.failed(status));
    },
    state: () => ({ breaker: breaker.state(), pausedMs: pause.left(), retries }),
  };
}

/** What became of a call. */
type Settled<T extends Answered = Answered> = { readonly answer: T } | { readonly error: unknown };

async function settle<T extends Answered>(call: Promise<T>): Promise<Settled<T>> {
  try {
    return { answer: await call };
  } catch (error) {
    return { error };
  }
}

function unwrap<T extends Answered>(settled: Settled<T>): T {
  if ('answer' in settled) return settled.answer;
  throw settled.error;
}

/** Failures of a body are no AxiosErrors: something came, and half an answer is not asked for again. */
function nothingCame(error: unknown): boolean {
  return isAxiosError(error) && NOTHING_CAME.has(error.code ?? '');
}

function jitter(): number {
  return JITTER.least + Math.random() * (JITTER.most - JITTER.least);
}
