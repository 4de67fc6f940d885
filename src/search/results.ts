import type { ReleaseName } from '../fhir/releases';
import type { SortKey } from '../study/query';
import { plain, problem, shown, type SearchContext } from './asked';
import {
  DIALECTS,
  type Include,
  type SearchDialect,
  type SearchType,
  type Summary,
} from './dialects';
import { answeredParameters } from './parameters';
import { releasesFrom } from './rows';

/*
 * Parameters that say how a result is wanted, not what it must be (search page, "search result parameters").
 */

/** How exactly the number of all matches is wanted (`_total`). */
export type Total = 'none' | 'estimate' | 'accurate';

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
  readonly elements?: readonly string[];
  readonly total?: Total;
  readonly includes?: readonly Include[];
  readonly cursor?: string;
  /** Whether the client wants to know what is asked of the archive. */
  readonly explain?: boolean;
  /** The value that is really used, where it is not the client's. */
  readonly used?: string;
  /** Why it is not supported. */
  readonly refusal?: string;
}

/** A result parameter: what it means, and how its value is read. */
export interface ResultParameter {
  readonly documentation: string;
  /** The releases that have it. */
  readonly releases: readonly ReleaseName[];
  /** May stand in a request more than once. */
  readonly repeats: boolean;
  /** Why it is refused by name. */
  readonly refusal?: string;
  /** Modifiers that this release gives it. */
  modifiers(dialect: SearchDialect): readonly string[];
  read(request: ResultRequest): Effect;
}

const EVERY = releasesFrom('dstu1');

/** Result parameters by name; the cursor's name is the dialect's. */
export const RESULT_PARAMETERS: Readonly<Record<string, ResultParameter>> = {
  _count: once(
    'Resources a page, at most; from DSTU2 on 0 asks for their number',
    EVERY,
    readCount,
  ),
  _sort: {
    documentation: 'Order of the result, by the names of search parameters',
    releases: EVERY,
    repeats: true,
    modifiers: ({ sort }) => (sort === 'modifier' ? ['asc', 'desc'] : []),
    read: readSort,
  },
  _summary: once('How much of each resource is given', EVERY, readSummary),
  _elements: once('The elements that are given', releasesFrom('dstu2'), readElements),
  _total: once('Whether the number of all matches is wanted', releasesFrom('r4'), readTotal),
  _include: {
    documentation: 'Adds the patients of the studies, or their Endpoint, to the result',
    releases: EVERY,
    repeats: true,
    modifiers: () => [],
    read: readInclude,
  },
  _revinclude: refusedResult('no resource here refers to another in that direction'),
  _contained: refusedResult('contained resources cannot be searched here'),
  _containedType: refusedResult('contained resources cannot be searched here'),
  _format: once('json or xml; stronger than the Accept header', EVERY, () => ({})),
  _pretty: once('Whether the answer is laid out for people: true or false', EVERY, (request) => {
    readFlag(request);
    return {};
  }),
  _explain: once(
    'true adds what was asked of the archive and what became of its rows',
    EVERY,
    (request) =>
      request.type === 'ImagingStudy'
        ? { explain: readFlag(request) }
        : { refusal: 'only searches of ImagingStudy are explained' },
  ),
};

/** The parameter of the next link, which means something to this gateway only. */
export const CURSOR_PARAMETER: ResultParameter = once(
  'Where a page goes on',
  EVERY,
  ({ value }) => ({
    cursor: value,
  }),
);

/** A result parameter as one release has it. */
export type NamedResult = ResultParameter & { readonly name: string };

/** The result parameter of this name in a release, refused ones among them. */
export function resultParameter(release: ReleaseName, name: string): ResultParameter | undefined {
  return allResults(release).find((row) => row.name === name);
}

/** The result parameters that work in a search of a type; the cursor is the last. */
export function resultParametersOf(release: ReleaseName, type: SearchType): readonly NamedResult[] {
  const useless: Readonly<Record<string, boolean>> = {
    _sort: sortable(release, type).length === 0,
    _include: includesOf(release, type).length === 0,
    _explain: type !== 'ImagingStudy',
  };
  return allResults(release).filter(
    ({ name, refusal }) => refusal === undefined && useless[name] !== true,
  );
}

function allResults(release: ReleaseName): readonly NamedResult[] {
  const own = Object.entries(RESULT_PARAMETERS).map(([name, row]) => ({ name, ...row }));
  return [...own, { name: DIALECTS[release].cursor, ...CURSOR_PARAMETER }].filter((row) =>
    row.releases.includes(release),
  );
}

