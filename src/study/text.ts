import { nameGroups, type NameGroup, type PersonName } from '../dicom/names';
import type { NamePart, TextMatch } from './query';

/*
 * How FHIR compares texts (search page, "string"): by default case and accents do not count and the start
 * of a word is enough.
 */

/** Letters that Unicode does not decompose, and what a reader types for them. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};
const FOLDABLE = new RegExp(`[${Object.keys(FOLDED).join('')}]`, 'g');
const LETTER_OR_DIGIT = /[\p{L}\p{N}\p{M}]/u;

/**
 * A text without what does not count: case, accents, width (full-width Latin, half-width kana) and
 * repeated blanks. Only the diacritics of the European scripts (U+0300 to U+036F) are taken away: the marks
 * of kana, Thai or Devanagari make other letters, and without them one name would be another.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replace(FOLDABLE, (letter) => FOLDED[letter] ?? letter)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether a text has anything that a name can be compared with. */
export function hasLetters(text: string): boolean {
  return LETTER_OR_DIGIT.test(text);
}

/**
 * Whether a person name (PS3.5 6.2.1) is what a text asks for. Each of the three component groups is
 * compared on its own; one that matches is enough.
 *
 * - `starts`: each word of the text starts a word of the name, in any order, so that `Smith`, `An Smi` and
 *   `Smith Anna` all find `Smith^Anna`. In the groups that are written without blanks, the start of the
 *   whole name will do as well (`山田太` finds `山田^太郎`).
 * - `contains`: the text is somewhere in the name, family or given name first.
 * - `exact`: the text is a component or the whole name as people write it; case and accents count.
 */
export function matchesName(
  name: PersonName,
  text: string,
  match: TextMatch,
  part: NamePart,
): boolean {
  return nameGroups(name).some((group) => COMPARE[match](group, text, part));
}

const COMPARE: Readonly<
  Record<TextMatch, (group: NameGroup, text: string, part: NamePart) => boolean>
> = {
  starts: (group, text, part) => startsWords(group, text, part),
  contains: (group, text, part) => {
    const wanted = fold(text);
    return hasLetters(wanted) && orders(group, part).some((name) => fold(name).includes(wanted));
  },
  exact: (group, text, part) => {
    const wanted = text.normalize('NFC').trim();
    return exactTexts(group, part).some((name) => name.normalize('NFC') === wanted);
  },
};

function startsWords(group: NameGroup, text: string, part: NamePart): boolean {
  const wanted = fold(text);
  const words = wanted.split(/[\s,]+/).filter(hasLetters);
  if (words.length === 0) return false;
  const name = fold(components(group, part).join(' '));
  if (words.every((word) => startsAWord(name, word))) return true;
  return isUnspaced(name) && name.replaceAll(' ', '').startsWith(wanted.replaceAll(' ', ''));
}

/** Whether the name has the word at its start or after something that is neither letter nor digit. */
function startsAWord(name: string, word: string): boolean {
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    const before = Array.from(name.slice(0, at)).at(-1);
    if (before === undefined || !LETTER_OR_DIGIT.test(before)) return true;
  }
  return false;
}

/** Scripts in which family and given name are written together. */
function isUnspaced(name: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(name);
}

function components(group: NameGroup, part: NamePart): string[] {
  const { family, given, middle, prefix, suffix } = group;
  const chosen: Readonly<Record<NamePart, readonly (string | undefined)[]>> = {
    any: [family, given, middle, prefix, suffix],
    family: [family],
    given: [given, middle],
  };
  return chosen[part].filter((component) => component !== undefined);
}

/** The parts of the name in the orders in which people write them. */
function orders(group: NameGroup, part: NamePart): string[] {
  if (part !== 'any') return [components(group, part).join(' ')];
  const { family, given, middle, prefix, suffix } = group;
  const bare = [
    [given, middle, family],
    [given, family],
    [family, given, middle],
    [family, given],
  ];
  const titled = bare.map((order) => [prefix, ...order]);
  return [...bare, ...titled].flatMap((order) => {
    const text = order.filter((component) => component !== undefined).join(' ');
    return suffix === undefined ? [text] : [text, `${text} ${suffix}`, `${text}, ${suffix}`];
  });
}

function exactTexts(group: NameGroup, part: NamePart): string[] {
  const together = [group.family, group.given].join('');
  const whole = part === 'any' ? [group.text, ...(isUnspaced(group.text) ? [together] : [])] : [];
  return [...components(group, part), ...orders(group, part), ...whole];
}
