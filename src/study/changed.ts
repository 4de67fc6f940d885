import type { Clause, Condition } from './query';
import type { Call, Notice, StudySource } from './source';

/*
 * Searches for what changed since some time (`_lastUpdated`), which no archive matches: the log of changes tells
 * where to look, where the archive keeps one.
 */

type Updated = Extract<Condition, { on: 'lastUpdated' }>;

const LATER: readonly Updated['comparator'][] = ['eq', 'gt', 'ge', 'sa', 'ap'];

/** Whether a question asks when studies changed, so that study rows read before it will not do. */
export function asksUpdates(clauses: readonly Clause[]): boolean {
  return clauses.flat().some(isUpdated);
}

/**
 * The earliest time at which a study that matches can have changed.
 *
 * @returns milliseconds since 1970; undefined when it may have changed at any time
 */
function earliestUpdate(clauses: readonly Clause[]): number | undefined {
  const bounds = clauses.map(earliestOf).filter((bound) => bound !== undefined);
  return bounds.length === 0 ? undefined : Math.max(...bounds);
}

function earliestOf(clause: Clause): number | undefined {
  const conditions = clause.filter(({ on }) => on !== 'nothing');
  const later = conditions.filter(isUpdated).filter(({ comparator }) => LATER.includes(comparator));
  if (later.length === 0 || later.length < conditions.length) return undefined;
  return Math.min(...later.map(({ span }) => span.from - (span.offset ?? 0) * 60_000));
}

function isUpdated(condition: Condition): condition is Updated {
  return condition.on === 'lastUpdated';
}

/** The studies among which a question's answer is, out of the archive's log of changes; undefined: it may be any. */
export async function changedStudies(
  clauses: readonly Clause[],
  source: StudySource,
  most: number,
  call: Call,
): Promise<readonly string[] | undefined> {
  const since = earliestUpdate(clauses);
  return since === undefined ? undefined : source.changedSince?.(since, most, call);
}

/** What is said of an answer about changes where the archive does not tell of them. */
export const FIRST_SEEN: Notice = {
  code: 'last-updated-first-seen',
  text:
    'The archive does not tell when studies change: _lastUpdated is since when this gateway has seen a study as ' +
    'it is, and every study counts as changed once more after a restart.',
};
