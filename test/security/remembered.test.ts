import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B } from './names';
import { A_ID, B_ID } from './people';
import { tracesOfOthers } from './traces';
import type { Raw, Sent } from './wire';
import { COLD, each, startWorld, type World } from './world';

/*
 * What is remembered of requests, tokens and answers: a gateway that has been asked everything by everybody answers as
 * one that has been asked nothing, however oddly it is asked.
 */

jest.setTimeout(120_000);

let authority: Authority;
const worlds: World[] = [];
beforeAll(async () => {
  authority = await startAuthority();
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
afterAll(() => authority.close());

async function world(env: Readonly<Record<string, string>>): Promise<World> {
  const started = await startWorld({ authority, env: { PAGING_KEY: 'x'.repeat(40), ...env } });
  worlds.push(started);
  return started;
}

const { study } = NAMES_OF_A;
const SEARCH = '/fhir/r4/ImagingStudy?_count=2';
const get = (target: string, headers: Readonly<Record<string, string>> = {}): Sent => ({
  target,
  headers,
});

/** Requests that are nearly the same: those of a group share all but one thing that counts, or does not. */
const ODD: readonly Sent[] = [
  ...[
    '/fhir/r4',
    '/FHIR/R4',
    '/fhir/R4',
    '/fhir/dstu2',
    '/fhir/r4b',
    '/fhir',
    '/FHIR',
    '/%66hir/r4',
    '/fhir//r4',
  ].flatMap((base) => [
    get(`${base}/ImagingStudy?_count=2`),
    get(`${base}/ImagingStudy/?_count=2`),
    get(`${base}/Imaging%53tudy?_count=2`),
    get(`${base}/imagingstudy?_count=2`),
    get(`${base}/ImagingStudy/_search?_count=2`),
    get(`${base}/ImagingStudy/${study}`),
    get(`${base}/ImagingStudy/${study}/`),
    get(`${base}/ImagingStudy/%31${study.slice(1)}`),
    get(`${base}/ImagingStudy/${NAMES_OF_B.study}`),
    get(`${base}/Patient/${A_ID}`),
    get(`${base}/Patient/${B_ID}`),
    get(`${base}/ImagingStudy/none`),
  ]),
  ...['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'].map((method) => ({ method, target: SEARCH })),
  { method: 'POST', target: '/fhir/r4/ImagingStudy/_search', body: '_count=2' },
  { method: 'POST', target: '/fhir/r4/ImagingStudy/_search', body: '_count=2&_summary=true' },
  { method: 'POST', target: '/fhir/r4/ImagingStudy/_search?_count=2', body: '_summary=count' },
  { target: '/fhir/r4/ImagingStudy/_search?_count=2', body: '_summary=count' },
  get('http://gateway.test/fhir/r4/ImagingStudy?_count=2'),
  get('http://evil.test/fhir/r4/ImagingStudy?_count=2'),
  ...[
    'application/fhir+json',
    'application/fhir+xml',
    'text/html',
    'application/json;q=0, */*',
    'image/png',
  ].map((Accept) => get(SEARCH, { Accept })),
  ...['fhirVersion=4.0', 'fhirVersion=3.0'].map((version) =>
    get('/fhir/ImagingStudy?_count=2', { Accept: `application/fhir+json; ${version}` }),
  ),
  get(SEARCH, { accept: 'application/fhir+xml', Accept: 'application/fhir+json' }),
  get(SEARCH, { accept: 'application/fhir+json', Accept: 'application/fhir+xml' }),
  get(SEARCH, {
    Accept: 'application/fhir+json',
    'Content-Type': 'application/fhir+json; fhirVersion=3.0',
  }),
  ...[
    'handling=lenient',
    'handling=strict',
    'handling=strict, handling=lenient',
    'handling=lenient, handling=strict',
  ].map((Prefer) => get(`${SEARCH}&nosuch=1`, { Prefer })),
  get(`${SEARCH}&nosuch=1`),
  ...[
    '&_format=xml',
    '&_format=xml&_format=json',
    '&_format=json&_format=xml',
    '&_pretty=true',
    '&_count=1',
    '&modality=CT',
    '&modality=MR',
    '&%6dodality=MR',
    '#&modality=MR',
    '&a=b%0Ac',
  ].map((more) => get(SEARCH + more)),
  get(`${SEARCH}&modality=${'CT,'.repeat(3000)}CT`),
  get(`${SEARCH}&modality=${'CT,'.repeat(3000)}MR`),
];

/** An answer without what is of its moment. */
function plainOf({ status, headers, body }: Raw): object {
  const told = ['content-type', 'content-length', 'vary', 'allow', 'www-authenticate'];
  const text = body
    .toString()
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)/g, 'now')
    .replace(/urn:uuid:[0-9a-f-]{36}/g, 'uuid');
  return { status, told: told.map((name) => headers.get(name)), text };
}

