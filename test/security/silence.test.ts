import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Answer } from '../gateway/fakeArchive';
import type { Vice } from './archive';
import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B, NAMES_OF_B_SHARED, NAMES_OF_NOBODY } from './names';
import { A_ID, B1, B_ID, EVERYTHING, SHARED_UID } from './people';
import { plainly, requestsOfR4 } from './routes';
import { tracesOfAnybody } from './traces';
import type { Sent } from './wire';
import { each, startWorld, type World } from './world';

/*
 * No log line tells of anybody, whatever is asked and however it fails; and the text of a failure repeats what its
 * request said and nothing that the archive did.
 */

jest.setTimeout(120_000);

let authority: Authority;
let world: World;
let tokens: Readonly<Record<'a' | 'b' | 'service' | 'expired' | 'foreign' | 'unscoped', string>>;
const folder = mkdtempSync(path.join(tmpdir(), 'silence-'));

beforeAll(async () => {
  authority = await startAuthority();
  tokens = {
    a: await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' }),
    b: await authority.sign({ scope: 'patient/*.rs', patient: B_ID, sub: 'Birkenfeld' }),
    service: await authority.sign({ scope: 'system/*.rs', client_id: 'service' }),
    expired: await authority.sign({ scope: 'system/*.rs', patient: B_ID, lives: -60 }),
    foreign: await authority.signWithForeignKey({ scope: 'system/*.rs', patient: B_ID }),
    unscoped: await authority.sign({ patient: B_ID, sub: 'Birkenfeld', client_id: 'CLINIC' }),
  };
});
beforeEach(async () => {
  const env = {
    LOG_LEVEL: 'trace',
    AUDIT_FILE: path.join(folder, 'audit.ndjson'),
    AUDIT_FAIL: 'open',
    CACHE_MAX_BYTES: '0',
    AUTH_OWNERSHIP_MS: '1',
    PACS_SEARCH_TIMEOUT_MS: '200',
    PACS_FIRST_BYTE_TIMEOUT_MS: '200',
    PACS_IDLE_TIMEOUT_MS: '200',
  };
  world = await startWorld({ authority, env });
});
afterEach(() => world.close());
afterAll(async () => {
  await authority.close();
  rmSync(folder, { recursive: true });
});

/** Asks all of this and gives what log lines and texts of failures tell of anybody. */
async function told(requests: readonly Sent[], token?: string): Promise<object> {
  const failures = await each(requests, async (sent) => {
    const { status, head, body } = await world.ask(sent, token);
    if (status < 400) return [];
    const traces = tracesOfAnybody(`${head}\n${body.toString('latin1')}`, sent);
    return traces.length === 0 ? [] : [{ request: sent.target, status, traces }];
  });
  const credentials = Object.values(tokens).flatMap((each) => each.split('.').slice(1));
  const lines = world.gateway.log.filter(
    (line) => tracesOfAnybody(line).length > 0 || credentials.some((part) => line.includes(part)),
  );
  expect(world.gateway.log.length).toBeGreaterThan(0);
  return { failures: failures.flat().slice(0, 5), lines: lines.slice(0, 5) };
}

const NOTHING = { failures: [], lines: [] };

const ALL = (): Sent[] => [
  ...plainly(requestsOfR4(NAMES_OF_B, [NAMES_OF_A])),
  ...plainly(requestsOfR4(NAMES_OF_B_SHARED, [])).filter(({ target }) =>
    target.includes(SHARED_UID),
  ),
  ...plainly(requestsOfR4(NAMES_OF_NOBODY, [])).slice(0, 60),
  ...HOSTILE,
];

const { study, series, instance, family } = NAMES_OF_B;

/** Requests that fail, and say something of B's as they do. */
const HOSTILE: readonly Sent[] = [
  ...['/fhir/r4', '/fhir/dstu1', '/fhir'].flatMap((base) => [
    { target: `${base}/ImagingStudy?${family}=1` },
    { target: `${base}/ImagingStudy?_id=${study}*` },
    { target: `${base}/ImagingStudy?patient.name:${family}=x` },
    { target: `${base}/ImagingStudy?started=${NAMES_OF_B.born}x` },
    { target: `${base}/ImagingStudy?_sort=${family}` },
    { target: `${base}/ImagingStudy?_include=${study}` },
    { target: `${base}/ImagingStudy?_format=${family}` },
    { target: `${base}/ImagingStudy?-cursor=${study}` },
    { target: `${base}/ImagingStudy?identifier=${family}|${study}` },
    { target: `${base}/${family}/${study}` },
    { target: `${base}/ImagingStudy/${study}`, headers: { Accept: family } },
    { target: `${base}/ImagingStudy/${study}%2F${series}` },
    { target: `${base}/ImagingStudy/_search`, method: 'POST', body: `${family}=${study}` },
    {
      target: `${base}/ImagingStudy/_search`,
      method: 'POST',
      body: `a=${study.repeat(1000)}`,
    },
    { target: `${base}/ImagingStudy/${study}`, method: 'DELETE' },
    { target: `${base}/ImagingStudy/${study}`, method: 'PUT', body: family },
  ]),
  { target: `/dicom-web/studies?${family}=x` },
  { target: `/dicom-web/studies?PatientBirthDate=${family}` },
  { target: `/dicom-web/studies?StudyInstanceUID=${study}*` },
  { target: `/dicom-web/studies?PatientID=a&PatientID=${family}` },
  { target: `/dicom-web/studies?includefield=${family}^` },
  { target: `/dicom-web/studies?limit=${study}` },
  { target: `/dicom-web/studies/${study}/${family}` },
  { target: `/dicom-web/studies/${study}/rendered?window=${family}` },
  { target: `/dicom-web/studies/${study}/rendered?${family}=1` },
  { target: `/dicom-web/studies/${study}/series/${series}/instances/${instance}/frames/${series}` },
  { target: `/dicom-web/studies/${study}`, headers: { Accept: `text/${family}` } },
  { target: `/dicom-web/studies/${study}`, headers: { Range: `bytes=${study}` } },
  { target: `/dicom-web/studies/${study}`, method: 'POST', body: family },
  { target: `/${family}/${study}` },
];

