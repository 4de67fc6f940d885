import fc from 'fast-check';
import { TAG, type Keyword } from '../../src/dicom/tags';
import { readSpan } from '../../src/search/dates';
import { matches, type Candidate } from '../../src/study/matches';
import { planQuery } from '../../src/study/plan';
import type { Condition, Span } from '../../src/study/query';
import type { Match } from '../../src/study/source';
import { matchesName } from '../../src/study/text';
import { instance, patient, series, study } from '../search/support';

/* What is asked of the archive must find at least what was asked of the gateway. */

const few = (...values: string[]) => fc.constantFrom(...values);
const uid = few('1.1', '1.2', '1.3');
const day = few('2019-12-31', '2020-01-01', '2020-01-02', '2021-06-30', '1899-12-31');

const candidate: fc.Arbitrary<Candidate> = fc
  .record(
    {
      uid,
      patient: fc
        .record(
          {
            id: few('P1', 'P2'),
            issuer: few('LAB', 'HOSP').map((name) => ({ name })),
            name: few('Anna^B', 'M\u00fcller^Anna'),
            birthDate: day,
            sex: fc.constantFrom('M' as const, 'F' as const),
          },
          { requiredKeys: [] },
        )
        .map(patient),
      started: fc.record(
        {
          date: day,
          time: few('00', '12:30', '23:59:59'),
          offset: few('+00:00', '-11:30', '+14:00'),
        },
        { requiredKeys: ['date'] },
      ),
      accession: few('A1', 'A2').map((value) => ({ value })),
      modalities: fc.array(few('CT', 'MR'), { minLength: 1, maxLength: 2 }),
      series: fc.array(
        fc
          .record(
            {
              uid,
              modality: few('CT', 'MR'),
              bodyPart: few('CHEST', 'HEAD'),
              instances: fc.array(fc.record({ uid, sopClass: uid }).map(instance), {
                maxLength: 2,
              }),
            },
            { requiredKeys: ['uid', 'instances'] },
          )
          .map(series),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['uid', 'patient', 'series'] },
  )
  .map(study);

const comparator = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sa', 'eb', 'ap' as const);
const span: fc.Arbitrary<Span> = few(
  '2020',
  '2020-01',
  '2020-01-01',
  '2020-01-01T00:10Z',
  '2020-01-01T23:30-12:00',
  '2019-12-31T12:00:00+14:00',
  '1899',
).map((text) => readSpan(text) ?? { from: 0, to: 0 });
const issuer = fc.oneof(
  fc.constantFrom('any' as const, 'none' as const),
  fc.array(few('LAB', 'HOSP', ''), { minLength: 1, maxLength: 2 }),
);

const condition = fc.oneof(
  fc.record({ on: fc.constantFrom('study', 'series', 'instance', 'sopClass'), uid }),
  fc.record({ on: fc.constant('id'), uid }),
  fc.record({ on: fc.constant('accession'), value: few('A1', 'A2'), issuer: fc.constant('any') }),
  fc.record({ on: fc.constant('patient'), value: few('P1', 'P2'), issuer }),
  fc.record({
    on: fc.constant('name'),
    text: few('anna', 'm\u00fcller'),
    match: few('starts', 'contains'),
    part: few('any', 'family', 'given'),
  }),
  fc.record({ on: fc.constantFrom('started', 'birthDate'), comparator, span }),
  fc.record({ on: fc.constant('modality'), code: few('CT', 'MR') }),
  fc.record({ on: fc.constant('sex'), sex: few('M', 'F') }),
  fc.record({
    on: fc.constant('bodyPart'),
    terms: fc.array(few('CHEST', 'HEAD'), { minLength: 1 }),
  }),
  fc.record({ on: fc.constant('presence'), of: few('accession', 'series'), present: fc.boolean() }),
  fc.constant({ on: 'nothing' }),
) as fc.Arbitrary<Condition>;
const clauses = fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
const abilities = fc.record({
  studyKeys: fc.subarray(Object.keys(TAG) as Keyword[]).map((keys) => new Set(keys)),
  valueLists: fc.boolean(),
  tellsUpdates: fc.constant(true),
});

/** Whether an archive that does as PS3.4 says finds the study by a key, read plainly. */
function finds(keyword: Keyword, match: Match, held: Candidate): boolean {
  if (match.kind === 'name') {
    return (
      held.patient.name !== undefined &&
      matchesName(held.patient.name, match.text, 'contains', 'any')
    );
  }
  const actual = valuesOf(held, keyword);
  return actual.some((value) =>
    match.kind === 'values'
      ? match.values.includes(value)
      : match.from <= value && value <= match.to,
  );
}

function valuesOf(held: Candidate, keyword: Keyword): readonly string[] {
  const all = held.series ?? [];
  const instances = all.flatMap((each) => each.instances);
  const plain = (date: string | undefined) => date?.replaceAll('-', '');
  const modalities = all.map((each) => each.modality);
  const known: Partial<Record<Keyword, readonly (string | undefined)[]>> = {
    StudyInstanceUID: [held.uid],
    PatientID: [held.patient.id],
    IssuerOfPatientID: [held.patient.issuer?.name],
    PatientBirthDate: [plain(held.patient.birthDate)],
    PatientSex: [held.patient.sex],
    AccessionNumber: [held.accession?.value],
    StudyDate: [plain(held.started?.date)],
    ModalitiesInStudy: held.modalities ?? modalities,
    SeriesInstanceUID: all.map((each) => each.uid),
    BodyPartExamined: all.map((each) => each.bodyPart),
    SOPInstanceUID: instances.map((each) => each.uid),
    SOPClassUID: instances.map((each) => each.sopClass),
  };
  return (known[keyword] ?? []).filter((value) => value !== undefined);
}

test('a study that is wanted is found by every key that is asked', () => {
  let wanted = 0;
  fc.assert(
    fc.property(clauses, candidate, abilities, (asked, held, able) => {
      fc.pre(matches(asked, held) === true);
      wanted += 1;
      const plan = planQuery(asked, able);
      expect(plan.empty).toBe(false);
      for (const [keyword, match] of [...plan.study, ...(plan.below?.keys ?? [])]) {
        expect([keyword, match, finds(keyword, match, held)]).toEqual([keyword, match, true]);
      }
    }),
    { numRuns: 3000 },
  );
  expect(wanted).toBeGreaterThan(500);
});

test('nothing is asked that the archive cannot match', () => {
  fc.assert(
    fc.property(clauses, abilities, (asked, able) => {
      for (const [keyword, match] of planQuery(asked, able).study) {
        expect(able.studyKeys.has(keyword)).toBe(true);
        const list = match.kind === 'values' && match.values.length > 1;
        if (list && keyword !== 'StudyInstanceUID') expect(able.valueLists).toBe(true);
      }
    }),
  );
});

const ALL = {
  studyKeys: new Set(Object.keys(TAG) as Keyword[]),
  valueLists: true,
  tellsUpdates: true,
};

test.each<[string, Condition[][], Record<string, Match>]>([
  [
    'values that a clause joins are a list',
    [
      [
        { on: 'modality', code: 'CT' },
        { on: 'modality', code: 'MR' },
      ],
    ],
    { ModalitiesInStudy: { kind: 'values', values: ['CT', 'MR'] } },
  ],
  [
    'alternatives of two keys are not asked',
    [
      [
        { on: 'modality', code: 'CT' },
        { on: 'study', uid: '1.1' },
      ],
    ],
    {},
  ],
  [
    'ranges of two clauses are what both have',
    [
      [{ on: 'started', comparator: 'ge', span: readSpan('2020-01') ?? { from: 0, to: 0 } }],
      [{ on: 'started', comparator: 'le', span: readSpan('2020-03-15') ?? { from: 0, to: 0 } }],
    ],
    { StudyDate: { kind: 'range', from: '20200101', to: '20200315' } },
  ],
])('%s', (_, asked, wanted) => {
  expect(Object.fromEntries(planQuery(asked, ALL).study)).toEqual(wanted);
});
