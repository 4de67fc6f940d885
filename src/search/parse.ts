import { Problem } from '../errors';
import type { ReleaseName } from '../fhir/releases';
import type { Clause, SortKey, StudyQuery } from '../study/query';
import type { Notice } from '../study/source';
import { plain, problem, type Asked, type SearchContext } from './asked';
import { DIALECTS, type Include, type SearchType, type Summary } from './dialects';
import { showsSeries } from './detail';
import { noneOf, readMissing } from './modifiers';
import { readPatientIds } from './references';
import { resolve, type Resolved } from './resolve';
import type { Effect, Total } from './results';
import { splitEscaped } from './values';

export type { SearchContext, ServedResource } from './asked';
export type { Include, SearchType, Summary } from './dialects';
export type { Total } from './results';

/** Parameters in one request, at most. */
export const MAX_PARAMETERS = 100;
/** Values joined by commas in one parameter, at most. */
export const MAX_ALTERNATIVES = 50;
/** Characters of one value, at most. */
export const MAX_VALUE_LENGTH = 512;

/** A client's search as it came over the wire, percent-encoding undone. */
export interface SearchInput {
  readonly release: ReleaseName;
  readonly type: SearchType;
  /** Names and values in the order of the request. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** What to do with parameters that are not supported: refuse the search, or leave them out and say so. */
  readonly handling: 'strict' | 'lenient';
  readonly context: SearchContext;
}

/** A search that has been understood. */
export interface ParsedSearch {
  readonly query: StudyQuery;
  readonly summary: Summary;
  /** The elements that are wanted (`_elements`); those that FHIR demands belong to any answer. */
  readonly elements?: readonly string[];
  /** How exactly the number of all matches is wanted; undefined where the client does not say. */
  readonly total: Total | undefined;
  /** Whether only the number of matches is wanted: `_summary=count`, or `_count=0`. */
  readonly countOnly: boolean;
  readonly includes: readonly Include[];
  /** Whether the client wants to know what is asked of the archive. */
  readonly explain: boolean;
  /**
   * The parameters that are really used, for the self link, in the order of the request: `_count` as it is
   * used, `_format` among them, the cursor not.
   */
  readonly applied: readonly (readonly [name: string, value: string])[];
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
  /** What the client should know about an answer that it gets all the same. */
  readonly warnings: readonly Notice[];
}

/** A search while it is read. */
interface Draft {
  readonly input: SearchInput;
  readonly clauses: Clause[];
  readonly sort: SortKey[];
  readonly includes: Set<Include>;
  readonly applied: (readonly [string, string])[];
  readonly ignored: { readonly name: string; readonly reason: string }[];
  readonly warnings: Notice[];
  /** Result parameters that have been read. */
  readonly seen: Set<string>;
  count: number;
  summary: Summary;
  elements: readonly string[] | undefined;
  total: Total | undefined;
  explain: boolean;
  cursor?: string;
}

/**
 * Turns FHIR's question into DICOM's (search page of each release): a repeated parameter is AND, a comma is
 * OR, what follows a colon modifies, what follows a dot asks the resource referred to.
 *
 * @throws Problem `unsupported-parameter` (strict handling), `unsupported-modifier`, `invalid-value` or
 *   `wildcard-refused`, each naming the parameter, the value, what is wanted and an example
 */
export function parseSearch(input: SearchInput): ParsedSearch {
  if (input.parameters.length > MAX_PARAMETERS) {
    const text = `The search has ${input.parameters.length} parameters; at most ${MAX_PARAMETERS} are read`;
    throw new Problem('invalid-value', text);
  }
  const draft = begin(input);
  for (const [name, value] of input.parameters) readParameter(draft, name, value);
  return finish(draft);
}

function begin(input: SearchInput): Draft {
  const { context } = input;
  const draft: Draft = {
    input,
    clauses: [],
    sort: [],
    includes: new Set(),
    applied: [],
    ignored: [],
    warnings: [],
    seen: new Set(),
    count: Math.min(context.defaultCount, context.maxCount),
    summary: 'false',
    elements: undefined,
    total: undefined,
    explain: false,
  };
  if (context.compartmentPatient !== undefined) {
    draft.clauses.push(readPatientIds(asked(draft, 'Patient', context.compartmentPatient)));
  }
  return draft;
}

