import { searchServed } from '../../src/search/servedSearch';
import type { ServedResource } from '../../src/search/parse';
import { clauseOf, CONTEXT, failure, RELEASE_NAMES, search } from './support';

const LATER = RELEASE_NAMES.filter((release) => release !== 'dstu1');
const SIGNED = LATER.filter((release) => release !== 'dstu2');
const DAY = 86_400_000;

describe.each(LATER)('prefixes of %s', (release) => {
  const span = { from: Date.UTC(2020, 0), to: Date.UTC(2021, 0) };

  test.each(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sa', 'eb'] as const)('%s', (comparator) => {
    expect(clauseOf('started', `${comparator}2020`, { release })).toEqual([
      { on: 'started', comparator, span },
    ]);
  });

  test('no prefix is eq', () => {
    expect(clauseOf('started', '2020', { release })).toMatchObject([{ comparator: 'eq', span }]);
  });

  test.each(['>=2020', '<2020', '=2020', 'GE2020', 'xx2020', 'gege2020'])(
    '%s is refused',
    (value) => {
      expect(failure([['started', value]], { release }).code).toBe('invalid-value');
    },
  );

  test('the characters of DSTU1 are told from a mistake', () => {
    const { message } = failure([['started', '>=2020']], { release });
    expect(message).toContain('its comparators are eq ne lt le gt ge sa eb ap');
    expect(message).toContain('started=ge2015-03-01');
  });

  test('ap is a tenth of the gap to now on both sides', () => {
    // 1000 days before now, less the day itself
    const [condition] = clauseOf('started', 'ap2021-04-05', { release });
    const from = Date.UTC(2021, 3, 5);
    const gap = (Date.UTC(2024, 0) - from - DAY) / 10;
    expect(condition).toEqual({
      on: 'started',
      comparator: 'ap',
      span: { from: from - gap, to: from + DAY + gap },
    });
  });

  test('ap of today is today, of a day to come a tenth of the way', () => {
    const today = Date.UTC(2024, 0);
    expect(clauseOf('started', 'ap2024-01-01', { release })).toMatchObject([
      { span: { from: today, to: today + DAY } },
    ]);
    expect(clauseOf('started', 'ap2024-01-11', { release })).toMatchObject([
      { span: { from: today + 9 * DAY, to: today + 12 * DAY } },
    ]);
  });

  test('ap with a zone is measured in UTC', () => {
    expect(clauseOf('_lastUpdated', 'ap2024-01-01T02:00:00+02:00', { release })).toMatchObject([
      { span: { from: Date.UTC(2024, 0, 1, 2), to: Date.UTC(2024, 0, 1, 2, 0, 1), offset: 120 } },
    ]);
  });
});

describe('_sort', () => {
  test('of DSTU2 has its direction as a modifier', () => {
    const sort = search([['_sort:desc', 'started']], { release: 'dstu2' }).query.sort;
    expect(sort).toEqual([{ by: 'started', descending: true }]);
    expect(failure([['_sort', '-started']], { release: 'dstu2' }).code).toBe('invalid-value');
  });

  test.each(SIGNED)('of %s has it as a sign', (release) => {
    const sort = search([['_sort', '-started,patient,modality']], { release }).query.sort;
    expect(sort).toEqual([
      { by: 'started', descending: true },
      { by: 'patient', descending: false },
      { by: 'modality', descending: false },
    ]);
    expect(failure([['_sort:desc', 'started']], { release }).code).toBe('unsupported-modifier');
  });

  test.each(['r4', 'r4b', 'r5', 'r6'] as const)(
    'of %s by accession is by identifier',
    (release) => {
      const sort = search([['_sort', '-identifier']], { release }).query.sort;
      expect(sort).toEqual([{ by: 'accession', descending: true }]);
    },
  );
});

describe.each(LATER)('what is wanted in %s', (release) => {
  test.each([
    ['true', true],
    ['false', true],
    ['data', true],
    ['text', true],
    ['count', false],
  ])('_summary=%s needs series: %p', (summary, detail) => {
    const parsed = search([['_summary', summary]], { release });
    expect(parsed).toMatchObject({ summary, query: { detail } });
    expect(parsed.countOnly).toBe(summary === 'count');
  });

  test('_summary=count and _count=0 ask for the number alone', () => {
    for (const parameter of [['_summary', 'count'] as const, ['_count', '0'] as const]) {
      const parsed = search([parameter], { release });
      expect(parsed).toMatchObject({ countOnly: true, query: { count: 0, detail: false } });
      expect(parsed.applied).toEqual([parameter]);
    }
  });

  test('_elements tells which, and reads series only for those that need them', () => {
    const shallow = search([['_elements', 'identifier, started,started']], { release });
    expect(shallow).toMatchObject({
      elements: ['identifier', 'started'],
      query: { detail: false },
    });
    const deep = search([['_elements', 'started,series']], { release });
    expect(deep).toMatchObject({ elements: ['started', 'series'], query: { detail: true } });
    expect(search([['_elements', 'basedOn']], { release }).query.detail).toBe(true);
  });

  test.each(['series.uid', 'a b', '*', ',', 'started,'])('_elements=%s is refused', (value) => {
    expect(failure([['_elements', value]], { release }).code).toBe('invalid-value');
  });

  test('_include adds the patients and the endpoint', () => {
    const included = (value: string) => search([['_include', value]], { release }).includes;
    const both = release === 'dstu2' ? ['patient'] : ['patient', 'endpoint'];
    expect(included('ImagingStudy:patient')).toEqual(['patient']);
    expect(included('ImagingStudy:patient:Patient')).toEqual(['patient']);
    expect(included('*')).toEqual(both);
    if (release !== 'dstu2') {
      expect(included('ImagingStudy:endpoint')).toEqual(['endpoint']);
      expect(included('ImagingStudy:endpoint:Endpoint')).toEqual(['endpoint']);
    }
    const wrong = ['ImagingStudy:patient:Group', 'ImagingStudy.patient', 'ImagingStudy:basedon'];
    for (const value of wrong) {
      expect(failure([['_include', value]], { release }).code).toBe('unsupported-parameter');
    }
    expect(failure([['_include:iterate', '*']], { release }).code).toBe('unsupported-modifier');
  });

  test('_revinclude and _contained are refused with the reason', () => {
    expect(failure([['_revinclude', 'X:y']], { release }).message).toContain('direction');
    expect(failure([['_contained', 'true']], { release }).message).toContain('contained');
  });
});

