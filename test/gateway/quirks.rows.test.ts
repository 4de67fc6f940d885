import { TAG } from '../../src/dicom/tags';
import { held, holding, json, startFakeArchive, type FakeArchive, type Held } from './fakeArchive';
import { bundleOf, contents, noticesOf, startGateway, studiesOf, studyOf } from './running';
import { uidsOf, type ImagingStudy, type Running } from './running';

/* Rows as real archives write them: half a standard, half a habit. */

let archive: FakeArchive;
let running: Running;

beforeAll(async () => {
  archive = await startFakeArchive(holding([]));
});
afterAll(() => archive.close());
beforeEach(async () => {
  running = await startGateway(archive.url, {
    PACS_DIALECT: 'generic',
    ARCHIVE_TIME_ZONE: 'Europe/Vienna',
  });
});
afterEach(() => running.close());

/** The study as the gateway answers it when the archive holds it so. */
async function answered(one: Held): Promise<ImagingStudy> {
  archive.script = holding([one]);
  return studyOf(await running.get('ImagingStudy'));
}

/** A study of two instances with one attribute of its row exactly so. */
function withElement(tag: string, element: object): Held {
  const { study, instances } = held('1.2.3');
  return { study: { ...study, [tag]: element }, instances };
}

describe('times', () => {
  test.each([
    ['20200701', '09', '2020-07-01'],
    ['20200701', '0915', '2020-07-01T09:15:00+02:00'],
    ['20200701', '091530', '2020-07-01T09:15:30+02:00'],
    ['20200101', '091530.123456', '2020-01-01T09:15:30.123+01:00'],
    ['2020.07.01', '09:15:30', '2020-07-01T09:15:30+02:00'],
    ['20200701', '0915  ', '2020-07-01T09:15:00+02:00'],
    ['20200701', '25', '2020-07-01'],
    ['20200701', '', '2020-07-01'],
    ['20200230', '0915', undefined],
    ['', '0915', undefined],
    ['unknown', '', undefined],
  ])('Study Date %p and Study Time %p are dateTime %p', async (StudyDate, StudyTime, wanted) => {
    const study = await answered(held('1.2.3', { StudyDate, StudyTime }));
    expect(study.dateTime).toBe(wanted);
  });

  test('the offset that the archive tells is stronger than the configured zone', async () => {
    const told = { StudyDate: '20200701', StudyTime: '0915', TimezoneOffsetFromUTC: '-0500' };
    expect((await answered(held('1.2.3', told))).dateTime).toBe('2020-07-01T09:15:00-05:00');
  });
});

describe('counts', () => {
  test.each([
    ['numbers', 1, 2],
    ['texts', '1', '2'],
    ['texts with blanks', ' 1 ', '2 '],
    ['negative', -1, -2],
    ['no numbers', 'one', 'NaN'],
    ['fractions', 1.5, 2.5],
    ['beyond 32 bits', 4_294_967_296, '99999999999'],
    ['null', null, null],
    ['missing', undefined, undefined],
  ])('%s: they are given, or counted', async (_, seriesCount, instanceCount) => {
    const study = await answered(
      held('1.2.3', {
        NumberOfStudyRelatedSeries: seriesCount,
        NumberOfStudyRelatedInstances: instanceCount,
      }),
    );
    expect([study.numberOfSeries, study.numberOfInstances]).toEqual([1, 2]);
    expect(study.extension).toEqual([]);
  });

  test('missing, and only the summary is wanted: they are counted all the same', async () => {
    const uncounted = { NumberOfStudyRelatedSeries: [], NumberOfStudyRelatedInstances: [] };
    archive.script = holding([held('1.2.3', uncounted, 3)]);
    const study = studyOf(await running.get('ImagingStudy?_summary=true'));
    expect([study.numberOfSeries, study.numberOfInstances, study.series]).toEqual([1, 3, []]);
  });

  test('numbers of series and instances that are texts are numbers', async () => {
    const study = await answered(held('1.2.3', {}, 1, { SeriesNumber: '7', InstanceNumber: ' 3' }));
    expect(study.series[0]).toMatchObject({ number: 7, instance: [{ number: 3 }] });
  });
});

