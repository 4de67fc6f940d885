import { join } from 'node:path';
import { z } from 'zod';
import type { Report } from '../../src/doctor/report';
import { doctor, lineOf, reportOn } from '../doctor/archives';
import { lab, tellsSequences } from './support/archive';
import { startOrthanc } from './support/orthanc';

/* The doctor's report on a real Orthanc, line by line against what it answers when it is asked by hand. */

const rowsForm = z.array(
  z.record(z.string(), z.looseObject({ Value: z.array(z.unknown()).optional() })),
);
type Rows = z.output<typeof rowsForm>;

const root = `${lab().orthanc}/dicom-web`;
let report: Report;
let sample: Rows;
/** Whether its QIDO-RS is the newer one, which tells sequences and all letters. */
let whole: boolean;

const json = async (url: string, init?: RequestInit): Promise<unknown> =>
  (await fetch(url, init)).json();
const rows = async (target: string): Promise<Rows> =>
  rowsForm.parse(await json(`${root}/${target}`));
const status = async (target: string, init?: RequestInit) => {
  const response = await fetch(`${root}/${target}`, init);
  await response.arrayBuffer();
  return response.status;
};
const text = (row: Rows[number] | undefined, tag: string) => {
  const value = row?.[tag]?.Value?.[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
const filled = (of: Rows, tag: string) => of.filter((row) => text(row, tag) !== '').length;
const verdictOf = (what: string) => lineOf(report, what).verdict;
const evidenceOf = (what: string) => lineOf(report, what).evidence;

beforeAll(async () => {
  whole = await tellsSequences();
  report = await reportOn(root);
  sample = await rows('studies?limit=20&includefield=IssuerOfPatientID,TimezoneOffsetFromUTC');
}, 120_000);

test('it is usable, with warnings', () => {
  expect([report.verdict, report.exitCode]).toEqual(['warnings', 1]);
  expect(
    report.lines.filter(({ verdict }) => verdict === 'warning').map(({ what }) => what),
  ).toEqual([
    'known fault',
    'percent-encoding is decoded',
    ...(whole ? [] : ['names in rows and in metadata']),
  ]);
});

test('product and versions are those that it tells', async () => {
  const version = z.object({ Version: z.string() });
  const own = version.parse(await json(`${lab().orthanc}/system`)).Version;
  const plugin = version.parse(await json(`${lab().orthanc}/plugins/dicom-web`)).Version;
  expect(evidenceOf('product')).toBe(`Orthanc ${own}, DICOMweb plugin ${plugin}`);
  const faults = report.lines.filter(({ what }) => what === 'known fault');
  expect(faults.map(({ evidence }) => evidence.slice(0, 30))).toEqual([
    'before 1.12.11 it has CVE-2026',
    "since 1.9.8 Debian's builds do",
    ...(whole ? [] : ['DICOMweb plugins before 1.20 l', 'searches of DICOMweb plugins b']),
  ]);
});

test('every form of Accept, and nothing', async () => {
  for (const accept of ['application/dicom+json', 'application/json', '*/*']) {
    expect(await status('studies?limit=1', { headers: { accept } })).toBe(200);
  }
  expect(evidenceOf('forms of Accept that bring JSON')).toBe('all that were tried');
  expect(await rows('studies?StudyInstanceUID=2.25.11')).toEqual([]);
  expect(evidenceOf('how nothing is told')).toBe('200 with an empty list');
});

test('filters are honoured', async () => {
  expect(await rows('studies?PatientID=NOBODY-AT-ALL')).toEqual([]);
  expect(await rows('studies?AccessionNumber=NOBODY-AT-ALL')).toEqual([]);
  for (const line of report.lines.filter(({ probe }) => probe === 'safety')) {
    expect(line).toMatchObject({
      verdict: 'good',
      evidence: expect.stringMatching(/0 rows$/) as string,
    });
  }
  expect(evidenceOf('values of studies find them')).toBe('9 keys find what they should');
});

test('wildcards match in identifiers, and UIDs with them are refused', async () => {
  const plain = sample.find((row) => /^[A-Za-z0-9]+$/.test(text(row, '00100020')));
  const id = text(plain, '00100020');
  const found = await rows(`studies?PatientID=${id.slice(0, -1)}*`);
  expect(found.map((row) => text(row, '00100020'))).toContain(id);
  expect(evidenceOf('wildcards in PatientID')).toBe('match as a pattern');
  expect(await status(`studies?StudyInstanceUID=${text(plain, '0020000D').slice(0, -1)}*`)).toBe(
    400,
  );
  expect(evidenceOf('wildcards in StudyInstanceUID')).toBe('refused');
});

test('its query is not decoded', async () => {
  const uid = text(sample[0], '0020000D');
  const escaped = `%${uid.charCodeAt(0).toString(16)}${uid.slice(1)}`;
  expect(await rows(`studies?StudyInstanceUID=${uid}`)).not.toEqual([]);
  expect(await rows(`studies?StudyInstanceUID=${escaped}`)).toEqual([]);
  expect(verdictOf('percent-encoding is decoded')).toBe('warning');
  expect(verdictOf('names are found by letters outside ASCII')).toBe('note');
});

test('lists of values are matched at every level', async () => {
  const uids = sample.slice(0, 2).map((row) => text(row, '0020000D'));
  for (const level of ['studies', 'series', 'instances']) {
    const found = await rows(
      `${level}?StudyInstanceUID=${uids.join()}&includefield=StudyInstanceUID`,
    );
    expect(new Set(found.map((row) => text(row, '0020000D')))).toEqual(new Set(uids));
  }
  expect(evidenceOf('lists of Study Instance UIDs')).toBe(
    '/studies: both, /series: both, /instances: both',
  );
});

test('paging holds, and all studies are reached', async () => {
  const statistics = z.object({ CountStudies: z.number() });
  const { CountStudies: count } = statistics.parse(await json(`${lab().orthanc}/statistics`));
  expect(await rows('studies?limit=1000')).toHaveLength(count);
  expect(evidenceOf('cap')).toBe(
    count < 201
      ? `${count} rows are all that there are`
      : `none up to 201 rows, and the last of ${count} is reached`,
  );
  for (const what of ['limit', 'offset', 'order', 'cap']) expect(verdictOf(what)).toBe('good');
});

test('what rows tell is counted right', async () => {
  const share = (tag: string) => `told in ${filled(sample, tag)} of 20 rows`;
  expect(evidenceOf('issuer of the PatientID')).toBe(share('00100021'));
  expect(evidenceOf('time zone (0008,0201)')).toBe(share('00080201'));
  expect(evidenceOf('character set (0008,0005)')).toBe(share('00080005'));
  const all = await rows('studies?limit=20&includefield=all');
  const attributes = new Set(all.flatMap((row) => Object.keys(row))).size;
  expect(evidenceOf('includefield=all')).toMatch(
    new RegExp(`^${attributes} attributes; 0 that a list`),
  );
});

test('counts that are asked for may be those of a file', async () => {
  const counts = 'ModalitiesInStudy,NumberOfStudyRelatedSeries,NumberOfStudyRelatedInstances';
  const [unasked, asked] = [
    await rows('studies?limit=20'),
    await rows(`studies?limit=20&includefield=${counts}`),
  ];
  const differing = unasked.filter((row, at) =>
    ['00201206', '00201208', '00080061'].some(
      (tag) => JSON.stringify(row[tag]?.Value) !== JSON.stringify(asked[at]?.[tag]?.Value),
    ),
  );
  expect(evidenceOf('counts asked for are those told unasked')).toBe(
    differing.length === 0 ? '20 rows, the same' : `${differing.length} of 20 rows differ`,
  );
});

test('a range with an open start brings studies without a date', async () => {
  const found = await rows('studies?StudyDate=-20301231&limit=200');
  expect(found.length - filled(found, '00080020')).toBeGreaterThan(0);
  expect(evidenceOf('open ranges')).toBe('open end: works, open start: brings undated studies');
  expect(evidenceOf('a day and a closed range')).toBe('one day: works, closed range: works');
});

test('letters of names and sequences are told in rows by the newer plugin, and by no older one', async () => {
  expect(evidenceOf('names in rows and in metadata')).toMatch(
    whole
      ? /^0 of 3 names differ, [1-3] with letters outside ASCII are the same, 0 not read;/
      : /^[1-3] of 3 names differ,.*default encoding Latin1$/,
  );
  const series = await rows('series?limit=200&includefield=RequestAttributesSequence');
  expect(series.some((row) => row['00400275'] !== undefined)).toBe(whole);
  const lacking = evidenceOf('what rows lack of the metadata');
  if (whole) expect(lacking).toMatch(/; missing: nothing$/);
  else expect(lacking).toContain('RequestAttributesSequence (below)');
});

test('retrieval is as told', async () => {
  const found = await rows('instances?Modality=CT&limit=20&includefield=StudyInstanceUID');
  const pathOf = (row: Rows[number]) =>
    `studies/${text(row, '0020000D')}/series/${text(row, '0020000E')}/instances/${text(row, '00080018')}`;
  const rendered = await Promise.all(found.map((row) => status(`${pathOf(row)}/rendered`)));
  // Some of the odd files have no pixels.
  const instance = found[rendered.indexOf(200)] ?? {};
  const [study, path] = [`studies/${text(instance, '0020000D')}`, pathOf(instance)];
  const accept = (type: string): RequestInit => ({ headers: { accept: type } });
  expect(
    await status(path, accept('multipart/related; type="application/dicom"; transfer-syntax=*')),
  ).toBe(200);
  expect(await status(path, accept('application/dicom'))).toBe(400);
  expect(await status(path, { ...accept('*/*'), method: 'HEAD' })).toBe(404);
  expect(await status(`${path}/rendered`, accept('image/png'))).toBe(200);
  const thumbnails = [await status(`${path}/thumbnail`), await status(`${study}/thumbnail`)];
  expect(thumbnails).toEqual(whole ? [200, 200] : [404, 404]);
  expect(await rows(`${study}/metadata`)).not.toEqual([]);
  expect(verdictOf('metadata')).toBe('good');
  expect(evidenceOf('an instance')).toContain('single part: no (400)');
  expect(evidenceOf('Range, HEAD, gzip')).toMatch(
    /^Range: no \(\d+\), HEAD: no \(404\), gzip of searches: yes$/,
  );
  expect(evidenceOf('frames and pictures')).toMatch(
    whole
      ? /rendered PNG: image\/png;.*thumbnail: image\/jpeg;/
      : /rendered PNG: image\/png;.*thumbnail: no \(404\)/,
  );
});

test('its own API is as told', async () => {
  const { Last } = z
    .object({ Last: z.number() })
    .parse(await json(`${lab().orthanc}/changes?last`));
  const told = Number(/is number (\d+)$/.exec(evidenceOf('log of changes'))?.[1]);
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThanOrEqual(Last);
  const body = JSON.stringify({ Resources: [], Level: 'Instance', Metadata: true });
  expect(await json(`${lab().orthanc}/tools/bulk-content`, { method: 'POST', body })).toEqual([]);
  expect(verdictOf('rows of its own API (PACS_ROWS)')).toBe('good');
});

test('headers and links are as told', async () => {
  const response = await fetch(`${root}/studies?limit=1`, {
    headers: { Origin: 'https://doctor.invalid' },
  });
  const [row] = rowsForm.parse(await response.json());
  for (const name of ['etag', 'last-modified', 'access-control-allow-origin']) {
    expect(response.headers.get(name)).toBeNull();
  }
  expect(evidenceOf('validators')).toBe('search: none; metadata: none');
  expect(verdictOf('who may read by script')).toBe('good');
  const origin = new URL(text(row, '00081190')).origin;
  expect(origin).not.toBe(new URL(root).origin);
  expect(evidenceOf('the RetrieveURL and the root')).toBe(`5 of 5 lead elsewhere: ${origin}`);
});

test('it is suggested as what it is, and needs no setting for it', () => {
  expect(report.dialect).toMatchObject({ suggested: 'orthanc', byItself: 'orthanc' });
  const [generic, orthanc] = report.dialect?.compared ?? [];
  const harmful = (flags: readonly { stands: string; flag: string }[] = []) =>
    flags.filter(({ stands }) => stands === 'harmful').map(({ flag }) => flag);
  expect(harmful(orthanc?.flags)).toEqual([]);
  if (whole) expect(harmful(generic?.flags)).toEqual([]);
  else
    expect(harmful(generic?.flags)).toEqual(expect.arrayContaining(['losesLetters', 'metadata']));
  expect(report.settingsBlock).toContain(`PACS_URL=${root}\n`);
  expect(report.settingsBlock).not.toContain('PACS_DIALECT');
});

test('nothing of a patient is in the report, whatever the studies hold', async () => {
  const all = await rows('studies?limit=1000&includefield=StudyDescription');
  const tags = ['00100010', '00100020', '00080050', '0020000D', '00081030', '00100030'];
  const values = all.flatMap((row) => tags.flatMap((tag) => row[tag]?.Value ?? []));
  const texts = values.map((value) =>
    typeof value === 'string' ? value : Object.values(value ?? {}).join(),
  );
  const { out, err } = await doctor([root]);
  const told = texts.filter((value) => value.length >= 5 && `${out}${err}`.includes(value));
  expect(texts.length).toBeGreaterThan(200);
  expect(told).toEqual([]);
});

test('its own REST root is told with the right one', async () => {
  const wrong = await reportOn(lab().orthanc);
  expect(lineOf(wrong, 'the root answers')).toMatchObject({
    verdict: 'unusable',
    advice: `Use ${root}`,
  });
});

test('an Orthanc that cuts, and reads its searches in UTF-8, is told as one', async () => {
  const files = [join(lab().dir, 'odd')];
  const own = await startOrthanc(files, '"LimitFindResults": 5, "DefaultEncoding": "Utf8",');
  try {
    const cut = await reportOn(`${own.url}/dicom-web`);
    // To 1.10 an answer without a limit is cut, too; 1.12.7 cuts those with one, and an offset reaches the rest.
    const all = await json(`${own.url}/dicom-web/studies?limit=201`);
    const { length } = rowsForm.parse(all);
    const behind = await json(`${own.url}/dicom-web/studies?limit=1&offset=${length}`);
    const reached = rowsForm.parse(behind).length > 0;
    expect(reached).toBe(whole);
    const { CountStudies: count } = z
      .object({ CountStudies: z.number() })
      .parse(await json(`${own.url}/statistics`));
    expect(length).toBeLessThan(count);
    expect(lineOf(cut, 'cap')).toMatchObject({
      verdict: 'warning',
      evidence: reached
        ? `cut at ${length} rows without a word; offset reaches more`
        : `cut at ${length} rows of ${count}, without a word; offset does not reach the rest`,
      advice: expect.stringContaining('LimitFindResults') as string,
    });
    expect(cut.dialect).toMatchObject({ suggested: 'orthanc', byItself: 'orthanc' });
    expect(lineOf(cut, 'names in rows and in metadata').evidence).toMatch(/default encoding Utf8$/);
    expect(cut.exitCode).toBe(1);
  } finally {
    await own.stop();
  }
}, 120_000);
