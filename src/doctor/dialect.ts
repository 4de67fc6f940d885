import { DIALECT_NAMES, DIALECTS, type Dialect, type DialectName } from '../pacs/dialects';
import type { Keyword } from '../dicom/tags';
import type { Found } from './finding';
import type { Product } from './product';

/** How a flag of a dialect stands to what was seen. */
export interface FlagCompared {
  readonly flag: string;
  /** What the dialect says, and what the archive showed; `not seen` where no probe could tell. */
  readonly dialect: string;
  readonly archive: string;
  /**
   * `same`; `harmful`: the dialect relies on what the archive does not do; `costly`: it does without what the archive can;
   * `unproved`: it relies on what was not seen; `unseen`: it relies on nothing; `found at start`: the gateway asks for it.
   */
  readonly stands: 'same' | 'harmful' | 'costly' | 'unproved' | 'unseen' | 'found at start';
}

/** A dialect held against what was found. */
export interface DialectCompared {
  readonly name: DialectName;
  readonly flags: readonly FlagCompared[];
}

/** What is suggested, with every row of the table of dialects. */
export interface DialectAdvice {
  readonly suggested: DialectName;
  /** What the gateway takes it for by itself, when PACS_DIALECT is not set. */
  readonly byItself: DialectName;
  readonly compared: readonly DialectCompared[];
}

/** A flag: what a dialect says of it, what was found, and whether the first relies on more than the second. */
interface Flag {
  readonly flag: string;
  readonly said: string;
  readonly found: string | undefined;
  /** Whether the dialect relies on the archive for it. */
  readonly relies: boolean;
}

/** From what leaves out least to what leaves out most. */
const COMPLETENESS: readonly string[] = [
  'mandatory',
  'study',
  'series',
] satisfies readonly Dialect['metadata'][];
/** What the gateway asks an archive of this dialect at its start, so that the row does not bind it. */
const FOUND_AT_START: Readonly<Record<DialectName, readonly string[]>> = {
  generic: [],
  orthanc: ['metadata', 'losesLetters', 'updateTime', 'silentCap'],
  dcm4chee: ['updateTime'],
};
const PRODUCT_OF: Readonly<Partial<Record<DialectName, Product['name']>>> = {
  orthanc: 'Orthanc',
  dcm4chee: 'dcm4chee-arc',
};

/**
 * Holds what was found against every row of the table of dialects, flag by flag. That which relies on least that the
 * archive does not do is suggested; of equal ones that which relies on least that was not seen, and then that which
 * makes use of most.
 */
export function adviseDialect(found: Found, product: Product | undefined): DialectAdvice {
  const compared = DIALECT_NAMES.map((name) => ({ name, flags: compare(name, found, product) }));
  const score = ({ flags }: DialectCompared) => {
    const of = (stands: FlagCompared['stands']) =>
      flags.filter((flag) => flag.stands === stands).length;
    // No dialect has a hundred flags.
    return of('harmful') * 10_000 + of('unproved') * 100 + of('costly');
  };
  // The order of the table decides between equals: what is not told apart is generic.
  const [best] = compared.toSorted((one, other) => score(one) - score(other));
  const byItself = product?.name === 'Orthanc' ? 'orthanc' : 'generic';
  return { suggested: best?.name ?? 'generic', byItself, compared };
}

function compare(
  name: DialectName,
  found: Found,
  product: Product | undefined,
): readonly FlagCompared[] {
  const known = product !== undefined && PRODUCT_OF[name] === product.name;
  const asked = known ? FOUND_AT_START[name] : [];
  return flagsOf(DIALECTS[name], found).map(({ flag, said, found: seen, relies }) => {
    const archive = seen ?? 'not seen';
    if (asked.includes(flag)) return { flag, dialect: said, archive, stands: 'found at start' };
    return { flag, dialect: said, archive, stands: standing(said, seen, relies, known, flag) };
  });
}

function standing(
  said: string,
  seen: string | undefined,
  relies: boolean,
  known: boolean,
  flag: string,
): FlagCompared['stands'] {
  if (seen === undefined) return relies && !known ? 'unproved' : 'unseen';
  if (said === seen) return 'same';
  if (flag === 'metadata') {
    return COMPLETENESS.indexOf(said) < COMPLETENESS.indexOf(seen) ? 'harmful' : 'costly';
  }
  return relies ? 'harmful' : 'costly';
}

function flagsOf(dialect: Dialect, found: Found): readonly Flag[] {
  const abilities = ['uidLists', 'valueLists', 'searchesBelowStudies', 'includeAll'] as const;
  const defects = ['losesLetters', 'computesUnasked', 'verifiesEnd'] as const;
  const { decodesQuery, metadata, updateTime, datesAreTexts, silentCap = 'none' } = dialect;
  return [
    ...Object.entries(found.studyKeys ?? {}).map(([key, matched]) =>
      keyFlag(dialect, key, matched),
    ),
    ...abilities.map((flag) => flagOf(flag, dialect[flag], found[flag], dialect[flag])),
    ...defects.map((flag) => flagOf(flag, dialect[flag], found[flag], !dialect[flag])),
    flagOf('decodesQuery', decodesQuery, found.decodesQuery, decodesQuery === 'yes'),
    flagOf('metadata', metadata, found.metadata, metadata !== 'series'),
    flagOf('updateTime', updateTime, found.updateTime, updateTime !== 'untold'),
    flagOf('silentCap', String(silentCap), found.silentCap?.toString(), true),
    // No probe tells: it takes a study whose date is spelled in ACR-NEMA's way.
    flagOf('datesAreTexts', datesAreTexts, undefined, false),
  ];
}

function flagOf(
  flag: string,
  said: boolean | string,
  found: boolean | string | undefined,
  relies: boolean,
): Flag {
  return {
    flag,
    said: String(said),
    found: found === undefined ? undefined : String(found),
    relies,
  };
}

function keyFlag({ studyKeys }: Dialect, key: string, matched: boolean): Flag {
  const asked = (studyKeys as readonly string[]).includes(key);
  return flagOf(`studyKeys: ${key}`, asked, matched, asked);
}

/** Puts together what the findings showed; of a key that one of them saw ignored, that counts. */
export function gather(all: readonly (Found | undefined)[]): Found {
  const studyKeys = new Map<Keyword, boolean>();
  for (const [key, matched] of all.flatMap((found) => keysOf(found))) {
    studyKeys.set(key, (studyKeys.get(key) ?? true) && matched);
  }
  const merged = all.reduce<Found>((sum, found) => ({ ...sum, ...found }), {});
  return { ...merged, studyKeys: Object.fromEntries(studyKeys) };
}

function keysOf(found: Found | undefined): (readonly [Keyword, boolean])[] {
  return Object.entries(found?.studyKeys ?? {}).map(([key, matched]) => [key as Keyword, matched]);
}