test('requests that are nearly alike never get each other’s answers, nor callers each other’s', async () => {
  const tokens = await Promise.all([
    authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app' }),
    authority.sign({ scope: 'patient/*.rs', patient: B_ID, client_id: 'app' }),
    authority.sign({ scope: 'patient/ImagingStudy.s', patient: A_ID, client_id: 'app' }),
    authority.sign({ scope: 'patient/Patient.rs', patient: A_ID, client_id: 'app' }),
    authority.sign({ scope: 'system/*.rs', client_id: 'service' }),
  ]);
  const asked = ODD.flatMap((sent) => tokens.map((token) => ({ sent, token })));
  const cold = await world(COLD);
  const wanted = await each(asked, async ({ sent, token }) => plainOf(await cold.ask(sent, token)));
  const warm = await world({});
  for (const order of [asked, [...asked].reverse()]) {
    const got = await each(order, async ({ sent, token }) => plainOf(await warm.ask(sent, token)));
    const inOrder = order === asked ? got : got.reverse();
    const wrong = asked.flatMap(({ sent }, at) =>
      JSON.stringify(inOrder[at]) === JSON.stringify(wanted[at])
        ? []
        : [{ sent, got: inOrder[at], wanted: wanted[at] }],
    );
    expect(wrong.slice(0, 2)).toEqual([]);
  }
  const ofA = await each(ODD, async (sent) =>
    tracesOfOthers(await warm.ask(sent, tokens[0]), sent),
  );
  expect(ofA.flat()).toEqual([]);
});

test('a base in any case is that base, for failures as well', async () => {
  const { ask } = await world({});
  const token = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  for (const base of ['/fhir/r4', '/FHIR/R4', '/Fhir/r4']) {
    const { status, headers } = await ask({ target: `${base}/ImagingStudy/none` }, token);
    const type = 'application/fhir+json; charset=utf-8; fhirVersion=4.0';
    expect([base, status, headers.get('content-type')]).toEqual([base, 404, type]);
  }
});

test('of a preference that is told twice the first counts', async () => {
  const { ask } = await world({});
  const token = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  const statusOf = async (Prefer: string) =>
    (await ask(get(`${SEARCH}&nosuch=1`, { Prefer }), token)).status;
  expect(await statusOf('handling=lenient')).toBe(200);
  expect(await statusOf('respond-async, Handling="lenient", handling=strict')).toBe(200);
  expect(await statusOf('handling=strict, handling=lenient')).toBe(400);
  expect(await statusOf('handling=lenient-or-not')).toBe(400);
});

test('a token that was good is over when it ends, though its answers are kept', async () => {
  const { ask } = await world({ AUTH_CLOCK_SKEW_MS: '0' });
  const short = await authority.sign({
    scope: 'patient/*.rs',
    patient: A_ID,
    client_id: 'a',
    lives: 2,
  });
  const long = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'a' });
  expect((await ask(get(SEARCH), short)).status).toBe(200);
  expect((await ask(get(SEARCH), short)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  expect((await ask(get(SEARCH), short)).status).toBe(401);
  expect((await ask(get(SEARCH), long)).status).toBe(200);
});

test('a remembered token lets nobody in who has a part of it only, or another signature', async () => {
  const { ask } = await world({});
  const good = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'a' });
  const of = await authority.sign({ scope: 'patient/*.rs', patient: B_ID, client_id: 'a' });
  expect((await ask(get(SEARCH), good)).status).toBe(200);
  const [head = '', payload = '', signature = ''] = good.split('.');
  const [, payloadOfB = '', signatureOfB = ''] = of.split('.');
  const forged = [
    [head, payload, ''],
    [head, payload, signatureOfB],
    [head, payloadOfB, signature],
    [Buffer.from('{"alg":"none"}').toString('base64url'), payload, ''],
    [
      Buffer.from('{"alg":"HS256","kid":"one","typ":"at+jwt"}').toString('base64url'),
      payload,
      signature,
    ],
    [head, payload, signature, signature],
  ].map((parts) => parts.join('.'));
  const statuses = await each(forged, async (token) => (await ask(get(SEARCH), token)).status);
  expect([...new Set(statuses)]).toEqual([401]);
});