function sortable(release: ReleaseName, type: SearchType) {
  return answeredParameters(release, type).filter((row) => row.sortBy !== undefined);
}

/** The values of `_include` that work, each also with the type that it leads to (`…:Patient`). */
export function includesOf(release: ReleaseName, type: SearchType): readonly string[] {
  return Object.keys(DIALECTS[release].includes[type]);
}

function once(
  documentation: string,
  releases: readonly ReleaseName[],
  read: (request: ResultRequest) => Effect,
): ResultParameter {
  return { documentation, releases, repeats: false, modifiers: () => [], read };
}

function refusedResult(refusal: string): ResultParameter {
  const releases = releasesFrom('dstu2');
  return { ...once('Refused', releases, () => ({ refusal })), repeats: true, refusal };
}

function readFlag({ parameter, value }: ResultRequest): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw noneOf(parameter, value, ['true', 'false']);
}

function readCount({ parameter, value, release, context }: ResultRequest): Effect {
  const least = DIALECTS[release].countsWithoutEntries ? 0 : 1;
  if (!/^\d{1,9}$/.test(value) || Number(value) < least) {
    const wanted = least === 0 ? 'whole number' : 'positive whole number';
    const text = `${parameter}: ${shown(value)} is not a ${wanted}; for example ${parameter}=20`;
    throw problem(parameter, 'invalid-value', text);
  }
  const count = Math.min(Number(value), context.maxCount);
  return { count, used: String(count) };
}

function readSort({ parameter, modifier, value, release, type }: ResultRequest): Effect {
  const rows = sortable(release, type);
  const signed = DIALECTS[release].sort === 'sign';
  const sort = value.split(',').map((text) => {
    const item = text.trim();
    const name = signed ? item.replace(/^-/, '') : item;
    const by = rows.find((row) => row.spelling.name === name)?.sortBy;
    if (by !== undefined) return { by, descending: modifier === 'desc' || name !== item };
    const names = rows.map((row) => row.spelling.name).join(', ') || 'none';
    const form = signed ? '_sort=-NAME' : '_sort:desc=NAME';
    const wanted = `${parameter}: ${shown(item)} cannot sort; what can: ${names}; descending is ${form}`;
    throw problem(parameter, 'invalid-value', wanted);
  });
  return { sort };
}

function readSummary({ parameter, value, release }: ResultRequest): Effect {
  const known = DIALECTS[release].summaries;
  const summary = SUMMARIES.find((name) => name === value && known[name] !== undefined);
  if (summary !== undefined) return { summary };
  throw noneOf(parameter, value, Object.keys(known));
}

const SUMMARIES: readonly Summary[] = ['true', 'false', 'text', 'data', 'count'];

/** "a comma-separated list of base element names" (R4 search page, "elements"). */
function readElements({ parameter, value }: ResultRequest): Effect {
  const elements = value.split(',').map((text) => text.trim());
  const wrong = elements.find((element) => !/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(element));
  if (wrong === undefined) return { elements: [...new Set(elements)] };
  const text = `${parameter}: ${shown(wrong)} is not the name of an element of the resource itself; for example ${parameter}=identifier,started`;
  throw problem(parameter, 'invalid-value', text);
}

const TOTALS: readonly Total[] = ['none', 'estimate', 'accurate'];

function readTotal({ parameter, value }: ResultRequest): Effect {
  const total = TOTALS.find((name) => name === value);
  if (total !== undefined) return { total };
  throw noneOf(parameter, value, TOTALS);
}

function noneOf(parameter: string, value: string, known: readonly string[]): Error {
  const text = `${plain(parameter)}: ${shown(value)} is none of ${known.join(', ')}; for example ${parameter}=${known[0] ?? ''}`;
  return problem(parameter, 'invalid-value', text);
}

function readInclude({ value, release, type }: ResultRequest): Effect {
  const values = DIALECTS[release].includes[type];
  const found = Object.entries(values).find(
    ([name, { target }]) =>
      value === name || (target !== undefined && value === `${name}:${target}`),
  );
  if (found !== undefined) return { includes: found[1].adds };
  const names = Object.keys(values).join(', ') || 'none';
  return { refusal: `${shown(value)} cannot be included; what can: ${names}` };
}
