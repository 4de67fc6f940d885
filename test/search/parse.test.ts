import { MAX_ALTERNATIVES, MAX_PARAMETERS, MAX_VALUE_LENGTH } from '../../src/search/parse';
import { BASE, CONTEXT, clauseOf, failure, search } from './support';

describe('the shape of a search', () => {
  test('no parameters ask for every study, with series, at the default count', () => {
    expect(search([])).toEqual({
      query: { clauses: [], sort: [], count: 20, detail: true },
      summary: 'false',
      total: undefined,
      explain: false,
      countOnly: false,
      includes: [],
      applied: [],
      ignored: [],
      warnings: [],
    });
  });

  test('a repeated parameter is AND, a comma is OR', () => {
    const { query } = search([
      ['modality', 'CT,MR'],
      ['modality', 'SR'],
    ]);
    expect(query.clauses).toEqual([
      [
        { on: 'modality', code: 'CT' },
        { on: 'modality', code: 'MR' },
      ],
      [{ on: 'modality', code: 'SR' }],
    ]);
  });

  test('escaped separators are part of the value', () => {
    expect(clauseOf('accession', 'A\\,1\\|x\\$,B')).toEqual([
      { on: 'accession', value: 'A,1|x$', issuer: 'any' },
      { on: 'accession', value: 'B', issuer: 'any' },
    ]);
  });

  test('an escaped backslash before a comma does not escape the comma', () => {
    expect(failure([['accession', 'A\\\\,B']]).code).toBe('wildcard-refused');
  });

  test('empty alternatives between commas are nothing', () => {
    expect(clauseOf('modality', ',CT,')).toEqual([{ on: 'modality', code: 'CT' }]);
  });

  test.each(['', '  ', ',', ' , '])(
    'a parameter with the empty value %p is ignored and reported',
    (value) => {
      const parsed = search([['modality', value]]);
      expect(parsed.query.clauses).toEqual([]);
      expect(parsed.applied).toEqual([]);
      expect(parsed.ignored).toEqual([{ name: 'modality', reason: 'it has no value' }]);
    },
  );

  test('the parameters used stand in the order of the request, the count as used, the cursor not', () => {
    const parsed = search([
      ['_format', 'xml'],
      ['_count', '5000'],
      ['date', '>=2020'],
      ['-cursor', 'abc'],
      ['_pretty', 'true'],
    ]);
    expect(parsed.applied).toEqual([
      ['_format', 'xml'],
      ['_count', '100'],
      ['date', '>=2020'],
      ['_pretty', 'true'],
    ]);
    expect(parsed.query).toMatchObject({ count: 100, cursor: 'abc' });
  });

  test('the patient of the compartment is one more clause, and not of the self link', () => {
    const context = { ...CONTEXT, compartmentPatient: 'LAB.P1' };
    const parsed = search([['modality', 'CT']], { context });
    expect(parsed.query.clauses[0]).toEqual([{ on: 'patient', value: 'P1', issuer: ['LAB'] }]);
    expect(parsed.applied).toEqual([['modality', 'CT']]);
  });

  test('a compartment of a patient that does not exist matches nothing', () => {
    const context = { ...CONTEXT, compartmentPatient: 'nobody' };
    expect(search([], { context }).query.clauses).toEqual([[{ on: 'nothing' }]]);
  });
});

