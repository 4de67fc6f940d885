import fc from 'fast-check';
import { ANONYMOUS, maySee, restrict } from '../../src/auth/access';
import { restriction, type Restriction, type RULE_ATTRIBUTES } from '../../src/auth/configured';
import { refuseOtherPatient } from '../../src/auth/otherPatient';
import { restrictionClauses } from '../../src/auth/restrictions';
import { readDataSet } from '../../src/dicom/dataset';
import { readStudy } from '../../src/study/fromDicom';
import type { Candidate } from '../../src/study/matches';
import { planQuery } from '../../src/study/plan';
import type { Clause, StudyQuery } from '../../src/study/query';
import { row } from '../gateway/fakeArchive';
import { patient, study } from '../search/support';
import { accessOf, boundTo, rowOf, thrownBy } from './support';

/* The one decision: which studies a caller sees. */

const queryOf = (...clauses: Clause[]): StudyQuery => ({
  clauses,
  sort: [],
  count: 10,
  detail: false,
});

describe('a caller bound to a patient', () => {
  const few = (...values: string[]) => fc.constantFrom(...values);
  const anyPatient = fc.record(
    {
      id: few('P1', 'P2', ' P1 ', 'p1', 'P*', ''),
      issuer: fc.record(
        { name: few('LAB', 'HOSP'), universalId: few('1.9', '1.8') },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const anyStudy = anyPatient.map((one) => study({ patient: patient(one) }));
  const tuple = fc.record({
    value: few('P1', 'P2'),
    issuer: fc.oneof(
      fc.constant('none' as const),
      fc.uniqueArray(few('LAB', 'HOSP', '1.9', ''), { minLength: 1 }),
    ),
  });

  test('sees studies of that Patient ID under that issuer, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(tuple, { maxLength: 3 }), anyStudy, (tuples, one) => {
        const access = accessOf([tuples.map((each) => ({ on: 'patient', ...each }))]);
        const { id = '', issuer } = one.patient;
        const told = [issuer?.name, issuer?.universalId];
        const names = told.filter((name) => name !== undefined);
        const owned = tuples.some(
          (each) =>
            id.trim() === each.value &&
            (names.length === 0
              ? each.issuer === 'none' || each.issuer.includes('')
              : each.issuer !== 'none' && names.some((name) => each.issuer.includes(name))),
        );
        expect(maySee(access, one)).toBe(owned);
      }),
      { numRuns: 2000 },
    );
  });

  test('does not see a study of nobody', () => {
    const access = accessOf([[{ on: 'patient', value: 'P1', issuer: ['LAB', ''] }]]);
    expect(maySee(access, study({ patient: { otherIds: [{ value: 'P1' }] } }))).toBe(false);
  });

  test('sees nothing where no tuple was found', () => {
    expect(maySee(accessOf([[]]), rowOf('1.2', 'P1'))).toBe(false);
    expect(
      planQuery([[]], { studyKeys: new Set(['PatientID']), valueLists: true, tellsUpdates: false })
        .empty,
    ).toBe(true);
  });

  test('has the archive asked for its Patient ID, whatever the question', () => {
    const query = restrict(
      queryOf([{ on: 'modality', code: 'CT' }]),
      accessOf([boundTo('P1', 'LAB')]),
    );
    const abilities = {
      studyKeys: new Set(['PatientID'] as const),
      valueLists: false,
      tellsUpdates: false,
    };
    expect([...planQuery(query.clauses, abilities).study]).toEqual([
      ['PatientID', { kind: 'values', values: ['P1'] }],
    ]);
  });
});

test('what cannot be told from a study is no', () => {
  const access = accessOf([[{ on: 'bodyPart', terms: ['CHEST'] }]]);
  expect(maySee(access, study())).toBe(false);
});

test('nobody authorises: everything is seen', () => {
  expect(maySee(ANONYMOUS, study())).toBe(true);
});

describe('a patient that is asked for by name', () => {
  const own = accessOf([boundTo('P1', 'LAB', '1.9')]);
  const asks = (...conditions: Clause) => queryOf([{ on: 'modality', code: 'CT' }], conditions);

  test.each<[string, Clause]>([
    ['another Patient ID', boundTo('P2', 'LAB')],
    ['another Patient ID of any issuer', [{ on: 'patient', value: 'P2', issuer: 'any' }]],
    ['the Patient ID without issuer', [{ on: 'patient', value: 'P1', issuer: 'none' }]],
    ['several others', [...boundTo('P2', 'LAB'), ...boundTo('P3', 'LAB')]],
  ])('%s is 403', async (_, clause) => {
    const problem = await thrownBy(() => refuseOtherPatient(asks(...clause), own));
    expect(problem.code).toBe('forbidden');
    expect(problem.message).not.toMatch(/P\d/);
  });

  test.each<[string, Clause]>([
    ['the own one', boundTo('P1', 'LAB')],
    ['the own one among others', [...boundTo('P2', 'LAB'), ...boundTo('P1', 'LAB')]],
    ['the own number of any issuer', [{ on: 'patient', value: ' P1', issuer: 'any' }]],
    ['the own number of an issuer that may be the same', boundTo('P1', 'urn:oid:1.9')],
    ['a name', [{ on: 'name', text: 'x', match: 'starts', part: 'any' }]],
    ['nothing', []],
  ])('%s is left to the check of the rows', (_, clause) => {
    expect(() => refuseOtherPatient(asks(...clause), own)).not.toThrow();
  });

  test('is nobody’s affair where the caller sees all', () => {
    expect(() => refuseOtherPatient(asks(...boundTo('P2', 'LAB')), accessOf([]))).not.toThrow();
  });
});

