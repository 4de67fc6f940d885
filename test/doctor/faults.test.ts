import {
  startFakeArchive,
  type Answer,
  type FakeArchive,
  type Script,
} from '../gateway/fakeArchive';
import { archive, asking, doctor, lineOf, reportOn } from './archives';

/* Each fault of an archive, its verdict and the exit code: an archive that is well but for it. */

let fake: FakeArchive;
afterEach(() => fake.close());

const on = async (script: Script) => {
  fake = await startFakeArchive(script);
  return reportOn(fake.url);
};
const without = (query: string, name: string) =>
  query
    .split('&')
    .filter((pair) => !pair.startsWith(`${name}=`))
    .join('&');
const html: Answer = {
  headers: { 'Content-Type': 'text/html' },
  body: '<!DOCTYPE html><title>Sign in</title>',
};

test('an archive that is well gets no warning, and exit code 0', async () => {
  const report = await on(archive());
  expect(report.lines.filter(({ verdict }) => /warning|unusable/.test(verdict))).toEqual([]);
  expect([report.verdict, report.exitCode]).toEqual(['good', 0]);
});

/** What is wrong, how the archive shows it, the line that tells it, its verdict and words, the exit code. */
const FAULTS: readonly (readonly [string, Script, string, string, RegExp, number])[] = [
  [
    'ignores PatientID',
    archive({}, (seen) =>
      seen.path === '/studies' && seen.query.has('PatientID')
        ? asking(seen, without(seen.rawQuery, 'PatientID'))
        : undefined,
    ),
    'a random PatientID finds nothing',
    'warning',
    /studies of others came/,
    1,
  ],
  [
    'ignores every key',
    archive({ ignoresKeys: true }),
    'a random Study Instance UID finds nothing',
    'unusable',
    /studies of others came/,
    2,
  ],
  [
    'refuses AccessionNumber',
    archive({}, ({ query }) => (query.has('AccessionNumber') ? { status: 400 } : undefined)),
    'random values of the other keys find nothing',
    'warning',
    /^AccessionNumber is refused$/,
    1,
  ],
  [
    'does not match StudyID',
    archive({}, ({ query }) => (query.has('StudyID') ? { body: '[]' } : undefined)),
    'values of studies find them',
    'warning',
    /StudyID not/,
    1,
  ],
  [
    'ignores the offset',
    archive({ ignoresOffset: true }),
    'offset',
    'warning',
    /the first row again/,
    1,
  ],
  [
    'ignores the limit',
    archive({ ignoresLimit: true }),
    'limit',
    'warning',
    /^6 rows for limit=2$/,
    1,
  ],
  [
    'cuts without a word',
    archive({ cap: 4 }),
    'cap',
    'warning',
    /^cut at 4 rows without a word; offset reaches more$/,
    1,
  ],
  [
    'cuts and says so',
    archive({ cap: 4, warns: true }),
    'cap',
    'note',
    /^cut at 4 rows, told by Warning$/,
    0,
  ],
  [
    'does not decode its query',
    archive({ doesNotDecode: true }),
    'percent-encoding is decoded',
    'warning',
    /finds nothing, although its study is there/,
    1,
  ],
  [
    'matches no lists',
    archive({}, ({ query }) =>
      [...query].some(([name, value]) => name !== 'includefield' && value.includes(','))
        ? { body: '[]' }
        : undefined,
    ),
    'lists of Study Instance UIDs',
    'note',
    /\/studies: none, \/series: none, \/instances: none/,
    0,
  ],
  [
    'takes UIDs for patterns',
    archive(),
    'wildcards in StudyInstanceUID',
    'note',
    /^match as a pattern$/,
    0,
  ],
  [
    'takes UIDs as they are',
    archive({}, ({ query }) =>
      query.get('StudyInstanceUID')?.includes('*') ? { body: '[]' } : undefined,
    ),
    'wildcards in StudyInstanceUID',
    'note',
    /^do not match$/,
    0,
  ],
  [
    'answers 404 where nothing matches',
    archive({}, ({ query }) =>
      query.get('StudyInstanceUID')?.startsWith('2.25.') ? { status: 404 } : undefined,
    ),
    'how nothing is told',
    'warning',
    /^status 404$/,
    1,
  ],
  [
    'answers 204 where nothing matches',
    archive({}, ({ query }) =>
      query.get('StudyInstanceUID')?.startsWith('2.25.') ? { status: 204 } : undefined,
    ),
    'how nothing is told',
    'good',
    /^204$/,
    0,
  ],
  [
    'has no searches across studies',
    archive({ lacks: /^\/(series|instances)$/ }),
    '/series and /instances across studies',
    'note',
    /\/series not there, \/instances not there/,
    0,
  ],
  [
    'cannot retrieve',
    archive({}, ({ headers }) =>
      /application\/dicom(?!\+)/.test(String(headers.accept)) ? { status: 500 } : undefined,
    ),
    'an instance',
    'unusable',
    /no \(500\)/,
    2,
  ],
  [
    'has no metadata of a study',
    archive({}, ({ path }) =>
      /^\/studies\/[^/]+\/metadata$/.test(path) ? { status: 500 } : undefined,
    ),
    'metadata',
    'warning',
    /study: no \(500\)$/,
    1,
  ],
  [
    'counts nothing',
    (seen, response) => {
      const answer = archive()(seen, response);
      if (answer instanceof Promise || typeof answer?.body !== 'string') return answer;
      return {
        ...answer,
        body: answer.body.replace(/"(00201206|00201208|00080061)"/g, '"99999999"'),
      };
    },
    'counts and Modalities in Study',
    'warning',
    /NumberOfStudyRelatedInstances: 0 of 6 unasked, 0 of 6 asked/,
    1,
  ],
  ['is a login page', () => html, 'the root answers', 'unusable', /an HTML page/, 2],
  [
    'wants Basic',
    () => ({ status: 401, headers: { 'WWW-Authenticate': 'Basic realm="Orthanc Secure Area"' } }),
    'the root answers',
    'unusable',
    /^status 401, Basic realm "Orthanc Secure Area"; no credential was sent$/,
    2,
  ],
  ['forbids', () => ({ status: 403 }), 'the root answers', 'unusable', /^status 403/, 2],
  [
    'redirects to a login',
    () => ({ status: 302, headers: { Location: '/auth/realms/dcm4che/login?state=secret' } }),
    'the root answers',
    'unusable',
    /redirected to http:\/\/127\.0\.0\.1:\d+\/auth\/realms\/dcm4che\/login$/,
    2,
  ],
  [
    'answers in XML',
    () => ({ headers: { 'Content-Type': 'multipart/related' }, body: '--x\r\n\r\n<xml/>' }),
    'the root answers',
    'unusable',
    /: XML$/,
    2,
  ],
  [
    'has nothing there',
    () => ({ status: 404 }),
    'the root answers',
    'unusable',
    /no DICOMweb root/,
    2,
  ],
  [
    'fails',
    () => ({ status: 500, body: 'stack' }),
    'the root answers',
    'unusable',
    /^status 500/,
    2,
  ],
];

