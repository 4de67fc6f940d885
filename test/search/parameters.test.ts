import { Problem } from '../../src/errors';
import { DIALECTS } from '../../src/search/dialects';
import {
  answeredParameters,
  declaredParameters,
  isAnswered,
  modifiersOf,
  PARAMETERS,
  parametersOf,
} from '../../src/search/parameters';
import {
  CURSOR_PARAMETER,
  includesOf,
  RESULT_PARAMETERS,
  resultParametersOf,
} from '../../src/search/results';
import { failure, RELEASE_NAMES, search } from './support';

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

/** A value that each parameter can read, in every release. */
const EXAMPLES: Readonly<Record<string, string>> = {
  date: '2020',
  started: '2020',
  _lastUpdated: '2020',
  birthdate: '1980',
  subject: 'LAB.P1',
  patient: 'LAB.P1',
  gender: 'F',
  status: 'available',
  endpoint: 'wado-rs',
};
const MODIFIED: Readonly<Record<string, string>> = {
  missing: 'true',
  identifier: 'P1',
  'of-type': 'http://terminology.hl7.org/CodeSystem/v2-0203|ACSN|A1',
};
const TYPES = ['ImagingStudy', 'Patient', 'Endpoint', 'StructureDefinition'] as const;

describe.each(
  RELEASE_NAMES.flatMap((release) => TYPES.map((type) => [release, type] as const)).filter(
    ([release, type]) => answeredParameters(release, type).length > 0,
  ),
)('every row of %s %s', (release, type) => {
  const rows = parametersOf(release, type);
  const input = { release, type };

  test('has a name of its own', () => {
    const names = rows.map(({ spelling }) => spelling.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(rows.map((row) => [row.spelling.name, row] as const))(
    '%s is explained, and answered or refused with a reason',
    (name, row) => {
      expect(row.documentation).not.toBe('');
      const value = EXAMPLES[name] ?? '1.2.3';
      const reason = isAnswered(row) ? row.plainRefusal : row.refusal;
      if (reason === undefined) {
        expect(search([[name, value]], input).query.clauses).toHaveLength(1);
      } else {
        expect(failure([[name, value]], input).message).toBe(`${name}: ${reason}`);
      }
    },
  );

  test.each(
    answeredParameters(release, type).flatMap((row) =>
      modifiersOf(row).map((modifier) => [row.spelling.name, modifier] as const),
    ),
  )('%s:%s works', (name, modifier) => {
    const value = MODIFIED[modifier] ?? EXAMPLES[name] ?? '1.2.3';
    const parsed = search([[`${name}:${modifier}`, value]], input);
    expect(parsed.applied).toHaveLength(1);
  });

  test('every modifier of any release that is not declared is an error', () => {
    const all = ['missing', 'not', 'exact', 'contains', 'of-type', 'identifier', 'text', 'above'];
    for (const row of answeredParameters(release, type)) {
      for (const modifier of all.filter((one) => !modifiersOf(row).includes(one))) {
        const name = `${row.spelling.name}:${modifier}`;
        expect(failure([[name, 'x']], input).code).toBe('unsupported-modifier');
      }
    }
  });

  test('what is declared is what works, and no parameter is without a type', () => {
    const declared = declaredParameters(release, type).map(({ name }) => name);
    const all = new Set(
      PARAMETERS.flatMap((row) => Object.values(row.releases)).map((s) => s.name),
    );
    for (const name of all) {
      const { ignored } = search([[name, EXAMPLES[name] ?? '1.2.3']], {
        ...input,
        handling: 'lenient',
      });
      const plain = answeredParameters(release, type).find((row) => row.spelling.name === name);
      const works = declared.includes(name) && plain?.plainRefusal === undefined;
      expect([name, ignored.length]).toEqual([name, works ? 0 : 1]);
    }
  });

  test('every chain that is declared works', () => {
    for (const { name, chain = [] } of declaredParameters(release, type)) {
      for (const link of chain) {
        const parsed = search([[`${name}.${link}`, EXAMPLES[link] ?? 'LAB.P1']], input);
        expect(parsed.query.clauses).toHaveLength(1);
      }
    }
  });

  test('every include that is declared works', () => {
    for (const value of includesOf(release, type)) {
      expect(search([['_include', value]], input).includes).not.toEqual([]);
    }
  });

  test('every result parameter that is declared works, and no other', () => {
    const values: Readonly<Record<string, string>> = {
      _count: '1',
      _sort: { ImagingStudy: 'modality' }[type as string] ?? 'identifier',
      _summary: 'true',
      _elements: 'id',
      _total: 'none',
      _pretty: 'true',
      _explain: 'true',
      _include: '*',
    };
    const declared = resultParametersOf(release, type).map(({ name }) => name);
    for (const name of [...Object.keys(RESULT_PARAMETERS), '-cursor']) {
      const known = declared.includes(name);
      const attempt = () => search([[name, values[name] ?? 'x']], input);
      if (known) expect(attempt().ignored).toEqual([]);
      else expect(attempt).toThrow(Problem);
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

test('the gateway’s own parameters start with a hyphen', () => {
  for (const { cursor } of Object.values(DIALECTS)) expect(cursor).toMatch(/^-/);
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
