import fc from 'fast-check';
import { readDataSet, type DataSet } from '../../src/dicom/dataset';
import { TAG } from '../../src/dicom/tags';
import { readInstance, readRequests, readSeries, readStudy } from '../../src/study/fromDicom';
import { sortStudies } from '../../src/study/order';
import { row } from '../gateway/fakeArchive';
import { study } from '../search/support';

/* What a row of an archive means. */

const NOWHERE = () => undefined;

function dataSet(values: Parameters<typeof row>[0]): DataSet {
  return readDataSet(row(values)) ?? new Map();
}

const items = (...all: Parameters<typeof row>[0][]) => all.map(row);

test('anything at all is read without a throw, and without members that are undefined', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.object(),
    fc.constant([]),
  );
  const element = fc.record({ vr: fc.string(), Value: fc.array(value) }, { requiredKeys: [] });
  const any = fc.dictionary(fc.constantFrom(...Object.values(TAG)), element, { minKeys: 20 });
  fc.assert(
    fc.property(any, (json) => {
      const read = readDataSet({
        ...json,
        [TAG.StudyInstanceUID]: { vr: 'UI', Value: ['1.2'] },
        [TAG.SeriesInstanceUID]: { vr: 'UI', Value: ['1.3'] },
        [TAG.SOPInstanceUID]: { vr: 'UI', Value: ['1.4'] },
      });
      const all = [readStudy, readSeries].map((one) => one(read ?? new Map(), () => '+01:00'));
      for (const one of [...all, readInstance(read ?? new Map())]) {
        expect(one).toBeDefined();
        expect(Object.values(one ?? {})).not.toContain(undefined);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['readStudy', readStudy],
  ['readSeries', readSeries],
  ['readInstance', readInstance],
])('%s: a row without the UID of its level is no row', (_, read) => {
  expect(read(dataSet({ PatientID: 'P1' }), NOWHERE)).toBeUndefined();
});

test.each([
  [{ ContentLabel: 'LABEL', DocumentTitle: 'Title', ImageType: ['ORIGINAL'] }, 'LABEL'],
  [{ ConceptNameCodeSequence: items({ CodeMeaning: 'Report' }), DocumentTitle: 'Title' }, 'Report'],
  [{ DocumentTitle: 'Title', ImageType: ['ORIGINAL'] }, 'Title'],
  [{ ImageType: ['ORIGINAL', 'PRIMARY'] }, 'ORIGINAL\\PRIMARY'],
  [{}, undefined],
])('the title of an instance with %j is %p', (values, title) => {
  expect(readInstance(dataSet({ SOPInstanceUID: '1.4', ...values }))?.title).toBe(title);
});

test('orders are read from both levels, with issuers, and empty items are none', () => {
  const assigner = items({ LocalNamespaceEntityID: 'RIS', UniversalEntityID: '1.9' });
  const requests = readRequests(
    dataSet({
      RequestAttributesSequence: items({}, { RequestedProcedureID: 'RP1' }),
      ReferencedRequestSequence: items({
        AccessionNumber: 'A1',
        IssuerOfAccessionNumberSequence: assigner,
      }),
    }),
  );
  expect(requests).toEqual([
    { codes: [], accession: { value: 'A1', issuer: { name: 'RIS', universalId: '1.9' } } },
    { codes: [], procedureId: 'RP1' },
  ]);
});

test.each([
  ['M', 'M'],
  ['f', 'F'],
  ['O', 'O'],
  ['male', undefined],
  ['', undefined],
])('Patient’s Sex %p is %p', (told, sex) => {
  const read = readStudy(dataSet({ StudyInstanceUID: '1', PatientSex: told }), NOWHERE);
  expect(read?.patient.sex).toBe(sex);
});

test('an issuer without a Patient ID issues nothing', () => {
  const read = readStudy(dataSet({ StudyInstanceUID: '1', IssuerOfPatientID: 'LAB' }), NOWHERE);
  expect(read?.patient.issuer).toBeUndefined();
});

test('the order of a sort does not depend on the order in which studies came', () => {
  const day = fc.constantFrom('2020-01-01', '2020-01-02', undefined);
  const many = fc.uniqueArray(fc.record({ uid: fc.stringMatching(/^1\.\d$/), day }), {
    selector: ({ uid }) => uid,
  });
  const sorts = fc.array(
    fc.record({ by: fc.constantFrom('started', 'accession', 'patient'), descending: fc.boolean() }),
  );
  fc.assert(
    fc.property(many, sorts, (rows, sort) => {
      const studies = rows.map(({ uid, day: date }) =>
        study({ uid, ...(date !== undefined && { started: { date } }) }),
      );
      expect(sortStudies(studies.toReversed(), sort)).toEqual(sortStudies(studies, sort));
      const dates = sortStudies(studies, [{ by: 'started', descending: true }]).map(
        ({ started }) => started?.date ?? '',
      );
      expect(dates).toEqual([...dates].sort().reverse());
    }),
  );
});
