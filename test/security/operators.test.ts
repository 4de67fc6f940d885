import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B } from './names';
import { ADMIN_TOKEN, METRICS_TOKEN, OPERATED, OPERATORS, PAGE } from './operatorRoutes';
import { A_ID } from './people';
import { plainly, requestsOfR4 } from './routes';
import { tracesOfAnybody } from './traces';
import type { Raw, Sent } from './wire';
import { each, startWorld, type World } from './world';

/*
 * The page and the routes of operators: who gets them, and that they tell nothing of the people of the archive, of
 * secrets or of what others have asked.
 */

jest.setTimeout(120_000);

const SECRETS: Readonly<Record<string, string>> = {
  PACS_USERNAME: 'gateway-user',
  PACS_PASSWORD: 'the-password-of-the-archive',
  PAGING_KEY: 'paging-key-of-more-than-32-letters-000',
  AUTH_CLIENT_ID: 'introspecting-client',
  AUTH_CLIENT_SECRET: 'the-secret-of-the-client',
  ...OPERATED,
};

let authority: Authority;
let world: World;
let ofA: string;
let ofSystem: string;
beforeAll(async () => {
  authority = await startAuthority();
  world = await startWorld({ authority, env: SECRETS });
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
  ofSystem = await authority.sign({ scope: 'system/*.rs user/*.cruds', client_id: 'service' });
  const asked = [...requestsOfR4(NAMES_OF_A, []), ...requestsOfR4(NAMES_OF_B, [])];
  await each(plainly(asked).slice(0, 300), (sent) => world.ask(sent, ofSystem));
});
afterAll(async () => {
  await world.close();
  await authority.close();
});

const textOf = ({ head, body }: Raw) => `${head}\n${body.toString('latin1')}`;
const secretsIn = (text: string) =>
  [...Object.values(SECRETS), ofA, ofSystem].filter(
    (secret) => secret !== '' && text.includes(secret),
  );

describe.each(OPERATORS)('$target', ({ token, realm, ...sent }) => {
  const credentials = (): readonly (readonly [what: string, headers: Sent['headers']])[] => [
    ['none', {}],
    ['A’s token', { Authorization: `Bearer ${ofA}` }],
    ['a service’s token', { Authorization: `Bearer ${ofSystem}` }],
    [
      'the other operators’ token',
      { Authorization: `Bearer ${token === ADMIN_TOKEN ? METRICS_TOKEN : ADMIN_TOKEN}` },
    ],
    ['the token cut', { Authorization: `Bearer ${token.slice(0, -1)}` }],
    ['the token and more', { Authorization: `Bearer ${token} ${token}` }],
    ['the token in a list', { Authorization: `Bearer ${token}, Bearer x` }],
    [
      'the token as a password',
      { Authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
    ],
    ['the token in a cookie', { Cookie: `token=${token}` }],
    ['the token in another header', { 'X-Access-Token': token }],
    ['an address of this machine', { 'X-Forwarded-For': '127.0.0.1', Host: 'localhost' }],
  ];

  test('is 401 for whoever has not its own token in its place, in any spelling and by any method', async () => {
    const before = world.archive.seen.length;
    const spellings = [sent.target, `${sent.target}/`, `${sent.target}?access_token=${token}`];
    for (const [what, headers] of credentials()) {
      for (const target of spellings) {
        for (const method of new Set([sent.method ?? 'GET', 'GET', 'HEAD', 'POST', 'DELETE'])) {
          const answer = await world.ask({
            ...sent,
            target,
            method,
            headers: { ...sent.headers, ...headers },
          });
          const challenge = answer.headers.get('www-authenticate');
          expect([what, method, target, answer.status, challenge]).toEqual([
            ...[what, method, target, 401],
            `Bearer realm="${realm}"`,
          ]);
          expect(secretsIn(textOf(answer))).toEqual([]);
        }
      }
    }
    expect(world.archive.seen).toHaveLength(before);
  });

  test('tells who has it nothing of anybody and no secret, and is kept nowhere', async () => {
    const answer = await world.ask(sent, token);
    expect(answer.status).toBe(200);
    expect(tracesOfAnybody(textOf(answer))).toEqual([]);
    expect(secretsIn(textOf(answer))).toEqual([]);
    if (sent.method === undefined) expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /default-src 'none';.*frame-ancestors 'none'/,
    );
  });

  test('is not there where no token is set', async () => {
    const without = await startWorld({ authority });
    const tokens = [undefined, token, ofSystem];
    const statuses = await Promise.all(
      tokens.map(async (each) => (await without.ask(sent, each)).status),
    );
    await without.close();
    expect(statuses).toEqual([404, 404, 404]);
  });
});

test.each(PAGE)(
  '$target is for everybody, and tells nothing of the archive or of secrets',
  async (sent) => {
    const before = world.archive.seen.length;
    const answers = await Promise.all(
      [undefined, ofA, 'garbage'].map((token) => world.ask(sent, token)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [first] = answers.map(({ body }) => body.toString());
    for (const answer of answers) {
      expect(answer.body.toString()).toBe(first);
      expect(tracesOfAnybody(textOf(answer))).toEqual([]);
      expect(textOf(answer)).not.toContain(world.archive.url);
      expect(secretsIn(textOf(answer))).toEqual([]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toMatch(
        /default-src 'none';.*frame-ancestors 'none'/,
      );
    }
    expect(world.archive.seen).toHaveLength(before);
  },
);

test('a page of another site may not have operators’ browsers do anything: nothing is done without the header', async () => {
  const { headers } = await world.ask({
    target: '/admin/cache/invalidate',
    method: 'OPTIONS',
    headers: {
      Origin: 'https://evil.test',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
    },
  });
  expect(headers.has('access-control-allow-origin')).toBe(false);
  // What a form of another site can send without asking.
  const form = { target: '/admin/cache/invalidate', method: 'POST', body: 'all=true' };
  expect((await world.ask({ ...form, headers: { Cookie: `token=${ADMIN_TOKEN}` } })).status).toBe(
    401,
  );
});

test('no label of the metrics is a word of a request or of an archive', async () => {
  const marker = 'xyzzymarker';
  const requests: Sent[] = [
    { target: `/${marker}` },
    { target: `/fhir/${marker}` },
    { target: `/fhir/r4/ImagingStudy/${marker}?${marker}=${marker}` },
    { target: `/fhir/r4/${marker}/1`, headers: { Accept: `application/${marker}` } },
    { target: '/fhir/r4/ImagingStudy', method: 'PROPFIND' },
    {
      target: `/dicom-web/studies/${marker}`,
      headers: { traceparent: marker, tracestate: `${marker}=1` },
    },
    {
      target: '/fhir/r4/metadata',
      headers: { 'X-Request-Id': marker, Prefer: marker, Host: marker },
    },
  ];
  await each(requests, (sent) => world.ask(sent, ofSystem));
  world.archive.vice = {
    answersAll: {
      status: 500,
      headers: { 'X-Request-Id': marker, Warning: `299 ${marker} "${marker}"` },
      body: marker,
    },
  };
  await world.ask({ target: '/fhir/r4/ImagingStudy?accession=other' }, ofSystem);
  world.archive.vice = {};
  for (const target of ['/metrics', '/status']) {
    const { status, body } = await world.ask({ target }, METRICS_TOKEN);
    expect([
      status,
      body.toString().includes(marker),
      body.toString().includes('PROPFIND'),
    ]).toEqual([200, false, false]);
  }
  expect(world.gateway.log.join('')).not.toContain(marker);
});
