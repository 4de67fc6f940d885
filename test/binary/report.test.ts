import { XMLValidator } from 'fast-xml-parser';
import { readDataSet } from '../../src/dicom/dataset';
import { TAG, type Keyword } from '../../src/dicom/tags';
import { Problem } from '../../src/errors';
import { reportPage } from '../../src/http/binary/reportPage';
import { readReport } from '../../src/study/report/report';

/* Structured reports as pages (PS3.3 C.17.3). */

const ROOT = 'http://gateway.test/dicom-web';

type Json = Readonly<Record<string, { readonly vr: string; readonly Value?: readonly unknown[] }>>;
type Values = Readonly<Partial<Record<Keyword, unknown>>>;

/** A data set from keywords; a list of data sets is a sequence. */
function set(values: Values): Json {
  const entries = Object.entries(values).map(([keyword, value]) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return [TAG[keyword as Keyword], { vr: 'UN', Value: list }];
  });
  return Object.fromEntries(entries) as Json;
}

const code = (CodeMeaning: string, CodeValue = 'X') =>
  set({ CodeMeaning, CodeValue, CodingSchemeDesignator: 'DCM' });

function item(ValueType: string, name: string, values: Values = {}): Json {
  return set({ ValueType, ConceptNameCodeSequence: [code(name)], ...values });
}

function report(items: readonly Json[], values: Values = {}): Json {
  return item('CONTAINER', 'A report', { ContentSequence: items, ...values });
}

function pageOf(json: Json): string {
  return reportPage(readReport(readDataSet(json) ?? new Map()), ROOT);
}

