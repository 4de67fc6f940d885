import { LRUCache } from 'lru-cache';
import { Problem, type ProblemCode } from '../errors';
import type { Call, Keys, Notice, Stretch, StudySource, StudyWindow } from '../study/source';

/** Study rows and when they came, as `performance.now()` tells time. */
interface Dated {
  readonly window: StudyWindow;
  readonly since: number;
}

/** Stretches of study rows that are kept for a failure. */
const REMEMBERED = 1000;
/** Failures in which the archive says nothing of the question; a refusal is an answer. */
const SILENT: readonly ProblemCode[] = [
  'pacs-unreachable',
  'pacs-breaker-open',
  'pacs-busy',
  'pacs-timeout',
  'pacs-error',
  'pacs-broken-answer',
];

/**
 * A source that answers older study rows while the archive fails, to callers who allow it (`Call.mayBeStale`), and
 * says so in the answer (RFC 5861 4). Who owns a study is never decided so: `Call.fresh` gets none, and callers who
 * may not see everything do not allow it.
 *
 * @param staleIfErrorMs how old the rows may be at most; 0: never
 */
export function staleIfError(source: StudySource, staleIfErrorMs: number): StudySource {
  if (staleIfErrorMs === 0) return source;
  const kept = new LRUCache<string, Dated>({ max: REMEMBERED });

  function remember(key: string, window: StudyWindow): StudyWindow {
    // The same rows out of the cache have not become younger.
    if (kept.get(key)?.window !== window) kept.set(key, { window, since: performance.now() });
    return window;
  }

  function fallBack(key: string, call: Call, error: unknown): StudyWindow {
    const old = kept.get(key);
    const age = performance.now() - (old?.since ?? Number.NEGATIVE_INFINITY);
    const allowed = call.mayBeStale === true && call.fresh !== true && isSilent(error);
    if (old === undefined || !allowed || age > staleIfErrorMs) throw error;
    call.meter.stale?.(age);
    return { ...old.window, notices: [...old.window.notices, notice(age)] };
  }

  return {
    ...source,
    async studies(keys: Keys, window: Stretch, call: Call) {
      const key = JSON.stringify([[...keys], window]);
      try {
        return remember(key, await source.studies(keys, window, call));
      } catch (error) {
        return fallBack(key, call, error);
      }
    },
  };
}

function isSilent(error: unknown): boolean {
  return error instanceof Problem && SILENT.includes(error.code);
}

function notice(ageMs: number): Notice {
  const seconds = Math.ceil(ageMs / 1000);
  return {
    code: 'stale-answer',
    text: `The archive does not answer: this is what it said ${seconds} seconds ago.`,
  };
}
