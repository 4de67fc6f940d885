import type { Clause, Condition } from '../study/query';
import { ALL, NOTHING, plain, problem, shown } from './asked';
import type { AnsweredParameter } from './rows';

/*
 * The modifiers that mean the same for every parameter (search page, "modifiers").
 */

/** `:not`: none of the alternatives, so that each is a clause of its own. */
export function noneOf(clause: Clause): readonly Clause[] {
  return clause.map((condition) => opposite(condition));
}

function opposite(condition: Condition): Clause {
  if (condition.on === 'all') return NOTHING;
  return condition.on === 'nothing' ? ALL : [{ on: 'not', condition }];
}

/** `:missing=true` and `:missing=false`; no clause when it holds of every study. */
export function readMissing(
  row: AnsweredParameter,
  name: string,
  value: string,
): readonly Clause[] {
  if (value !== 'true' && value !== 'false') {
    const text = `${plain(name)}: ${shown(value)} is neither true nor false; for example ${plain(name)}=true`;
    throw problem(name, 'invalid-value', text);
  }
  const missing = value === 'true';
  const of = row.missing;
  if (of === undefined || of === 'never' || of === 'always') {
    return missing === (of === 'always') ? [] : [NOTHING];
  }
  return [[{ on: 'presence', of, present: !missing }]];
}
