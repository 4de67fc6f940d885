import fc from 'fast-check';
import { readPersonName } from '../../src/dicom/names';
import { TAG, type Keyword } from '../../src/dicom/tags';
import { DIALECT_NAMES, DIALECTS } from '../../src/pacs/dialects';
import { cheapNamePattern, needsEscaping, writeKeys, writeQuery } from '../../src/pacs/encode';
import type { Match } from '../../src/study/source';
import { matchesName } from '../../src/study/text';

/* How a question is spelled for an archive: never as a wider one by accident, never as a narrower one. */

const dialect = fc.constantFrom(...DIALECT_NAMES).map((name) => DIALECTS[name]);
const keyword = fc.constantFrom<Keyword>('PatientID', 'AccessionNumber', 'PatientName');
const harmless = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 16 })
  .filter((text) => !/[*?\\\p{C}]/u.test(text));

function write(name: Keyword, match: Match, to = DIALECTS.generic, wild = false): string {
  return writeKeys(new Map([[name, match]]), to, wild)[0]?.[1] ?? '';
}

const values = (...list: string[]): Match => ({ kind: 'values', values: list });

function pattern(value: string): RegExp {
  const literal = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`, 'isu');
}

test('a wildcard, a backslash or a control character in a value never reaches an archive', () => {
  const bad = fc.constantFrom('*', '?', '\\', '\n', '\u0000', '\u0085');
  fc.assert(
    fc.property(keyword, harmless, bad, harmless, dialect, (name, before, one, after, to) => {
      expect(() => write(name, values(before + one + after), to)).toThrow(/wildcard or control/);
    }),
  );
});

test('what is written still finds the value, decoded or not', () => {
  fc.assert(
    fc.property(keyword, harmless, dialect, fc.boolean(), (name, value, to, wild) => {
      const written = write(name, values(value), to, wild);
      expect(pattern(written).test(value)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('for an archive that does not decode, nothing is written that needs decoding', () => {
  fc.assert(
    fc.property(keyword, harmless, (name, value) => {
      const parameters = writeKeys(new Map([[name, values(value)]]), DIALECTS.orthanc, false);
      expect(needsEscaping(parameters)).toBe(false);
      expect(writeQuery(parameters)).toBe(parameters.map((pair) => pair.join('=')).join('&'));
    }),
  );
});

test('a query is decoded to what was meant, and no value starts another parameter', () => {
  const pair = fc.tuple(fc.constantFrom(...(Object.keys(TAG) as Keyword[])), harmless);
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 4 }), (pairs) => {
      const query = writeQuery(pairs);
      expect([...new URLSearchParams(query)]).toEqual(
        pairs.map(([name, value]) => [name, value.toWellFormed()]),
      );
      expect(query).toMatch(/^[\x21-\x7e]*$/);
      expect(query).not.toContain('#');
    }),
  );
});

test.each([
  ['UIDs are joined by a raw comma', 'StudyInstanceUID', values('1.2', '1.3'), '1.2,1.3'],
  ['a comma in a value makes no list', 'PatientID', values('A,B'), 'A*B'],
  [
    'one day is one date',
    'StudyDate',
    { kind: 'range', from: '20240101', to: '20240101' },
    '20240101',
  ],
  [
    'days are a closed range',
    'StudyDate',
    { kind: 'range', from: '20240101', to: '20241231' },
    '20240101-20241231',
  ],
] as [string, Keyword, Match, string][])('%s', (_, name, match, wanted) => {
  expect(write(name, match)).toBe(wanted);
});

describe('a name', () => {
  const syllable = fc.constantFrom(
    'mül',
    'Sør',
    'ann',
    'kåre',
    'ç',
    'Ελέ',
    'νη',
    'Оль',
    'ß',
    'ła',
    '山',
    '田',
  );
  const component = fc
    .array(syllable, { minLength: 2, maxLength: 3 })
    .map((parts) => parts.join(''));
  const name = fc.array(component, { minLength: 2, maxLength: 3 }).map((parts) => parts.join('^'));
  const asciiName = fc.constantFrom('Mueller^Anna', 'Kraft^Bob', 'Vogt^Mark', "O'Brien^Tom");

  test.each(DIALECT_NAMES)('that a search finds is in the pattern for %s', (to) => {
    fc.assert(
      fc.property(fc.oneof(name, asciiName), fc.nat(2), fc.boolean(), (held, which, plain) => {
        const word = held.split('^')[which] ?? held.split('^')[0] ?? '';
        const text = plain ? word.normalize('NFD').replace(/\p{M}/gu, '') : word.toUpperCase();
        const read = readPersonName(held);
        fc.pre(read !== undefined && matchesName(read, text, 'starts', 'any'));
        const written = write('PatientName', { kind: 'name', text }, DIALECTS[to]);
        // Of short names of marked letters only another spelling may be missed, which is told.
        fc.pre(!cheapNamePattern(text, DIALECTS[to].decodesQuery === 'no').missesSpellings);
        expect(pattern(written).test(held.normalize('NFC'))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