describe('restricted studies', () => {
  const rules = (...all: object[]): Restriction[] => all.map((one) => restriction.parse(one));
  const sees = (rule: object, one: Candidate, kind: 'patient' | 'user' = 'patient') =>
    maySee(accessOf(restrictionClauses(rules(rule), kind)), one);

  test('of a deny list are not there, but for the classes that the rule allows', () => {
    const rule = { studies: ['1.2', '1.3'], allow: ['user'] };
    expect(sees(rule, study({ uid: '1.2' }))).toBe(false);
    expect(sees(rule, study({ uid: '1.4' }))).toBe(true);
    expect(sees(rule, study({ uid: '1.2' }), 'user')).toBe(true);
  });

  test('by each attribute of the study row, in whatever case', () => {
    const values: Record<keyof typeof RULE_ATTRIBUTES, object> = {
      ConfidentialityCode: { ConfidentialityCode: ['A', 'vip '] },
      RetrieveAETitle: { RetrieveAETitle: ['X', 'VIP'] },
      InstitutionName: { InstitutionName: { Alphabetic: 'VIP' } },
      InstitutionalDepartmentName: { InstitutionalDepartmentName: { Alphabetic: 'vip' } },
    };
    for (const [attribute, told] of Object.entries(values)) {
      const data = readDataSet(row({ StudyInstanceUID: '1.2', ...told }));
      const one = data && readStudy(data, () => undefined);
      if (one === undefined) throw new Error('no study');
      const rule = { attribute, untold: 'show' };
      expect([attribute, sees({ ...rule, values: ['VIP'] }, one)]).toEqual([attribute, false]);
      expect([attribute, sees({ ...rule, values: ['VI'] }, one)]).toEqual([attribute, true]);
    }
  });

  test('where the archive does not tell the attribute, are hidden unless the rule says otherwise', () => {
    const rule = { attribute: 'ConfidentialityCode', values: ['VIP'] };
    expect(sees(rule, study())).toBe(false);
    expect(sees({ ...rule, untold: 'show' }, study())).toBe(true);
  });

  test('where the archive tells that the attribute is empty, are shown', () => {
    const data = readDataSet({
      '0020000D': { vr: 'UI', Value: ['1.2'] },
      '00401008': { vr: 'LO' },
      '00080054': { vr: 'AE', Value: [] },
    });
    const one = data && readStudy(data, () => undefined);
    expect(one).toMatchObject({ confidentiality: [], aeTitles: [] });
    for (const attribute of ['ConfidentialityCode', 'RetrieveAETitle']) {
      expect(sees({ attribute, values: ['VIP'] }, one ?? study())).toBe(true);
    }
  });

  test('of several rules each must allow', () => {
    const both = rules({ studies: ['1.2'], allow: ['user'] }, { studies: ['1.2'] });
    const access = accessOf(restrictionClauses(both, 'user'));
    expect(maySee(access, study({ uid: '1.2' }))).toBe(false);
  });

  test.each([
    [{ studies: [] }],
    [{ studies: ['1.2'], attribute: 'InstitutionName', values: ['x'] }],
    [{ attribute: 'PatientName', values: ['x'] }],
    [{ attribute: 'InstitutionName', values: [] }],
    [{ attribute: 'InstitutionName', values: ['x'], allow: ['doctor'] }],
    [{ studies: ['1.2'], untild: 'show' }],
  ])('%j is no rule', (rule) => {
    expect(restriction.safeParse(rule).success).toBe(false);
  });

  test('for any rules and studies: nothing is seen that a rule forbids', () => {
    const few = (...values: string[]) => fc.constantFrom(...values);
    const anyStudy = fc
      .record(
        {
          uid: few('1.1', '1.2'),
          confidentiality: fc.array(few('VIP', 'N')),
          institution: few('A'),
        },
        { requiredKeys: ['uid'] },
      )
      .map(study);
    const anyRule = fc.oneof(
      fc.record({ studies: fc.array(few('1.1', '1.2'), { minLength: 1 }) }),
      fc.record({
        attribute: few('ConfidentialityCode', 'InstitutionName'),
        values: fc.array(few('VIP', 'A'), { minLength: 1 }),
        untold: few('hide', 'show'),
      }),
    );
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 3 }), anyStudy, (all, one) => {
        const parsed = rules(...all);
        const seen = maySee(accessOf(restrictionClauses(parsed, 'patient')), one);
        const forbidden = parsed.some((rule) => {
          if ('studies' in rule) return rule.studies.includes(one.uid);
          const told =
            rule.attribute === 'ConfidentialityCode'
              ? one.confidentiality
              : one.institution === undefined
                ? undefined
                : [one.institution];
          return told === undefined
            ? rule.untold === 'hide'
            : told.some((value) => rule.values.includes(value));
        });
        expect(seen).toBe(!forbidden);
      }),
      { numRuns: 1000 },
    );
  });
});
