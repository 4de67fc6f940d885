import type { ReleaseName } from '../fhir/releases';
import type { SortKey } from '../study/query';
import { problem, shown, type SearchContext } from './asked';
import {
  DIALECTS,
  type Include,
  type SearchDialect,
  type SearchType,
  type Summary,
} from './dialects';
import { answeredParameters } from './parameters';

/*
 * Parameters that say how a result is wanted, not what it must be (search page, "search result parameters").
 */

/** One result parameter of a request. */
export interface ResultRequest {
  readonly parameter: string;
  readonly modifier?: string;
  readonly value: string;
  readonly release: ReleaseName;
  readonly type: SearchType;
  readonly context: SearchContext;
}

/** What one result parameter changes. */
export interface Effect {
  readonly count?: number;
  readonly sort?: readonly SortKey[];
  readonly summary?: Summary;
  readonly include?: Include;
  readonly cursor?: string;
  /** The value that is really used, where it is not the client's. */
  readonly used?: string;
  /** Why it is not supported. */
  readonly refusal?: string;
}

/** A result parameter: what it means, and how its value is read. */
export interface ResultParameter {
  readonly documentation: string;
  /** May stand in a request more than once. */
  readonly repeats: boolean;
  /** Modifiers that this release gives it. */
  modifiers(dialect: SearchDialect): readonly string[];
  read(request: ResultRequest): Effect;
}

/** Result parameters that are called the same in every release; the cursor's name is the dialect's. */
export const RESULT_PARAMETERS: Readonly<Record<string, ResultParameter>> = {
  _count: once('Studies a page, at most', readCount),
  _sort: {
    documentation: 'Order of the result, by the name of a search parameter',
    repeats: true,
    modifiers: ({ sort }) => (sort === 'modifier' ? ['asc', 'desc'] : []),
    read: readSort,
  },
  _summary: once('Only the elements above the series', readSummary),
  _include: {
    documentation: 'Adds the patients of the studies to the result',
    repeats: true,
    modifiers: () => [],
    read: readInclude,
  },
  _format: once('json or xml; stronger than the Accept header', () => ({})),
  _pretty: once('Whether the answer is laid out for people', () => ({})),
};

/** The parameter of the next link, which means something to this gateway only. */
export const CURSOR_PARAMETER: ResultParameter = once('Where a page goes on', ({ value }) => ({
  cursor: value,
}));

/** The result parameter of this name in a release. */
export function resultParameter(release: ReleaseName, name: string): ResultParameter | undefined {
  if (name === DIALECTS[release].cursor) return CURSOR_PARAMETER;
  return Object.hasOwn(RESULT_PARAMETERS, name) ? RESULT_PARAMETERS[name] : undefined;
}

/** The values of `_include` that work. */
export function includesOf(release: ReleaseName, type: SearchType): readonly string[] {
  return Object.keys(DIALECTS[release].includes[type]);
}

function once(documentation: string, read: (request: ResultRequest) => Effect): ResultParameter {
  return { documentation, repeats: false, modifiers: () => [], read };
}

function readCount({ parameter, value, context }: ResultRequest): Effect {
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0) {
    const text = `${parameter}: ${shown(value)} is not a positive whole number; for example ${parameter}=20`;
    throw problem(parameter, 'invalid-value', text);
  }
  const count = Math.min(Number(value), context.maxCount);
  return { count, used: String(count) };
}

function readSort({ parameter, modifier, value, release, type }: ResultRequest): Effect {
  const sortable = answeredParameters(release, type).filter((row) => row.sortBy !== undefined);
  const signed = DIALECTS[release].sort === 'sign';
  const sort = value.split(',').map((item) => {
    const name = signed ? item.replace(/^-/, '') : item;
    const by = sortable.find((row) => row.spelling.name === name)?.sortBy;
    if (by !== undefined) return { by, descending: modifier === 'desc' || name !== item };
    const names = sortable.map((row) => row.spelling.name).join(', ') || 'none';
    const form = signed ? '_sort=-NAME' : '_sort:desc=NAME';
    const text = `${parameter}: ${shown(item)} cannot sort; what can: ${names}; descending is ${form}`;
    throw problem(parameter, 'invalid-value', text);
  });
  return { sort };
}

function readSummary({ parameter, value, release }: ResultRequest): Effect {
  const known = DIALECTS[release].summaries;
  const summary = SUMMARIES.find((name) => name === value && known[name] !== undefined);
  if (summary !== undefined) return { summary };
  const names = Object.keys(known).join(', ');
  const text = `${parameter}: ${shown(value)} is none of ${names}; for example ${parameter}=true`;
  throw problem(parameter, 'invalid-value', text);
}

const SUMMARIES: readonly Summary[] = ['true', 'false', 'text', 'data', 'count'];

function readInclude({ value, release, type }: ResultRequest): Effect {
  const includes = DIALECTS[release].includes[type];
  const include = Object.hasOwn(includes, value) ? includes[value] : undefined;
  if (include !== undefined) return { include };
  const names = Object.keys(includes).join(', ') || 'none';
  return { refusal: `${shown(value)} cannot be included; what can: ${names}` };
}