describe('_total', () => {
  test.each(['r4', 'r4b', 'r5', 'r6'] as const)('is of %s', (release) => {
    for (const total of ['none', 'estimate', 'accurate']) {
      expect(search([['_total', total]], { release }).total).toBe(total);
    }
    expect(failure([['_total', 'all']], { release }).code).toBe('invalid-value');
  });

  test.each(['dstu1', 'dstu2', 'stu3'] as const)('is not of %s', (release) => {
    expect(failure([['_total', 'none']], { release }).code).toBe('unsupported-parameter');
  });
});

describe('_language', () => {
  test('is in DSTU1 and again in R5', () => {
    const has = RELEASE_NAMES.filter((release) => {
      const { ignored } = search([['_language', 'de']], { release, handling: 'lenient' });
      return ignored.length === 0;
    });
    expect(has).toEqual(['dstu1', 'r5', 'r6']);
  });
});

test(':not of several values is none of them', () => {
  const { clauses } = search([['modality:not', 'CT,MR']], { release: 'r4' }).query;
  expect(clauses).toEqual([
    [{ on: 'not', condition: { on: 'modality', code: 'CT' } }],
    [{ on: 'not', condition: { on: 'modality', code: 'MR' } }],
  ]);
});

test('a warning about a value that nothing has says what :not makes of it', () => {
  const [warning] = search([['modality:not', 'http://x.example|CT']], { release: 'r4' }).warnings;
  expect(warning?.text).toMatch(/so nothing is left out$/);
});

test('without a served Endpoint no study refers to one', () => {
  const { endpoint, ...context } = CONTEXT;
  expect(endpoint).toBeDefined();
  expect(clauseOf('endpoint', 'wado-rs', { release: 'r4', context })).toEqual([{ on: 'nothing' }]);
});

describe('resources that the gateway has of its own', () => {
  const endpoints = CONTEXT.endpoint === undefined ? [] : [CONTEXT.endpoint];
  const definitions: ServedResource[] = [
    { id: 'wado-url', name: 'WadoUrl', url: 'http://x.example/wado-url' },
    { id: 'defect', name: 'Defect', url: 'http://x.example/defect' },
  ];
  const find = (
    type: 'Endpoint' | 'StructureDefinition',
    resources: readonly ServedResource[],
    ...parameters: readonly (readonly [string, string])[]
  ) =>
    searchServed(
      { release: 'r4', type, handling: 'strict', context: CONTEXT, parameters },
      resources,
    ).found.map(({ id }) => id);

  test.each([
    [[], true],
    [[['_id', 'wado-rs']], true],
    [[['_id', 'x']], false],
    [[['_id:not', 'x']], true],
    [[['identifier', 'http://127.0.0.1:8080/dicom-web']], true],
    [[['identifier', 'urn:ietf:rfc:3986|http://127.0.0.1:8080/dicom-web']], true],
    [[['identifier', '|http://127.0.0.1:8080/dicom-web']], false],
    [[['connection-type', 'dicom-wado-rs']], true],
    [
      [
        [
          'connection-type',
          'http://terminology.hl7.org/CodeSystem/endpoint-connection-type|dicom-wado-rs',
        ],
      ],
      true,
    ],
    [[['connection-type', 'hl7-fhir-rest']], false],
    [[['connection-type', 'hl7-fhir-rest,dicom-wado-rs']], true],
    [[['status', 'active']], true],
    [[['status', 'http://hl7.org/fhir/endpoint-status|off']], false],
    [[['name', 'dicom']], true],
    [[['name:contains', 'wado']], true],
    [[['name:exact', 'dicom wado-rs']], false],
    [
      [
        ['status', 'active'],
        ['_id', 'x'],
      ],
      false,
    ],
  ] as [[string, string][], boolean][])('Endpoint?%j is found: %p', (parameters, found) => {
    expect(find('Endpoint', endpoints, ...parameters)).toEqual(found ? ['wado-rs'] : []);
  });

  test('definitions are found by id, url and name', () => {
    const type = 'StructureDefinition';
    expect(find(type, definitions)).toEqual(['wado-url', 'defect']);
    expect(find(type, definitions, ['_id', 'defect'])).toEqual(['defect']);
    expect(find(type, definitions, ['url', 'http://x.example/wado-url'])).toEqual(['wado-url']);
    expect(find(type, definitions, ['url', 'http://x.example'])).toEqual([]);
    expect(find(type, definitions, ['name', 'def'])).toEqual(['defect']);
    expect(find(type, [], ['name', 'def'])).toEqual([]);
  });

  test('what they cannot be asked is refused', () => {
    const ask = (name: string) => () => find('Endpoint', endpoints, [name, 'x']);
    expect(ask('modality')).toThrow('no search parameter of Endpoint');
    expect(ask('_sort')).toThrow('what can: none');
    expect(ask('name:text')).toThrow('what works: :exact, :contains');
  });
});
