import {
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  ConstantBackoff,
  CountBreaker,
  handleWhen,
  type IBreaker,
} from 'cockatiel';
import { Problem, type ProblemCode } from '../errors';
import { transportFailure } from './failures';

/** When an archive that fails is left alone, and for how long. */
export interface BreakerSettings {
  /** Failures in a row. */
  readonly consecutive: number;
  /** Or so many failures among the last `window` calls. */
  readonly failures: number;
  readonly window: number;
  /** How long no call is made then, in milliseconds; after that one call tries. */
  readonly openMs: number;
}

/** Leaves an archive alone that fails call after call. */
export interface Breaker {
  /**
   * Makes a call, unless the archive is being left alone.
   *
   * @param failed whether an answer counts as a failure of the archive
   * @throws Problem `pacs-breaker-open`, with the seconds until the next try; else what the call throws
   */
  run<T>(send: () => Promise<T>, failed: (answer: T) => boolean): Promise<T>;
  state(): BreakerState;
}

/** Whether calls are made; half open: one tries, or the next one will. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** What an archive that cannot serve does; an answer that is too large, a refused token or a caller's leaving is none. */
const FAILURES: readonly ProblemCode[] = [
  'pacs-unreachable',
  'pacs-timeout',
  'pacs-broken-answer',
  'pacs-error',
];

export function createBreaker(settings: BreakerSettings): Breaker {
  const policy = circuitBreaker(
    handleWhen(isFailure).orWhenResult((answer) => answer instanceof Failed),
    {
      breaker: either(
        new ConsecutiveBreaker(settings.consecutive),
        new CountBreaker({ threshold: shareOf(settings), size: settings.window }),
      ),
      // Its own wait is by the wall clock: one that is set back an hour would keep the archive shut off for an hour.
      halfOpenAfter: new ConstantBackoff(Number.NEGATIVE_INFINITY),
    },
  );
  let openUntil = 0;
  policy.onBreak(() => {
    openUntil = performance.now() + settings.openMs;
  });

  function refuse(): void {
    // One call tries; the others would wait for it, for as long as a silent archive lets it.
    const trying = policy.state === CircuitState.HalfOpen;
    const left = openUntil - performance.now();
    if (trying || (policy.state === CircuitState.Open && left > 0)) throw isOpen(left);
  }

  return {
    state() {
      if (policy.state === CircuitState.Closed) return 'closed';
      const waits = policy.state === CircuitState.Open && performance.now() < openUntil;
      return waits ? 'open' : 'half-open';
    },
    async run<T>(send: () => Promise<T>, failed: (answer: T) => boolean) {
      refuse();
      const settled = await policy.execute(async () => {
        const answer = await send();
        return failed(answer) ? new Failed(answer) : new Served(answer);
      });
      return settled.answer;
    },
  };
}

/** An answer that counts as a failure; cockatiel tells results apart by what they are. */
class Failed<T> {
  constructor(readonly answer: T) {}
}

class Served<T> {
  constructor(readonly answer: T) {}
}

function isFailure(error: unknown): boolean {
  const failure = transportFailure(error);
  return failure instanceof Problem && FAILURES.includes(failure.code);
}

/** Opens when either says so; both see every call. */
function either(one: IBreaker, other: IBreaker): IBreaker {
  return {
    state: undefined,
    success(state) {
      one.success(state);
      other.success(state);
    },
    failure(state) {
      const broken = [one.failure(state), other.failure(state)];
      return broken.includes(true);
    },
  };
}

/** cockatiel opens above a share of the window; `failures` of them must be above it, and one less must not. */
function shareOf({ failures, window }: BreakerSettings): number {
  return (Math.min(failures, window) - 0.5) / window;
}

function isOpen(leftMs: number): Problem {
  const text = 'The archive failed too often and is left alone for a moment. Try again then.';
  return new Problem('pacs-breaker-open', text, {
    retryAfter: Math.max(1, Math.ceil(leftMs / 1000)),
  });
}
