import { fold } from '../../src/study/text';
import { matches } from '../../src/study/matches';
import type { NamePart, TextMatch } from '../../src/study/query';
import { patient, study } from '../search/support';

function found(name: string, text: string, match: TextMatch = 'starts', part: NamePart = 'any') {
  return matches([[{ on: 'name', text, match, part }]], study({ patient: patient({ name }) }));
}

describe('what does not count', () => {
  test.each([
    ['Müller', 'muller'],
    ['MU\u0308LLER', 'muller'],
    ['Strauß', 'strauss'],
    ['STRAUẞ', 'strauss'],
    ['Øre', 'ore'],
    ['Łódź', 'lodz'],
    ['Đorđe', 'dorde'],
    ['Ærø', 'aero'],
    ['Œuvre', 'oeuvre'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['Þór Ðað', 'thor dad'],
    ['Παπαδόπουλος', 'παπαδοπουλοσ'],
    ['ΠΑΠΑΔΟΠΟΥΛΟΣ', 'παπαδοπουλοσ'],
    ['Йод Ёлка', 'иод елка'],
    ['Ｓｍｉｔｈ', 'smith'],
    ['ﾔﾏﾀﾞ', 'ヤマダ'],
    ['  a \t b ', 'a b'],
  ])('%s folds to %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test.each([
    ['が', 'か'],
    ['각', '가'],
    ['กี', 'กา'],
  ])('%s and %s stay different letters', (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });
});

describe('starts', () => {
  const name = "Müller-O'Neil de la Cruz^Anna Maria^Zoë^Dr^MD";

  test.each([
    'Müller',
    'muller',
    'MULL',
    'm',
    'neil',
    "o'neil",
    'cruz',
    'de la cruz',
    'anna',
    'Maria',
    'anna mar',
    'Anna Müller',
    'müller anna',
    'müller, anna',
    'zoe',
    'dr',
    'md',
    'dr anna müller',
    '  anna  ',
    "müller-o'neil",
  ])('%p finds it', (text) => {
    expect(found(name, text)).toBe(true);
  });

  test.each(['uller', 'nna', 'anna smith', 'annamaria', 'mullerin', 'x', '-', ' ', ''])(
    '%p does not',
    (text) => {
      expect(found(name, text)).toBe(false);
    },
  );

  test('family and given are looked for in their own component', () => {
    expect(found(name, 'cruz', 'starts', 'family')).toBe(true);
    expect(found(name, 'anna', 'starts', 'family')).toBe(false);
    expect(found(name, 'maria', 'starts', 'given')).toBe(true);
    expect(found(name, 'zoe', 'starts', 'given')).toBe(true);
    expect(found(name, 'cruz', 'starts', 'given')).toBe(false);
    expect(found(name, 'anna cruz', 'starts', 'family')).toBe(false);
  });

  const yamada = 'Yamada^Tarou=山田^太郎=やまだ^たろう';

  test.each([
    'yamada',
    'tarou yamada',
    '山田',
    '太郎',
    '山田太郎',
    '山田 太',
    '山田太',
    'やまだ',
    'たろう',
    'やまだた',
  ])('%s finds a Japanese name', (text) => {
    expect(found(yamada, text)).toBe(true);
  });

  test.each(['太郎山田', '田', 'やまた', 'yamada 太郎', '山田やまだ', 'yamadatarou'])(
    '%s does not find it: the groups are compared one by one',
    (text) => {
      expect(found(yamada, text)).toBe(false);
    },
  );

  test.each([
    ['Hong^Gildong=洪^吉洞=홍^길동', '홍길'],
    ['Иванов^Пётр', 'петр иван'],
    ['Παπαδόπουλος^Νίκος', 'ΠΑΠΑΔΟΠΟΥΛΟΣ'],
    ['=李^小龙', '李小'],
    ['Ｗａｎｇ^Ｌｉ', 'wang'],
    ['Smith', 'smith'],
    ['^Anna', 'anna'],
  ])('%s is found by %s', (name, text) => {
    expect(found(name, text)).toBe(true);
  });

  test('a study without a name is not found', () => {
    expect(matches([[{ on: 'name', text: 'a', match: 'starts', part: 'any' }]], study())).toBe(
      false,
    );
  });
});

describe('exact', () => {
  const name = 'Müller^Anna Maria^Zoë^Dr^MD=山田^太郎';

  test.each([
    'Müller',
    'Mu\u0308ller',
    'Anna Maria',
    'Zoë',
    'Anna Maria Müller',
    'Anna Maria Zoë Müller',
    'Müller Anna Maria',
    'Dr Anna Maria Zoë Müller, MD',
    'Müller^Anna Maria^Zoë^Dr^MD',
    '山田 太郎',
    '山田太郎',
    '太郎',
  ])('%s is the name or a component of it', (text) => {
    expect(found(name, text, 'exact')).toBe(true);
  });

  test.each(['müller', 'Muller', 'Anna', 'Müll', 'Maria Müller', '山', ''])('%p is not', (text) => {
    expect(found(name, text, 'exact')).toBe(false);
  });

  test('part by part', () => {
    expect(found(name, 'Müller', 'exact', 'family')).toBe(true);
    expect(found(name, 'Müller', 'exact', 'given')).toBe(false);
    expect(found(name, 'Zoë', 'exact', 'given')).toBe(true);
  });
});

describe('contains', () => {
  test.each(['ulle', 'A MÜL', 'ller an', 'ria'])('%s is in the name', (text) => {
    expect(found('Müller^Anna Maria', text, 'contains')).toBe(true);
    expect(found('Müller^Anna', 'x', 'contains')).toBe(false);
  });

  test('nothing is in no name', () => {
    expect(found('Müller^Anna', ' ', 'contains')).toBe(false);
  });
});