function finish(draft: Draft): ParsedSearch {
  const { input, clauses, sort, cursor, summary, elements, applied, ignored, warnings } = draft;
  const shown = DIALECTS[input.release].summaries[summary];
  const countOnly = summary === 'count' || draft.count === 0;
  return {
    query: {
      clauses,
      sort,
      count: countOnly ? 0 : draft.count,
      ...(cursor !== undefined && { cursor }),
      ...((countOnly || draft.total === 'accurate') && { counted: true }),
      detail: !countOnly && input.type === 'ImagingStudy' && showsSeries(shown, elements),
      ...(shown?.instances === false && elements === undefined && { instances: false as const }),
    },
    summary,
    ...(elements !== undefined && { elements }),
    total: draft.total,
    countOnly,
    includes: [...draft.includes],
    explain: draft.explain,
    applied,
    ignored,
    warnings,
  };
}

function readParameter(draft: Draft, name: string, value: string): void {
  const { release, type } = draft.input;
  const resolved = resolve(release, type, name);
  if (resolved.kind === 'unsupported') refuse(draft, name, resolved.reason);
  else if (value.trim() === '') ignore(draft, name, NO_VALUE);
  else if (resolved.kind === 'result') readResult(draft, resolved, name, value);
  else readFilter(draft, resolved, name, value);
}

const NO_VALUE = 'it has no value';

/** Strict: the search fails. Lenient: it goes on without, and says so. */
function refuse(draft: Draft, name: string, reason: string): void {
  if (draft.input.handling === 'strict') {
    throw problem(name, 'unsupported-parameter', `${plain(name)}: ${reason}`);
  }
  ignore(draft, name, reason);
}

function ignore(draft: Draft, name: string, reason: string): void {
  draft.ignored.push({ name: plain(name), reason });
}

type Filter = Extract<Resolved, { kind: 'filter' }>;

function readFilter(draft: Draft, { row, modifier }: Filter, name: string, value: string): void {
  const values = alternatives(name, value);
  if (values.length === 0) {
    ignore(draft, name, NO_VALUE);
    return;
  }
  if (modifier === 'missing') draft.clauses.push(...readMissing(row, name, value));
  else {
    const read = row.modified?.[modifier ?? ''] ?? row.read;
    const clause = values.flatMap((raw) => read(asked(draft, name, raw, modifier)));
    draft.clauses.push(...(modifier === 'not' ? noneOf(clause) : [clause]));
  }
  draft.applied.push([name, value]);
}

function alternatives(name: string, value: string): string[] {
  const values = splitEscaped(value, ',').filter((raw) => raw.trim() !== '');
  const longest = Math.max(0, ...values.map((raw) => raw.length));
  if (values.length <= MAX_ALTERNATIVES && longest <= MAX_VALUE_LENGTH) return values;
  const text = `${plain(name)}: at most ${MAX_ALTERNATIVES} values of ${MAX_VALUE_LENGTH} characters each can be joined by commas`;
  throw problem(name, 'invalid-value', text);
}

function asked(draft: Draft, name: string, raw: string, modifier?: string): Asked {
  const { release, context } = draft.input;
  return {
    parameter: plain(name),
    raw,
    ...(modifier !== undefined && { modifier }),
    dialect: DIALECTS[release],
    context,
    warn: (notice) => draft.warnings.push(notice),
  };
}

function readResult(
  draft: Draft,
  { base, parameter, modifier }: Extract<Resolved, { kind: 'result' }>,
  name: string,
  value: string,
): void {
  if (draft.seen.has(base) && !parameter.repeats) {
    throw problem(name, 'invalid-value', `${plain(name)}: may stand in a search only once`);
  }
  draft.seen.add(base);
  const { release, type, context } = draft.input;
  const effect = parameter.read({
    parameter: plain(name),
    value: value.trim(),
    release,
    type,
    context,
    ...(modifier !== undefined && { modifier }),
  });
  if (effect.refusal === undefined) apply(draft, effect, name, value);
  else refuse(draft, name, effect.refusal);
}

function apply(draft: Draft, effect: Effect, name: string, value: string): void {
  draft.count = effect.count ?? draft.count;
  draft.summary = effect.summary ?? draft.summary;
  draft.sort.push(...(effect.sort ?? []));
  draft.elements = effect.elements ?? draft.elements;
  draft.total = effect.total ?? draft.total;
  draft.explain = effect.explain ?? draft.explain;
  for (const include of effect.includes ?? []) draft.includes.add(include);
  if (effect.cursor === undefined) draft.applied.push([name, effect.used ?? value]);
  else draft.cursor = effect.cursor;
}
