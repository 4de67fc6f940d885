import { Problem } from '../errors';
import type { Keyword } from '../dicom/tags';
import type { Keys, Match } from '../study/source';
import { fold } from '../study/text';
import type { Dialect } from './dialects';

/** One parameter of a query, not yet escaped. */
export type Parameter = readonly [name: string, value: string];

/**
 * Letters that some spelling marks, that spellings mark often, and the vowels; of Greek and Cyrillic those with
 * an accent, a final form or a breve, and katakana, which has two widths.
 */
const MARKED_SOMEWHERE = /[acdeghijklnorstuwyzαεηιουωσгеикіу\p{Script=Katakana}]/u;
const MARKED_OFTEN = /[aeiouyncszlαεηιουωσеиі]/;
const VOWELS = /[aeiouyαεηιουωσеиі]/;

/** ACR-NEMA's way to write a date (PS3.5 6.2, DA) is in files of before this day. */
const ACR_NEMA_ENDED = '20000101';

/**
 * Writes keys as QIDO-RS parameters (PS3.18 8.3.4.1), keywords rather than tags: Conquest ignores tags and
 * would answer with every study.
 *
 * @param wild writes every character that the dialect may not decode as a wildcard; the rows are checked
 */
export function writeKeys(keys: Keys, dialect: Dialect, wild: boolean): Parameter[] {
  return Array.from(keys, ([keyword, match]): Parameter => [
    keyword,
    writeMatch(keyword, match, dialect, wild || dialect.decodesQuery === 'no'),
  ]);
}

/** Whether a value needs escaping, so that an archive that does not decode finds nothing by it. */
export function needsEscaping(parameters: readonly Parameter[]): boolean {
  return parameters.some(([, value]) => escapeValue(value) !== value);
}

/**
 * Writes parameters as a query string, escaping as little as RFC 3986 allows: `,` `^` `*` and the like stay,
 * because archives split at the raw comma only (dcm4chee) or do not decode at all (Debian's Orthanc).
 */
export function writeQuery(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => `${name}=${escapeValue(value)}`).join('&');
}

/**
 * The pattern that finds a name however it is accented: the text with anything around it, and `*` for each
 * letter that some spelling marks, because matching is accent-sensitive on most archives.
 */
export function namePattern(text: string): string {
  return patternOf(text, MARKED_SOMEWHERE);
}

/**
 * The pattern for an archive that answers row by row over its network: `*` for the letters that are marked
 * most; where that leaves nothing of a short name, for its vowels only, or the whole archive would be listed.
 *
 * @param asciiOnly writes letters that need escaping as `*`, too
 */
export function cheapNamePattern(
  text: string,
  asciiOnly: boolean,
): { readonly pattern: string; readonly missesSpellings: boolean } {
  const letters = asciiOnly ? text.replace(/[^\x20-\x7e]+/gu, '*') : text;
  const loose = patternOf(letters, MARKED_OFTEN);
  return loose === '*'
    ? { pattern: patternOf(letters, VOWELS), missesSpellings: true }
    : { pattern: loose, missesSpellings: false };
}

/**
 * Wildcards around the longest word of the text (words may stand in any order in the name), for the letters
 * given, for those the text has marked itself, and between those of scripts that are written without blanks
 * (`山田太郎` is filed as `山田^太郎`).
 */
function patternOf(text: string, marked: RegExp): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .split(/[\s^=,]+/u);
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '');
  const letters = Array.from(longest, (letter) => {
    if (marked.test(letter) || fold(letter) !== letter) return '*';
    return letter <= '\u007f' ? letter : `*${letter}*`;
  });
  return `*${letters.join('')}*`.replace(/\*+/g, '*');
}

function writeMatch(keyword: Keyword, match: Match, dialect: Dialect, asciiOnly: boolean): string {
  switch (match.kind) {
    case 'values':
      return match.values.map((value) => writeValue(keyword, value, asciiOnly)).join(',');
    case 'range':
      return writeRange(match, dialect);
    case 'name':
      return cheapNamePattern(match.text, asciiOnly).pattern;
  }
}

/**
 * A range of days. An archive that compares dates as texts finds `1994.01.30`, ACR-NEMA's way to write one, only
 * by a range that starts so; it brings more of that year, too, and the rows are checked.
 */
export function writeRange(
  { from, to }: Extract<Match, { kind: 'range' }>,
  { datesAreTexts }: Pick<Dialect, 'datesAreTexts'>,
): string {
  if (datesAreTexts && from < ACR_NEMA_ENDED) {
    return `${from.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1.$2.$3')}-${to}`;
  }
  return from === to ? from : `${from}-${to}`;
}

/**
 * One value to be matched to the letter. What the archive would read as a pattern is refused here once more,
 * whoever asked: an identifier `*` is every patient's. A comma would make it a list, so it is written as `*`,
 * as is, for an archive that does not decode, each run of characters that need escaping: a wildcard of one
 * character would not do, since an archive may count bytes. The rows are checked against the true value.
 */
function writeValue(keyword: Keyword, value: string, asciiOnly: boolean): string {
  if (/[*?\\\p{Cc}]/u.test(value)) {
    throw new Problem(
      'wildcard-refused',
      `A value for ${keyword} holds a wildcard or control character.`,
    );
  }
  if (keyword.endsWith('UID')) return value;
  const single = value.replaceAll(',', '*');
  return asciiOnly ? single.replace(/[^A-Za-z0-9._~!$'()*;:@/^-]+/gu, '*') : single;
}

/**
 * A pattern for an archive that does not decode its query: each run of characters that need escaping as `*`. It brings
 * more rows than the pattern given, which are to be checked by that.
 */
export function wildenValue(pattern: string): string {
  return pattern.replace(/[^A-Za-z0-9._~!$'()*?,;:@/^-]+/gu, '*');
}

function escapeValue(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /%(2C|5E|2A|3A|2F|40|24|3B)/g,
    (escaped) => decodeURIComponent(escaped),
  );
}