/** What a reader sees of a page's content: its text, tags as single blanks. */
function textOf(json: Json): string {
  const [, body = ''] = /<\/table>(.*)<\/main>/s.exec(pageOf(json)) ?? [];
  return body
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

test.each<[string, Json, string]>([
  ['a text', item('TEXT', 'Finding', { TextValue: 'None' }), 'Finding : None'],
  ['a text without a value', item('TEXT', 'Finding'), 'Finding : no value'],
  [
    'a code by its meaning',
    item('CODE', 'Organ', { ConceptCodeSequence: [code('Liver')] }),
    'Organ : Liver',
  ],
  [
    'a code without a meaning by itself',
    item('CODE', 'Organ', { ConceptCodeSequence: [set({ CodeValue: 'T-62000' })] }),
    'Organ : T-62000',
  ],
  [
    'a number with its unit',
    measured('2.50', code('millimeter', 'mm')),
    'Length : 2.50 millimeter',
  ],
  ['a number without a unit', measured('3', code('no units', '1')), 'Length : 3'],
  [
    'why there is no number',
    item('NUM', 'Length', { NumericValueQualifierCodeSequence: [code('Not a number')] }),
    'Length : Not a number',
  ],
  ['a date', item('DATE', 'Done', { Date: '20240102' }), 'Done : 2024-01-02'],
  ['a date that is none', item('DATE', 'Done', { Date: 'soon' }), 'Done : soon'],
  ['a time', item('TIME', 'Done', { Time: '101112' }), 'Done : 10:11:12'],
  [
    'a date and time with its offset',
    item('DATETIME', 'Done', { DateTime: '20240102101112.5+0100' }),
    'Done : 2024-01-02 10:11:12.5+0100',
  ],
  ['a year', item('DATETIME', 'Done', { DateTime: '2024' }), 'Done : 2024'],
  [
    'a name in both scripts',
    item('PNAME', 'By', { PersonName: [{ Alphabetic: 'Yamada^Taro', Ideographic: '山田^太郎' }] }),
    'By : Yamada Taro / 山田 太郎',
  ],
  ['a UID', item('UIDREF', 'Frame', { UID: '1.2.3' }), 'Frame : object 1.2.3'],
  [
    'a figure on an image',
    item('SCOORD', 'Outline', { GraphicType: 'POLYLINE', GraphicData: [1, 2, 3, 4] }),
    'Outline : polyline of 4 coordinates',
  ],
  ['another item', set({ ReferencedContentItemIdentifier: [1, 2, 1] }), 'item 1.2.1'],
  [
    'a type that nobody knows',
    item('HOLOGRAM', 'Thing'),
    'Thing : A value of type HOLOGRAM that cannot be shown',
  ],
])('tells %s', (_what, one, text) => {
  expect(textOf(report([one]))).toBe(text);
});

function measured(NumericValue: string, unit: Json): Json {
  const value = set({ NumericValue, MeasurementUnitsCodeSequence: [unit] });
  return item('NUM', 'Length', { MeasuredValueSequence: [value] });
}

test('a text that the archive keeps apart is said to be elsewhere', () => {
  const apart = {
    ...item('TEXT', 'Finding'),
    [TAG.TextValue]: { vr: 'UT', BulkDataURI: 'http://a/b' },
  };
  expect(textOf(report([apart]))).toContain('it is in the DICOM file');
});

test('sections have headings of their level, in their order between the other items', () => {
  const section = (name: string, ...items: readonly Json[]) =>
    item('CONTAINER', name, { ContentSequence: items });
  const text = (TextValue: string) => item('TEXT', 'Note', { TextValue });
  const page = pageOf(
    report([text('first'), section('Two', section('Deep', text('in'))), text('last')]),
  );
  const order = [...page.matchAll(/<h\d>[^<]+|class="text">[^<]+/g)].map(([match]) => match);
  expect(order).toEqual([
    '<h1>A report',
    'class="text">first',
    '<h2>Two',
    '<h3>Deep',
    'class="text">in',
    'class="text">last',
  ]);
  expect(page).toContain('id="item-1.2.1.1"');
});

const EVIDENCE = [
  set({
    StudyInstanceUID: '1.2',
    ReferencedSeriesSequence: [
      set({
        SeriesInstanceUID: '1.2.3',
        ReferencedSOPSequence: [
          set({ ReferencedSOPInstanceUID: '1.2.3.4' }),
          set({ ReferencedSOPInstanceUID: '1.2.3.5' }),
          set({ ReferencedSOPInstanceUID: '../../9' }),
        ],
      }),
    ],
  }),
];

function reference(uid: string, sopClass: string, frames: readonly number[] = []): Json {
  const object = set({
    ReferencedSOPInstanceUID: uid,
    ReferencedSOPClassUID: sopClass,
    ...(frames.length > 0 && { ReferencedFrameNumber: frames }),
  });
  return item('IMAGE', 'Seen on', { ReferencedSOPSequence: [object] });
}

test.each([
  [
    'an image leads to its rendering',
    reference('1.2.3.4', '1.2.840.10008.5.1.4.1.1.2'),
    '/rendered',
  ],
  [
    'a frame leads to its own',
    reference('1.2.3.4', '1.2.840.10008.5.1.4.1.1.2', [7, 9]),
    '/frames/7/rendered',
  ],
  ['another object leads to its file', reference('1.2.3.4', '1.2.840.10008.5.1.4.1.1.66'), ''],
])('%s', (_what, one, view) => {
  const page = pageOf(report([one], { CurrentRequestedProcedureEvidenceSequence: EVIDENCE }));
  const url = `${ROOT}/studies/1.2/series/1.2.3/instances/1.2.3.4${view}`;
  expect(page).toContain(`<a href="${url}">`);
});

test('what the evidence does not place, or places outside of any study, has no link', () => {
  const image = '1.2.840.10008.5.1.4.1.1.2';
  for (const uid of ['9.9', '../../9']) {
    const page = pageOf(
      report([reference(uid, image)], { PertinentOtherEvidenceSequence: EVIDENCE }),
    );
    expect(page).toContain(uid);
    expect(page).not.toContain('<a ');
  }
});

test('nothing of the archive is markup, and the page is well-formed', () => {
  const evil = '</span><script>alert("1")</script>&\u0000\u0007<img src=x onerror=\'a\'>';
  const json = report(
    [
      item('TEXT', evil, { TextValue: evil }),
      item('PNAME', evil, { PersonName: [{ Alphabetic: evil }] }),
      item('UIDREF', evil, { UID: evil }),
      item(evil, evil),
      set({ ReferencedContentItemIdentifier: ['"><script>'] }),
    ],
    {
      ConceptNameCodeSequence: [code(evil)],
      PatientName: [{ Alphabetic: evil }],
      PatientID: evil,
      CompletionFlag: evil,
    },
  );
  const page = pageOf(json);
  expect(XMLValidator.validate(page)).toBe(true);
  expect(page).not.toMatch(/<script|<img|\son\w+="/);
  expect(page).not.toContain('\u0000');
});

test('a page is in the language that the report tells, and in no text that it is not', () => {
  const language = (tag: string) =>
    set({
      ValueType: 'CODE',
      ConceptNameCodeSequence: [code('Language', '121049')],
      ConceptCodeSequence: [code('a language', tag)],
    });
  expect(pageOf(report([language('de-AT')]))).toContain('<main id="item-1" lang="de-AT">');
  expect(pageOf(report([language('"><script>')]))).toContain('<main id="item-1" lang="en">');
});

test('a report of nothing says so; metadata without a report is not taken for one', () => {
  expect(pageOf(report([]))).toContain('This report has no content.');
  expect(codeOf(() => pageOf(set({ PatientID: 'P1' })))).toBe('pacs-incomplete');
});

test('a tree that is too deep or too large is refused, not cut', () => {
  let deep = item('TEXT', 'End', { TextValue: 'x' });
  for (let level = 0; level < 70; level += 1) {
    deep = item('CONTAINER', 'Level', { ContentSequence: [deep] });
  }
  expect(codeOf(() => pageOf(report([deep])))).toBe('not-acceptable');
  const one = item('TEXT', 'One', { TextValue: 'x' });
  const many = Array.from({ length: 100_001 }, () => one);
  expect(codeOf(() => pageOf(report(many)))).toBe('not-acceptable');
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  throw new Error('nothing failed');
}
