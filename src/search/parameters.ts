import type { ReleaseName } from '../fhir/releases';
import { COMMON_PARAMETERS } from './commonParameters';
import { DIALECTS, type ParameterType, type SearchType } from './dialects';
import { PATIENT_PARAMETERS } from './patientParameters';
import { ALL_RELEASES, type AnsweredParameter, type Parameter, type Spelling } from './rows';
import { SERVED_PARAMETERS } from './servedParameters';
import { STUDY_PARAMETERS } from './studyParameters';

export type { ParameterType } from './dialects';
export type { AnsweredParameter, Parameter, RefusedParameter, Spelling } from './rows';

/**
 * THE TABLE of search parameters. The parser, the conformance statement, the table in docs/reference and the tests
 * read these rows; a parameter is one row.
 */
export const PARAMETERS: readonly Parameter[] = [
  ...STUDY_PARAMETERS,
  ...PATIENT_PARAMETERS,
  ...SERVED_PARAMETERS,
  ...COMMON_PARAMETERS,
];

/** A row as one release has it. */
export type Spelled<P extends Parameter = Parameter> = P & {
  readonly release: ReleaseName;
  readonly spelling: Spelling;
};

const SPELLED: ReadonlyMap<ReleaseName, readonly Spelled[]> = new Map(
  ALL_RELEASES.map((release) => [release, PARAMETERS.flatMap((row) => spelledIn(release, row))]),
);

function spelledIn(release: ReleaseName, row: Parameter): readonly Spelled[] {
  const spelling = row.releases[release];
  return spelling ? [{ ...row, release, spelling }] : [];
}

/** The parameters of a resource type that a release has, answered or not, in the table's order. */
export function parametersOf(release: ReleaseName, resource: SearchType): readonly Spelled[] {
  return (SPELLED.get(release) ?? []).filter((row) => row.resource === resource);
}

/** Those of {@link parametersOf} that work. */
export function answeredParameters(
  release: ReleaseName,
  resource: SearchType,
): readonly Spelled<AnsweredParameter>[] {
  return parametersOf(release, resource).filter((row) => isAnswered(row));
}

/** The parameters that make a search narrow, by their names in a release. */
export function narrowingParameters(release: ReleaseName, resource: SearchType): readonly string[] {
  return answeredParameters(release, resource)
    .filter(({ narrows }) => narrows)
    .map(({ spelling }) => spelling.name);
}

/** Whether a parameter can be answered. */
export function isAnswered(row: Spelled): row is Spelled<AnsweredParameter> {
  return 'read' in row;
}

/** Modifiers that need no reader of their own in the row. */
const UNIVERSAL: readonly string[] = ['not', 'exact', 'contains'];

/** The modifiers that work with a parameter in its release, without the colon. */
export function modifiersOf(row: Spelled<AnsweredParameter>): readonly string[] {
  const { release, spelling, modified = {} } = row;
  const ofType = DIALECTS[release].modifiers[spelling.type] ?? [];
  const referred = row.target === undefined || row.plainRefusal !== undefined ? [] : [row.target];
  return [
    ...(row.missing === undefined ? [] : ['missing']),
    ...ofType.filter((name) => UNIVERSAL.includes(name) || Object.hasOwn(modified, name)),
    ...referred,
  ];
}

/** What a conformance statement tells of a parameter (ServerFacts in fhir/releases.ts). */
export interface DeclaredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly documentation: string;
  readonly target?: readonly string[];
  readonly chain?: readonly string[];
}

/** The parameters that work, as the conformance statement declares them. */
export function declaredParameters(
  release: ReleaseName,
  resource: SearchType,
): readonly DeclaredParameter[] {
  return answeredParameters(release, resource).map(({ spelling, documentation, target }) => ({
    name: spelling.name,
    type: spelling.type,
    documentation,
    ...(target !== undefined && {
      target: [target],
      chain: answeredParameters(release, target).map((row) => row.spelling.name),
    }),
  }));
}
