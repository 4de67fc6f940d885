import type { ReleaseName } from '../fhir/releases';
import type { Presence, SortKey } from '../study/query';
import type { Reader } from './asked';
import { DIALECTS, type ParameterType, type SearchType } from './dialects';

/*
 * What a row of the table of search parameters is made of.
 */

/** What one release calls a parameter, and which type it gives it. */
export interface Spelling {
  readonly name: string;
  readonly type: ParameterType;
}

/** The releases that have a parameter, and what each calls it. */
export type Spellings = Readonly<Partial<Record<ReleaseName, Spelling>>>;

/** What every row has. */
interface Row {
  readonly resource: SearchType;
  readonly releases: Spellings;
  /** One sentence for people, in the conformance statement and docs/reference/search.md. */
  readonly documentation: string;
}

/** A parameter that an archive, or the gateway on its rows, can answer. */
export interface AnsweredParameter extends Row {
  readonly read: Reader;
  /** Readers of values with a modifier that makes another kind of value of them (`:identifier`). */
  readonly modified?: Readonly<Record<string, Reader>>;
  /** Why the parameter is refused without one of the modifiers in `modified`. */
  readonly plainRefusal?: string;
  /** What `:missing` asks for; `never` and `always` where the element is always, or never, there. */
  readonly missing?: Presence | 'never' | 'always';
  readonly sortBy?: SortKey['by'];
  /** Whether archives find few studies by it: what to add to a search that is too broad. */
  readonly narrows?: true;
  /** The type that a reference refers to, whose parameters can be chained. */
  readonly target?: SearchType;
}

/** A parameter that exists in FHIR and that no archive can answer. */
export interface RefusedParameter extends Row {
  readonly refusal: string;
}

export type Parameter = AnsweredParameter | RefusedParameter;

/** Every release, the oldest first. */
export const ALL_RELEASES = Object.keys(DIALECTS) as ReleaseName[];

/** The releases from one to another, both included; to the newest where no last one is named. */
export function releasesFrom(first: ReleaseName, last?: ReleaseName): readonly ReleaseName[] {
  const end = last === undefined ? ALL_RELEASES.length : ALL_RELEASES.indexOf(last) + 1;
  return ALL_RELEASES.slice(ALL_RELEASES.indexOf(first), end);
}

/** One name and type in all releases from one to another. */
export function spelled(
  type: ParameterType,
  name: string,
  first: ReleaseName = 'dstu1',
  last?: ReleaseName,
): Spellings {
  return Object.fromEntries(
    releasesFrom(first, last).map((release) => [release, { name, type }] as const),
  );
}

/** A row of a parameter that is refused by name. */
export function refused(
  resource: SearchType,
  releases: Spellings,
  documentation: string,
  refusal: string,
): RefusedParameter {
  return { resource, releases, documentation, refusal };
}