describe('names', () => {
  test.each([
    ['an object', { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] }],
    ['a plain text', { vr: 'PN', Value: ['Doe^Jane'] }],
    ['a text with groups', { vr: 'PN', Value: ['Doe^Jane=\u5c71\u7530'] }],
    ['behind a null', { vr: 'PN', Value: [null, { Alphabetic: 'Doe^Jane' }] }],
    ['padded', { vr: 'PN', Value: ['  Doe^Jane^^ '] }],
  ])('%s: the name is read', async (_, element) => {
    const study = await answered(withElement(TAG.PatientName, element));
    expect(study.subject.display).toBe('Jane Doe');
  });
});

describe('values that are not there', () => {
  const nothing = [
    { vr: 'LO' },
    { vr: 'LO', Value: [] },
    { vr: 'LO', Value: [''] },
    { vr: 'LO', Value: [null] },
    { vr: 'LO', Value: ['   '] },
    { vr: 'LO', Value: 'text' },
    { vr: 'LO', Value: {} },
    { vr: 'LO', InlineBinary: 'AAAA' },
    { vr: 'LO', Value: [[]] },
  ];
  const keywords = [
    'StudyDescription',
    'AccessionNumber',
    'ModalitiesInStudy',
    'StudyTime',
  ] as const;
  test.each(nothing)('%j is no value, and no element', async (element) => {
    const { study, instances } = held('1.2.3');
    const elements = Object.fromEntries(keywords.map((keyword) => [TAG[keyword], element]));
    const answer = await answered({ study: { ...study, ...elements }, instances });
    expect(Object.keys(answer)).not.toContain('description');
    expect(Object.keys(answer)).not.toContain('accessionNo');
    expect(answer).toMatchObject({ modality: ['CT'], dateTime: '2020-01-02' });
  });

  test.each(['*', ['*'], undefined])('Modalities in Study %p: the series tell', async (told) => {
    archive.script = holding([held('1.2.3', { ModalitiesInStudy: told })], { ignoresKeys: true });
    expect(studyOf(await running.get('ImagingStudy')).modality).toEqual(['CT']);
    const found = await running.get('ImagingStudy?modality=CT');
    expect(uidsOf(found)).toEqual(['1.2.3']);
    expect(uidsOf(await running.get('ImagingStudy?modality=MR'))).toEqual([]);
  });

  test('Modalities in Study in one text with backslashes are several', async () => {
    const study = await answered(held('1.2.3', { ModalitiesInStudy: 'CT\\PT' }));
    expect(study.modality).toEqual(['CT', 'PT']);
  });

  test('an instance without SOP Class UID and a series without Modality are not lost', async () => {
    const below = { SOPClassUID: undefined, Modality: undefined };
    const study = await answered(held('1.2.3', { ModalitiesInStudy: undefined }, 2, below));
    const [series] = study.series;
    expect(series).toMatchObject({ _modality: { extension: [{ valueCode: 'unknown' }] } });
    expect(series?.instance).toHaveLength(2);
    expect(series?.instance[0]).toMatchObject({ _sopclass: {} });
    expect(Object.keys(study)).not.toContain('modality');
  });

  test('they are taken from metadata where QIDO-RS leaves them out', async () => {
    const full = held('1.2.3');
    const poor = held('1.2.3', {}, 2, { SOPClassUID: undefined, Modality: undefined });
    archive.script = (seen, response) =>
      holding([seen.path.endsWith('/metadata') ? full : poor])(seen, response);
    const [series] = studyOf(await running.get('ImagingStudy')).series;
    expect(series).toMatchObject({
      modality: 'CT',
      instance: [{ type: 'IMAGE' }, { type: 'IMAGE' }],
    });
  });
});

