import { z } from 'zod';
import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import { demoStudies } from '../../src/demo/studies';
import type { Report } from '../../src/doctor/report';
import { doctor, lineOf, reportOn } from './archives';

/* The report on the demo archive, line by line against what it answers when it is asked by hand. */

const rowsForm = z.array(
  z.record(z.string(), z.looseObject({ Value: z.array(z.unknown()).optional() })),
);
type Rows = z.output<typeof rowsForm>;

/** The demo archive draws its pictures when they are asked for. */
const SLOW = 120_000;

let archive: DemoArchive;
let report: Report;
let sample: Rows;

async function rows(target: string): Promise<Rows> {
  const response = await fetch(`${archive.url}/${target}`, {
    headers: { Accept: 'application/dicom+json' },
  });
  return rowsForm.parse(await response.json());
}
const status = async (target: string, init: RequestInit) => {
  const response = await fetch(`${archive.url}/${target}`, init);
  await response.arrayBuffer();
  return response.status;
};
const filled = (of: Rows, tag: string) =>
  of.filter((row) => (row[tag]?.Value ?? []).length > 0).length;
const text = (row: Rows[number] | undefined, tag: string) => String(row?.[tag]?.Value?.[0]);

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  report = await reportOn(archive.url);
  sample = await rows('studies?limit=20&includefield=all');
}, SLOW);
afterAll(() => archive.close());

/** What each line says, the parts of it that do not depend on time and port. */
const LINES: readonly (readonly [what: string, verdict: string, evidence: RegExp])[] = [
  ['the root answers', 'good', /^status 200 with rows in \d+ ms$/],
  ['product', 'unknown', /^it does not say$/],
  ['the connection', 'good', /^plain HTTP, on this machine$/],
  ['the credential', 'note', /^none was needed, on this machine$/],
  ['forms of Accept that bring JSON', 'good', /^all that were tried$/],
  ['how nothing is told', 'good', /^200 with an empty list$/],
  ['a random Study Instance UID finds nothing', 'good', /^0 rows$/],
  ['a random PatientID finds nothing', 'good', /^0 rows$/],
  ['random values of the other keys find nothing', 'good', /^7 keys, 0 rows$/],
  ['values of studies find them', 'good', /^9 keys find what they should$/],
  ['wildcards in StudyInstanceUID', 'note', /^do not match$/],
  ['wildcards in PatientID', 'note', /^match as a pattern$/],
  ['percent-encoding is decoded', 'good', /^an escaped digit finds the study$/],
  ['names are found by letters outside ASCII', 'good', /finds its name$/],
  ['lists of Study Instance UIDs', 'good', /^\/studies: both, \/series: both, \/instances: both$/],
  ['lists of other values', 'note', /^none$/],
  ['limit', 'good', /^2 rows for limit=2$/],
  ['offset', 'good', /^offset=1 begins with the second row$/],
  ['order', 'good', /^the same in 3 repeats$/],
  ['cap', 'good', /^18 rows are all that offset reaches$/],
  ['includefield', 'good', /^comma list: brings more, repeated: brings more$/],
  [
    'counts and Modalities in Study',
    'good',
    /^ModalitiesInStudy: 18 of 18 unasked, 18 of 18 asked/,
  ],
  ['counts asked for are those told unasked', 'good', /^18 rows, the same$/],
  [
    'includefield=all',
    'good',
    /^27 attributes; 1 that a list did not bring, 0 of the list missing$/,
  ],
  ['issuer of the PatientID', 'note', /^told in 17 of 18 rows$/],
  ['time zone (0008,0201)', 'note', /^told in 10 of 18 rows$/],
  ['character set (0008,0005)', 'good', /^told in 18 of 18 rows$/],
  ['a day and a closed range', 'good', /^one day: works, closed range: works$/],
  ['open ranges', 'good', /^open end: works, open start: works$/],
  ['spelling of dates', 'good', /^YYYYMMDD in 16 of 18 rows, YYYY\.MM\.DD in 0$/],
  ['searches within a study', 'good', /^series: 1 rows, instances: 1 rows/],
  ['/series and /instances across studies', 'good', /^\/series works, \/instances works$/],
  ['what rows lack of the metadata', 'good', /^3 of 3 studies compared; missing: nothing$/],
  ['names in rows and in metadata', 'good', /^0 of 3 names differ, 3 with letters outside ASCII/],
  ['JSON is UTF-8', 'good', /^all answers so far, 18 sampled rows among them$/],
  ['an instance', 'good', /single part: application\/dicom/],
  ['a series and a study', 'good', /^series: multipart\/related; study: multipart\/related$/],
  [
    'metadata',
    'good',
    /^instance: application\/dicom\+json; series: application\/dicom\+json; study: application\/dicom\+json$/,
  ],
  ['Range, HEAD, gzip', 'good', /^Range: no \(200\), HEAD: yes, gzip of searches: yes$/],
  ['frames and pictures', 'good', /thumbnail of the study: image\/jpeg$/],
  ['bulk data', 'good', /^1 links; the first, below the root, answers 200$/],
  ['update time', 'note', /^told in 0 of 5 rows$/],
  ['validators', 'note', /^search: none; metadata: none$/],
  ['the RetrieveURL and the root', 'good', /^the same$/],
  ['who may read by script', 'good', /^no foreign page$/],
  ['tiny queries', 'good', /^p50 \d+ ms, p95 \d+ ms of 20 one by one; 10 two at once/],
];

