/*
 * How FHIR compares names (search page, "string"), told once more and by other means than the gateway's.
 */

/** Letters that have no decomposition, and what people type for them. */
const PLAIN: readonly (readonly [string, string])[] = [
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ı', 'i'],
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['ς', 'σ'],
];

/** A text in lower case and full width, without European accents. */
export function withoutAccents(text: string): string {
  const bare = text
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
  return PLAIN.reduce((plain, [letter, typed]) => plain.replaceAll(letter, typed), bare);
}

/** The words of each component group of a DICOM name. */
export function groupsOf(name: string): string[][] {
  return name
    .split('=')
    .map((group) => group.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== ''));
}

/** The family name in each group. */
export function familiesOf(name: string): string[] {
  return name
    .split('=')
    .map((group) => (group.split('^')[0] ?? '').trim())
    .filter((family) => family !== '');
}

/** Whether each word asked is somewhere in one group of the name where a word starts. */
export function nameStarts(name: string, asked: string): boolean {
  const wanted = withoutAccents(asked)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return name
    .split('=')
    .map((group) => withoutAccents(group.replaceAll('^', ' ')))
    .some((group) => {
      const unspaced =
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(group);
      const together = unspaced && group.replaceAll(' ', '').startsWith(wanted.join(''));
      return together || wanted.every((word) => hasWordStart(group, word));
    });
}

function hasWordStart(group: string, word: string): boolean {
  const literal = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])${literal}`, 'u').test(group);
}
