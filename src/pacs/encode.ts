import { Problem } from '../errors';
import type { Keyword } from '../dicom/tags';
import type { Keys, Match } from '../study/source';
import { fold } from '../study/text';
import type { Dialect } from './dialects';

/** One parameter of a query, not yet escaped. */
export type Parameter = readonly [name: string, value: string];

/** Letters that some spelling marks, that spellings mark often, and the vowels. */
const MARKED_SOMEWHERE = /[acdeghijklnorstuwyz]/;
const MARKED_OFTEN = /[aeiouyncszl]/;
const VOWELS = /[aeiouy]/;

/**
 * Writes keys as QIDO-RS parameters (PS3.18 8.3.4.1), keywords rather than tags: Conquest ignores tags and
 * would answer with every study.
 *
 * @param wild writes every character that the dialect may not decode as a wildcard; the rows are checked
 */
export function writeKeys(keys: Keys, dialect: Dialect, wild: boolean): Parameter[] {
  return Array.from(keys, ([keyword, match]): Parameter => [
    keyword,
    writeMatch(keyword, match, wild || dialect.decodesQuery === 'no'),
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

function writeMatch(keyword: Keyword, match: Match, asciiOnly: boolean): string {
  switch (match.kind) {
    case 'values':
      return match.values.map((value) => writeValue(keyword, value, asciiOnly)).join(',');
    case 'range':
      return match.from === match.to ? match.from : `${match.from}-${match.to}`;
    case 'name':
      return cheapNamePattern(match.text, asciiOnly).pattern;
  }
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

function escapeValue(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /%(2C|5E|2A|3A|2F|40|24|3B)/g,
    (escaped) => decodeURIComponent(escaped),
  );
}