describe('rows that are no rows', () => {
  test('null, texts, lists and rows without a UID are left out, the others are served', async () => {
    const { study, instances } = held('1.2.3');
    const nameless = held('9', { StudyInstanceUID: undefined }).study;
    archive.script = (seen, response) =>
      seen.path === '/studies' && !seen.query.has('offset')
        ? json([null, 'text', [], 7, nameless, study])
        : holding([{ study, instances }])(seen, response);
    expect(uidsOf(await running.get('ImagingStudy'))).toEqual(['1.2.3']);
  });

  test('an illegal UID is served, with a warning and a URL that leads to it', async () => {
    const study = await answered(held('1.02.3'));
    expect(study.extension).toMatchObject([{ valueCode: 'illegal-uid' }]);
    expect(study.url).toBe(`${running.url}/dicom-web/studies/1.02.3`);
  });

  test.each(['../9', '1.2/3', '1%2e2', 'a b', '..', '\u0661.\u0662'])(
    'the UID %p, which no path can hold, is told of and asked for nowhere',
    async (uid) => {
      const already = archive.seen.length;
      const study = await answered(held(uid));
      expect(study.url).toBeUndefined();
      expect(study.series).toEqual([]);
      const paths = archive.seen.slice(already).map(({ path }) => path);
      expect(new Set(paths)).toEqual(new Set(['/studies']));
    },
  );

  test('keys such as __proto__ are keys and nothing else', async () => {
    const { study, instances } = held('1.2.3');
    const hostile = '"__proto__":{"vr":"LO","Value":["x"]},"constructor":{"prototype":{"x":1}},';
    const body = `[{${hostile}${JSON.stringify(study).slice(1)}]`;
    archive.script = (seen, response) =>
      seen.path === '/studies' && !seen.query.has('offset')
        ? { body }
        : holding([{ study, instances }])(seen, response);
    expect(uidsOf(await running.get('ImagingStudy'))).toEqual(['1.2.3']);
    expect(Object.hasOwn(Object.prototype, 'x') || 'vr' in {}).toBe(false);
  });

  test('JSON nested a hundred thousand deep does no harm', async () => {
    const { study, instances } = held('1.2.3');
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `[{"00081030":{"vr":"LO","Value":${deep}},${JSON.stringify(study).slice(1)}]`;
    archive.script = (seen, response) =>
      seen.path === '/studies' && !seen.query.has('offset')
        ? { body }
        : holding([{ study, instances }])(seen, response);
    const got = await running.get('ImagingStudy');
    expect([200, 502]).toContain(got.status);
  });

  test('hostile text comes out escaped, control characters and all', async () => {
    const text = '<script>alert(1)</script>\u0000\u0008&"\ud800';
    await answered(held('1.2.3', { StudyDescription: text, PatientName: text }));
    const xml = await running.get('ImagingStudy?_format=xml');
    expect(xml.status).toBe(200);
    for (const bad of ['<script', '\u0000', '\u0008']) expect(xml.text).not.toContain(bad);
    const study = studyOf(await running.get('ImagingStudy'));
    expect(JSON.stringify(study.text)).not.toContain('<script');
  });
});

describe('repeated rows', () => {
  test('a study that is told twice is given once, and that is said', async () => {
    const one = held('1.2.3');
    archive.script = holding([one, one, held('1.2.4')]);
    archive.script = (seen, response) =>
      seen.path === '/studies'
        ? holding([one, one, held('1.2.4')])(seen, response)
        : holding([one, held('1.2.4')])(seen, response);
    const got = await running.get('ImagingStudy');
    expect(uidsOf(got)).toEqual(['1.2.3', '1.2.4']);
    expect(bundleOf(got).totalResults).toBe(2);
    expect(noticesOf(got)).toEqual(['archive-repeats-rows']);
  });

  test('what is said of them stands in an answer that is kept, as long as its rows', async () => {
    archive.script = holding([held('1.2.3'), held('1.2.3')]);
    await running.get('ImagingStudy');
    const again = await running.get('ImagingStudy');
    expect(again.headers.get('server-timing')).toContain('1 hits, 0 misses');
    expect(noticesOf(again)).toEqual(['archive-repeats-rows']);
  });

  test('an instance that is told twice is given once; one UID in two series stays two', async () => {
    const { study, instances } = held('1.2.3', { NumberOfStudyRelatedInstances: 3 });
    const [first] = instances;
    const other = { ...first, [TAG.SeriesInstanceUID]: { vr: 'UI', Value: ['1.2.3.2'] } };
    const got = await answered({ study, instances: [...instances, ...instances, other] });
    const uids = got.series.map((series) => series.instance.map(({ uid }) => uid));
    expect(uids).toEqual([['urn:oid:1.2.3.1.1', 'urn:oid:1.2.3.1.2'], ['urn:oid:1.2.3.1.1']]);
  });

  test('an outcome is an entry beside the studies, never one of them', async () => {
    archive.script = holding([held('1.2.3'), held('1.2.3')]);
    const got = await running.get('ImagingStudy');
    expect(contents(got, 'OperationOutcome')).toHaveLength(1);
    expect(studiesOf(got)).toHaveLength(1);
  });
});