test('the fixtures are found where they are: in answers that show them', async () => {
  const { body } = await world.ask(
    { target: '/fhir/r4/ImagingStudy?_count=100&_include=*' },
    tokens.service,
  );
  const traces = tracesOfAnybody(body.toString());
  for (const trace of ['Birkenfeld', '1972-03-14', 'ACC-B-1', B1.uid])
    expect(traces).toContain(trace);
});

test.each([
  ['service', 1],
  ['a', 2],
  ['b', 3],
  ['expired', 8],
  ['foreign', 8],
  ['unscoped', 8],
] as const)('for a caller with the token %s', async (token, oneIn) => {
  const requests = ALL().filter((sent, at) => at % oneIn === 0 || HOSTILE.includes(sent));
  expect(await told(requests, tokens[token])).toEqual(NOTHING);
});

test('for a caller without a token, or with one that tells of somebody', async () => {
  expect(await told(ALL().slice(0, 100))).toEqual(NOTHING);
  expect(await told(HOSTILE, `${family}.${family}.${family}`)).toEqual(NOTHING);
});

const PEOPLE = JSON.stringify(EVERYTHING.map(({ study: row }) => row));
const JSON_TYPE = { 'Content-Type': 'application/dicom+json' };
const HTML = { 'Content-Type': 'text/html' };

describe('when the archive', () => {
  const FAILURES: readonly (readonly [what: string, answer: Answer])[] = [
    ['fails with a page of what it was doing', { status: 500, headers: HTML, body: PEOPLE }],
    ['refuses the question', { status: 400, body: PEOPLE }],
    ['wants a login', { status: 401, headers: { 'WWW-Authenticate': `Basic realm="${family}"` } }],
    ['redirects', { status: 302, headers: { Location: `http://x.test/${family}/${study}` } }],
    ['is too busy', { status: 503, headers: { 'Retry-After': family }, body: PEOPLE }],
    ['answers in HTML', { headers: HTML, body: PEOPLE }],
    [
      'answers in XML',
      { headers: { 'Content-Type': 'application/xml' }, body: `<a>${PEOPLE}</a>` },
    ],
    ['breaks off its JSON', { headers: JSON_TYPE, body: PEOPLE.slice(0, -40) }],
    ['breaks off its body', { headers: { ...JSON_TYPE, 'Content-Length': '99999' }, body: PEOPLE }],
    ['answers with no list', { headers: JSON_TYPE, body: `{"a":${PEOPLE}}` }],
    ['answers with a text', { headers: JSON_TYPE, body: JSON.stringify(PEOPLE) }],
    [
      'answers with lists in lists',
      { headers: JSON_TYPE, body: `[[${PEOPLE}],1,null,"${family}"]` },
    ],
    ['answers with values of odd types', { headers: JSON_TYPE, body: oddRows() }],
    [
      'answers in parts without an end',
      {
        headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=x' },
        body: `--x\r\nContent-Type: application/dicom\r\n\r\n${PEOPLE}`,
      },
    ],
    [
      'names a media type that tells of somebody',
      {
        headers: { 'Content-Type': `multipart/related; boundary=${family}; type="${study}"` },
        body: PEOPLE,
      },
    ],
    [
      'warns of somebody',
      { headers: { ...JSON_TYPE, Warning: `299 x "${family} more"` }, body: '[]' },
    ],
  ];

  test.each(FAILURES)('%s', async (_what, answersAll) => {
    await world.gateway.gateway.probe();
    world.archive.vice = { answersAll };
    const requests = ALL().filter((_sent, at) => at % 6 === 0);
    expect(await told(requests, tokens.service)).toEqual(NOTHING);
  });

  const VICES: readonly (readonly [what: string, vice: Vice])[] = [
    ['ignores filters', { ignoresKeys: true }],
    ['sends another study', { mixesInAnother: true }],
    ['does not tell whose something is', { silentOn: ['PatientID', 'StudyInstanceUID'] }],
  ];
  test.each(VICES)('%s', async (_what, vice) => {
    world.archive.vice = vice;
    const requests = ALL().filter((_sent, at) => at % 3 === 0);
    expect(await told(requests, tokens.service)).toEqual(NOTHING);
    expect(await told(requests, tokens.a)).toEqual(NOTHING);
  });
});

/** Rows whose values are of no type that DICOM JSON has for them. */
function oddRows(): string {
  const odd = [{ Alphabetic: [family] }, [family], 5, null, true, { [family]: family }];
  const rows = odd.flatMap((value) =>
    EVERYTHING.slice(0, 2).map(({ study: row }) =>
      Object.fromEntries(
        Object.keys(row).map((tag, at) => [
          tag,
          at % 3 === 0 ? { vr: family, Value: [value] } : at % 3 === 1 ? value : row[tag],
        ]),
      ),
    ),
  );
  return JSON.stringify(rows);
}
