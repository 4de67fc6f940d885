import type { ReleaseName } from '../fhir/releases';
import { plain, problem } from './asked';
import { DIALECTS, type SearchType } from './dialects';
import {
  isAnswered,
  modifiersOf,
  parametersOf,
  answeredParameters,
  type AnsweredParameter,
  type Spelled,
} from './parameters';
import { resultParameter, resultParametersOf, type ResultParameter } from './results';

/** What the name of a parameter stands for. */
export type Resolved =
  | {
      readonly kind: 'filter';
      readonly row: Spelled<AnsweredParameter>;
      readonly modifier?: string;
    }
  | {
      readonly kind: 'result';
      readonly base: string;
      readonly parameter: ResultParameter;
      readonly modifier?: string;
    }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** `base[:modifier][.chain]`, where the chain is a name again. */
const NAME = /^([^:.]+)(?::([^.]*))?(?:\.(.+))?$/s;

/**
 * Finds what a parameter's name stands for. A chain (`subject.name`, `subject:Patient.name:exact`) leads to
 * the row of the resource referred to: a study here is of one patient, so the patient's conditions are
 * conditions of the study.
 *
 * @throws Problem `unsupported-modifier`, because to leave a modifier out would answer another question
 */
export function resolve(release: ReleaseName, type: SearchType, name: string): Resolved {
  const [, base = name, modifier, chain] = NAME.exec(name) ?? [];
  const parameter = chain === undefined ? resultParameter(release, base) : undefined;
  if (parameter?.refusal !== undefined) return { kind: 'unsupported', reason: parameter.refusal };
  if (parameter) {
    if (modifier !== undefined) {
      checkModifier(name, modifier, parameter.modifiers(DIALECTS[release]));
    }
    return { kind: 'result', base, parameter, ...(modifier !== undefined && { modifier }) };
  }
  const row = parametersOf(release, type).find(({ spelling }) => spelling.name === base);
  if (!row) return unsupported(release, type);
  if (!isAnswered(row)) return { kind: 'unsupported', reason: row.refusal };
  if (chain !== undefined) return follow(release, row, name, modifier, chain);
  if (modifier === undefined) {
    const reason = row.plainRefusal;
    return reason === undefined ? { kind: 'filter', row } : { kind: 'unsupported', reason };
  }
  checkModifier(name, modifier, modifiersOf(row));
  return { kind: 'filter', row, modifier };
}

function follow(
  release: ReleaseName,
  row: Spelled<AnsweredParameter>,
  name: string,
  modifier: string | undefined,
  chain: string,
): Resolved {
  const { target, spelling } = row;
  if (target === undefined) {
    return { kind: 'unsupported', reason: `${spelling.name} is no reference; nothing follows it` };
  }
  if (modifier !== undefined) checkModifier(name, modifier, [target]);
  const resolved = resolve(release, target, chain);
  return resolved.kind === 'result' ? unsupported(release, target) : resolved;
}

function checkModifier(name: string, modifier: string, known: readonly string[]): void {
  if (known.includes(modifier)) return;
  const works = known.map((word) => `:${word}`).join(', ') || 'none';
  throw problem(
    name,
    'unsupported-modifier',
    `${plain(name)}: the modifier :${plain(modifier)} does not work here; what works: ${works}`,
  );
}

function unsupported(release: ReleaseName, type: SearchType): Resolved {
  const names = [
    ...answeredParameters(release, type).map(({ spelling }) => spelling.name),
    ...resultParametersOf(release, type).map(({ name }) => name),
  ];
  const reason = `no search parameter of ${type}; what works: ${names.join(', ')}`;
  return { kind: 'unsupported', reason };
}