describe('what is not supported', () => {
  test('an unknown parameter is refused by default, naming what works', () => {
    const { code, message, options } = failure([['patient', 'P1']]);
    expect(code).toBe('unsupported-parameter');
    expect(options.location).toEqual(['patient']);
    expect(message).toContain('accession, bodysite, date, dicom-class');
    expect(message).toContain('_count');
    expect(message).not.toContain('size');
  });

  test('size is refused by name, with the reason', () => {
    const { code, message, status } = failure([['size', '>10']]);
    expect([code, status]).toEqual(['unsupported-parameter', 400]);
    expect(message).toBe('size: DICOMweb does not tell how large a study is');
  });

  test.each([
    ['size'],
    ['patient'],
    ['_text'],
    ['_tag'],
    ['subject.foo'],
    ['modality.code'],
    ['__proto__'],
    ['constructor'],
    ['subject.constructor'],
  ])('with lenient handling %s is left out and reported', (name) => {
    const parsed = search(
      [
        [name, 'x'],
        ['modality', 'CT'],
      ],
      { handling: 'lenient' },
    );
    expect(parsed.applied).toEqual([['modality', 'CT']]);
    expect(parsed.ignored).toEqual([{ name, reason: expect.any(String) as string }]);
  });

  test.each([
    ['modality:exact', 'CT', ':missing'],
    ['subject.name:contains', 'x', ':missing, :exact'],
    ['subject:Group', 'x', ':missing, :Patient'],
    ['subject:Group.name', 'x', ':Patient'],
    ['modality:', 'CT', ':missing'],
    ['_count:exact', '1', 'none'],
    ['_sort:up', 'date', ':asc, :desc'],
  ])('the modifier of %s is an error even with lenient handling', (name, value, works) => {
    const { code, message } = failure([[name, value]], { handling: 'lenient' });
    expect(code).toBe('unsupported-modifier');
    expect(message).toContain(`what works: ${works}`);
  });

  test('an unknown name is cut and cleaned where it is repeated', () => {
    const { message, options } = failure([[`a\u0000\u202e${'b'.repeat(500)}`, 'x']]);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]|b{65}/u);
    expect(options.location?.[0]).not.toMatch(/[\p{Cc}\p{Cf}]|b{65}/u);
  });
});

describe('limits', () => {
  const many = (length: number) => Array.from({ length }, (_, index) => `C${index}`);

  test('values joined by commas are counted', () => {
    expect(clauseOf('modality', many(MAX_ALTERNATIVES).join(','))).toHaveLength(MAX_ALTERNATIVES);
    expect(failure([['modality', many(MAX_ALTERNATIVES + 1).join(',')]]).code).toBe(
      'invalid-value',
    );
  });

  test('parameters are counted', () => {
    const fine = many(MAX_PARAMETERS).map((code) => ['modality', code] as const);
    expect(search(fine).query.clauses).toHaveLength(MAX_PARAMETERS);
    expect(failure([...fine, ['modality', 'CT']]).code).toBe('invalid-value');
  });

  test('values are measured, and the message does not repeat them', () => {
    expect(clauseOf('accession', 'A'.repeat(MAX_VALUE_LENGTH))).toHaveLength(1);
    const { code, message } = failure([['accession', 'A'.repeat(MAX_VALUE_LENGTH + 1)]]);
    expect(code).toBe('invalid-value');
    expect(message.length).toBeLessThan(200);
  });
});

describe(':missing', () => {
  test.each([
    ['accession', 'accession'],
    ['date', 'started'],
    ['modality', 'modality'],
    ['bodysite', 'bodyPart'],
    ['subject', 'patient'],
    ['series', 'series'],
    ['uid', 'series'],
    ['dicom-class', 'series'],
    ['subject.name', 'name'],
    ['subject.birthdate', 'birthDate'],
    ['subject:Patient.gender', 'sex'],
    ['subject.identifier', 'patient'],
  ])('%s:missing asks for the presence of %s', (name, of) => {
    expect(clauseOf(`${name}:missing`, 'true')).toEqual([{ on: 'presence', of, present: false }]);
    expect(clauseOf(`${name}:missing`, 'false')).toEqual([{ on: 'presence', of, present: true }]);
  });

  test.each(['_id', 'study'])('%s is never missing', (name) => {
    expect(clauseOf(`${name}:missing`, 'true')).toEqual([{ on: 'nothing' }]);
    expect(search([[`${name}:missing`, 'false']]).query.clauses).toEqual([]);
  });

  test('_language is always missing, and no language matches', () => {
    expect(search([['_language:missing', 'true']]).query.clauses).toEqual([]);
    expect(search([['_language:missing', 'true']]).applied).toEqual([
      ['_language:missing', 'true'],
    ]);
    expect(clauseOf('_language:missing', 'false')).toEqual([{ on: 'nothing' }]);
    expect(clauseOf('_language', 'de')).toEqual([{ on: 'nothing' }]);
  });

  test.each(['yes', 'true,false', 'TRUE', '1'])('%s is neither true nor false', (value) => {
    expect(failure([['date:missing', value]]).code).toBe('invalid-value');
  });
});

