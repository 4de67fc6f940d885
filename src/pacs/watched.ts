import { CallerGone, Problem } from '../errors';
import type { Call } from '../study/source';

/** What a call to the archive is, for the meter and for whoever listens. */
export interface Watched {
  /** Its name in the meter. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Path and query as they were sent; known when the call is over. */
  target(): string;
}

/** Sends, and tells the caller's meter how long it took, what was sent and what came. */
export async function watched<T>(call: Call, what: Watched, send: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const tell = (came: { readonly rows?: number; readonly failure?: string }) => {
    const { operation, method } = what;
    const milliseconds = performance.now() - started;
    call.meter.upstream(operation, milliseconds, came.failure ?? 'ok');
    call.meter.trace?.({ on: 'call', method, target: what.target(), milliseconds, ...came });
  };
  try {
    const answer = await send();
    tell(Array.isArray(answer) ? { rows: answer.length } : {});
    return answer;
  } catch (error) {
    tell({ failure: failureOf(error) });
    throw error;
  }
}

function failureOf(error: unknown): string {
  if (error instanceof Problem) return error.code;
  return error instanceof CallerGone ? 'left' : 'failure';
}