test.each(FAULTS)('one that %s', async (_fault, script, what, verdict, evidence, exitCode) => {
  const report = await on(script);
  const line = lineOf(report, what);
  expect(line.evidence).toMatch(evidence);
  expect([line.verdict, report.exitCode]).toEqual([verdict, exitCode]);
});

test.each([
  [
    401,
    { 'WWW-Authenticate': 'Basic realm="Orthanc Secure Area"' },
    /RegisteredUsers.*PACS_USERNAME/,
  ],
  [401, { 'WWW-Authenticate': 'Bearer realm="dcm4che"' }, /PACS_OAUTH_TOKEN_URL.*--token-file/],
  [302, { Location: '/auth/realms/dcm4che' }, /Keycloak.*PACS_OAUTH_TOKEN_URL/],
  [301, { Location: 'https://new.example/dicom-web' }, /take the new address/],
])('what to do about %s %j is told, and nothing else is asked', async (status, headers, advice) => {
  const report = await on(() => ({ status, headers }));
  expect(report.lines).toHaveLength(1);
  expect(report.lines[0]?.advice).toMatch(advice);
  expect(report.calls).toBe(1);
  expect(report.settingsBlock).toBe('');
});

test("Orthanc's own root is told with the right one", async () => {
  const script: Script = (seen, response) => {
    if (seen.path === '/dicom-web/system' || seen.path === '/system') {
      return { body: '{"Version":"1.12.7","ApiVersion":27}' };
    }
    if (seen.path === '/studies') return { body: '["0a9b3153-2512774b"]' };
    if (seen.path === '/dicom-web/studies') return { body: '[]' };
    return archive()(seen, response);
  };
  fake = await startFakeArchive(script);
  const report = await reportOn(fake.url);
  expect(lineOf(report, 'the root answers')).toMatchObject({
    verdict: 'unusable',
    evidence: "this is Orthanc's own REST API, not DICOMweb",
    advice: `Use ${fake.url}/dicom-web`,
  });
});

test('a range that is refused with 503 is a warning', async () => {
  fake = await startFakeArchive(
    archive({}, ({ query }) => (query.has('StudyDate') ? { status: 503 } : undefined)),
  );
  const { code, out } = await doctor([fake.url]);
  expect(code).toBe(1);
  expect(out).toMatch(/WARNING +a day and a closed range: one day: refused/);
});

test('an empty archive leaves unknown what needs studies, and is not called good for it', async () => {
  const report = await on(({ path }) => (path === '/system' ? { status: 404 } : { body: '[]' }));
  expect(lineOf(report, 'the root answers').verdict).toBe('warning');
  expect(report.exitCode).toBe(1);
  const unknown = report.lines.filter(({ verdict }) => verdict === 'unknown');
  expect(unknown.map(({ probe }) => probe)).toEqual(
    expect.arrayContaining([
      'safety',
      'filters',
      'lists',
      'paging',
      'completeness',
      'files',
      'images',
    ]),
  );
});