test.each(LINES)('%s is %s', (what, verdict, evidence) => {
  const line = lineOf(report, what);
  expect(line.evidence).toMatch(evidence);
  expect(line.verdict).toBe(verdict);
});

test('no line is without a test', () => {
  expect(report.lines.map(({ what }) => what)).toEqual(LINES.map(([what]) => what));
  expect([report.verdict, report.exitCode]).toEqual(['good', 0]);
});

test('by hand: counts of the sample are the archive’s', () => {
  expect(sample).toHaveLength(demoStudies().length);
  expect([sample.length, filled(sample, '00100021'), filled(sample, '00080201')]).toEqual([
    18, 17, 10,
  ]);
  expect([filled(sample, '00080005'), filled(sample, '00201208')]).toEqual([18, 18]);
  expect(sample.filter((row) => /^\d{8}$/.test(text(row, '00080020')))).toHaveLength(16);
  expect(new Set(sample.flatMap((row) => Object.keys(row))).size).toBe(27);
  expect(sample.every((row) => text(row, '00081190').startsWith(`${archive.url}/studies/`))).toBe(
    true,
  );
});

test('by hand: keys, lists, wildcards, encoding and paging are as told', async () => {
  const [uid, other] = [text(sample[0], '0020000D'), text(sample[1], '0020000D')];
  const count = async (target: string) => (await rows(target)).length;
  expect(await count('studies?StudyInstanceUID=2.25.1234567')).toBe(0);
  expect(await count('studies?PatientID=NOBODY-AT-ALL')).toBe(0);
  expect(await count(`studies?StudyInstanceUID=${uid},${other}`)).toBe(2);
  expect(await count(`studies?StudyInstanceUID=${uid.slice(0, -1)}*`)).toBe(0);
  expect(await count(`studies?StudyInstanceUID=%3${uid}`)).toBe(1);
  expect(
    await count(`studies?PatientID=${text(sample[0], '00100020')},${text(sample[5], '00100020')}`),
  ).toBe(0);
  const [first, second] = [await rows('studies?limit=2'), await rows('studies?limit=2&offset=1')];
  expect(text(second[0], '0020000D')).toBe(text(first[1], '0020000D'));
});

test('by hand: retrieval is as told', async () => {
  const picture = sample.find((row) => text(row, '00080061') === 'CR') ?? sample[0];
  const study = text(picture, '0020000D');
  const [instance] = await rows(`studies/${study}/instances?limit=1`);
  const path = `studies/${study}/series/${text(instance, '0020000E')}/instances/${text(instance, '00080018')}`;
  const single = { headers: { Accept: 'application/dicom' } };
  expect(await status(path, single)).toBe(200);
  expect(await status(path, { headers: { ...single.headers, Range: 'bytes=0-99' } })).toBe(200);
  expect(await status(path, { ...single, method: 'HEAD' })).toBe(200);
  expect(await status(`${path}/frames/1`, {})).toBe(200);
  expect(await rows(`studies/${study}/metadata`)).not.toEqual([]);
  expect(await status(`${path}/rendered`, { headers: { Accept: 'image/png' } })).toBe(200);
  expect(await status(`studies/${study}/thumbnail`, { headers: { Accept: 'image/jpeg' } })).toBe(
    200,
  );
});

test('the dialect is generic, and the settings are those that differ from the defaults', () => {
  expect(report.dialect).toMatchObject({ suggested: 'generic', byItself: 'generic' });
  const flags = (name: string) =>
    report.dialect?.compared.find((row) => row.name === name)?.flags ?? [];
  const harmful = (name: string) =>
    flags(name)
      .filter(({ stands }) => stands === 'harmful')
      .map(({ flag }) => flag);
  expect([harmful('generic'), harmful('orthanc'), harmful('dcm4chee')]).toEqual([
    [],
    ['valueLists', 'updateTime'],
    ['valueLists', 'updateTime'],
  ]);
  expect(report.settingsBlock.split('\n').filter((line) => !/^# \w+:/.test(line))).toEqual([
    `PACS_URL=${archive.url}`,
    '# ARCHIVE_TIME_ZONE=Europe/Vienna',
    '',
  ]);
});

test(
  'the text tells the same lines as the JSON',
  async () => {
    const { out, err, code } = await doctor([archive.url]);
    const flat = out.replaceAll(/\s+/g, ' ');
    for (const { what } of report.lines) expect(flat).toContain(`${what}: `);
    expect(out).toContain(`  PACS_URL=${archive.url}\n`);
    expect(err.trim().split('\n')).toHaveLength(23);
    expect(code).toBe(0);
  },
  SLOW,
);
