import type { Clause, Condition } from '../study/query';
import type { CallerKind } from './access';
import { RULE_ATTRIBUTES, type Restriction } from './configured';

/**
 * What a study must not be for a caller of a class to see it, as clauses of {@link Access}: a restricted study
 * is no error, it is not there.
 *
 * @param rules from the settings; of several that hold for a study each must allow the caller
 */
export function restrictionClauses(rules: readonly Restriction[], kind: CallerKind): Clause[] {
  return rules
    .filter((rule) => !rule.allow.includes(kind))
    .flatMap(conditionsOf)
    .map((condition) => [{ on: 'not', condition }]);
}

function conditionsOf(rule: Restriction): Condition[] {
  if ('studies' in rule) return rule.studies.map((uid) => ({ on: 'study', uid }));
  const { attribute, values, untold } = rule;
  return [{ on: 'attribute', of: RULE_ATTRIBUTES[attribute], values, untold: untold === 'hide' }];
}