describe('how the result is wanted', () => {
  test.each(['0', '-1', '1.5', 'ten', '1e3', '9999999999'])('_count=%s is refused', (value) => {
    expect(failure([['_count', value]]).code).toBe('invalid-value');
  });

  test.each(['_count', '_summary', '_format', '-cursor'])('%s may stand only once', (name) => {
    const value = { _count: '1', _summary: 'true' }[name] ?? 'xml';
    expect(
      failure([
        [name, value],
        [name, value],
      ]).code,
    ).toBe('invalid-value');
  });

  test('_sort takes names of parameters, its direction as a modifier', () => {
    const { query } = search([
      ['_sort:desc', 'date'],
      ['_sort', 'subject'],
      ['_sort:asc', 'modality,accession'],
      ['_sort', 'study'],
    ]);
    expect(query.sort).toEqual([
      { by: 'started', descending: true },
      { by: 'patient', descending: false },
      { by: 'modality', descending: false },
      { by: 'accession', descending: false },
      { by: 'study', descending: false },
    ]);
  });

  test.each(['bodysite', '-date', 'size', 'nonsense'])(
    '_sort=%s is refused, naming what sorts',
    (value) => {
      const { code, message } = failure([['_sort', value]]);
      expect(code).toBe('invalid-value');
      expect(message).toContain('accession, date, modality, study, subject');
    },
  );

  test('a summary needs no series', () => {
    expect(search([['_summary', 'true']])).toMatchObject({
      summary: 'true',
      query: { detail: false },
    });
    expect(search([['_summary', 'false']])).toMatchObject({
      summary: 'false',
      query: { detail: true },
    });
    expect(failure([['_summary', 'count']]).message).toContain('true, false');
  });

  test.each(['ImagingStudy.subject', 'ImagingStudy.*', '*'])(
    '_include=%s adds the patients',
    (value) => {
      expect(search([['_include', value]]).includes).toEqual(['patient']);
    },
  );

  test.each(['ImagingStudy:subject', 'ImagingStudy.order', 'constructor'])(
    '_include=%s is refused, or ignored',
    (value) => {
      expect(failure([['_include', value]])).toMatchObject({ code: 'unsupported-parameter' });
      const parsed = search([['_include', value]], { handling: 'lenient' });
      expect(parsed).toMatchObject({ includes: [], applied: [] });
      expect(parsed.ignored[0]?.reason).toContain('ImagingStudy.subject');
    },
  );
});

describe('a search of Patient', () => {
  const patients = { type: 'Patient' } as const;

  test('reads the same rows that chains read', () => {
    const direct = search(
      [
        ['name', 'Anna'],
        ['birthdate', '<1980'],
      ],
      patients,
    ).query.clauses;
    const chained = search([
      ['subject.name', 'Anna'],
      ['subject.birthdate', '<1980'],
    ]).query.clauses;
    expect(direct).toEqual(chained);
  });

  test('needs no series', () => {
    expect(search([], patients).query.detail).toBe(false);
  });

  test('includes nothing and knows no parameter of ImagingStudy', () => {
    expect(failure([['_include', '*']], patients).code).toBe('unsupported-parameter');
    expect(failure([['modality', 'CT']], patients).message).toContain('birthdate, gender');
  });

  test('sorts by identifier', () => {
    expect(search([['_sort', 'identifier']], patients).query.sort).toEqual([
      { by: 'patient', descending: false },
    ]);
  });

  test('finds a patient by id', () => {
    expect(clauseOf('_id', 'LAB.P1', patients)).toEqual([
      { on: 'patient', value: 'P1', issuer: ['LAB'] },
    ]);
    expect(BASE).toContain('dstu1');
  });
});
