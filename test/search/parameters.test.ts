import { DIALECTS } from '../../src/search/dialects';
import {
  answeredParameters,
  declaredParameters,
  isAnswered,
  modifiersOf,
  PARAMETERS,
  parametersOf,
} from '../../src/search/parameters';
import { CURSOR_PARAMETER, includesOf, RESULT_PARAMETERS } from '../../src/search/results';
import { failure, search } from './support';

describe('ImagingStudy of DSTU1', () => {
  // imagingstudy.html of 0.0.82, "Search Parameters", with the parameters of every resource
  const SPECIFIED = {
    _id: 'token',
    _language: 'token',
    accession: 'token',
    bodysite: 'token',
    date: 'date',
    'dicom-class': 'token',
    modality: 'token',
    series: 'token',
    size: 'number',
    study: 'token',
    subject: 'reference',
    uid: 'token',
  };
  const rows = parametersOf('dstu1', 'ImagingStudy');

  test('has every parameter of the specification, with its type', () => {
    const own = rows.filter((row) => !/^_(?!id|language)/.test(row.spelling.name));
    const table = Object.fromEntries(own.map(({ spelling }) => [spelling.name, spelling.type]));
    expect(table).toEqual(SPECIFIED);
  });

  test('declares all of them but size', () => {
    const names = declaredParameters('dstu1', 'ImagingStudy').map(({ name }) => name);
    expect(names).toEqual(Object.keys(SPECIFIED).filter((name) => name !== 'size'));
  });

  test('declares the chains of subject', () => {
    const subject = declaredParameters('dstu1', 'ImagingStudy').find(
      ({ name }) => name === 'subject',
    );
    expect(subject).toMatchObject({
      type: 'reference',
      target: ['Patient'],
      chain: ['_id', 'identifier', 'name', 'family', 'given', 'birthdate', 'gender'],
    });
  });
});

/** A value that each parameter can read. */
const EXAMPLES: Readonly<Record<string, string>> = {
  date: '2020',
  birthdate: '1980',
  subject: 'LAB.P1',
  gender: 'F',
};

describe.each(['ImagingStudy', 'Patient'] as const)('every row of %s', (type) => {
  const rows = parametersOf('dstu1', type);

  test('has a name of its own', () => {
    const names = rows.map(({ spelling }) => spelling.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(rows.map((row) => [row.spelling.name, row] as const))(
    '%s is explained, and answered or refused with a reason',
    (name, row) => {
      expect(row.documentation).not.toBe('');
      const value = EXAMPLES[name] ?? '1.2.3';
      if (isAnswered(row)) {
        expect(search([[name, value]], { type }).query.clauses).toHaveLength(1);
      } else {
        expect(failure([[name, value]], { type }).message).toBe(`${name}: ${row.refusal}`);
      }
    },
  );

  test.each(
    answeredParameters('dstu1', type).flatMap((row) =>
      modifiersOf(row).map((modifier) => [row.spelling.name, modifier] as const),
    ),
  )('%s:%s works', (name, modifier) => {
    const value = modifier === 'missing' ? 'true' : (EXAMPLES[name] ?? '1.2.3');
    const parsed = search([[`${name}:${modifier}`, value]], { type });
    expect(parsed.applied).toHaveLength(1);
  });

  test('every chain that is declared works', () => {
    for (const { name, chain = [] } of declaredParameters('dstu1', type)) {
      for (const link of chain) {
        const parsed = search([[`${name}.${link}`, EXAMPLES[link] ?? 'LAB.P1']], { type });
        expect(parsed.query.clauses).toHaveLength(1);
      }
    }
  });

  test('every include that is declared works', () => {
    for (const value of includesOf('dstu1', type)) {
      expect(search([['_include', value]], { type }).include).toEqual(['subject']);
    }
  });
});

test('every row belongs to some release', () => {
  for (const { releases } of PARAMETERS) expect(Object.keys(releases)).not.toEqual([]);
});

test('result parameters are explained', () => {
  for (const row of [...Object.values(RESULT_PARAMETERS), CURSOR_PARAMETER]) {
    expect(row.documentation).not.toBe('');
  }
});

test('the gateway’s own parameters start with a hyphen in DSTU1', () => {
  expect(DIALECTS.dstu1.cursor).toMatch(/^-/);
});

test('no comparator hides another that starts with it', () => {
  for (const { comparators } of Object.values(DIALECTS)) {
    const spellings = comparators.map(([spelling]) => spelling);
    spellings.forEach((spelling, index) => {
      const later = spellings.slice(index + 1);
      expect(later.filter((other) => other.startsWith(spelling) && spelling !== '')).toEqual([]);
    });
    expect(spellings.at(-1)).toBe('');
  }
});
