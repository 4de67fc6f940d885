import { startGateway, type Running } from '../gateway/running';
import { startArchive, type Archive } from './archive';
import { BASES, fhirRoutes } from './fhirRoutes';
import { NAMES_OF_A } from './names';
import { EVERYTHING } from './people';
import { DICOMWEB } from './routes';
import { tracesOfAnybody } from './traces';
import { exchange, type Sent } from './wire';
import { each } from './world';

/*
 * DNS rebinding: a page of another site in a browser on this machine, whose name leads here. Where nobody needs a
 * token, only the Host tells it from the people who sit here.
 */

jest.setTimeout(60_000);

let archive: Archive;
let gateway: Running;
beforeEach(async () => {
  archive = await startArchive(EVERYTHING, {});
});
afterEach(async () => {
  await gateway.close();
  await archive.close();
});

const start = async (env: Readonly<Record<string, string>> = {}) => {
  gateway = await startGateway(archive.url, env);
};
const as = (host: string, sent: Sent) =>
  exchange(gateway.url, { ...sent, headers: { ...sent.headers, Host: host } });

const SEARCH = { target: '/fhir/r4/ImagingStudy' };
const REQUESTS: readonly Sent[] = [
  ...[...DICOMWEB, ...BASES.flatMap(fhirRoutes)].flatMap(({ requests }) =>
    requests(NAMES_OF_A, []).slice(0, 1),
  ),
  ...['/', '/page/facts.json', '/openapi.json', '/doctor', '/fhir/r4/metadata'].map((target) => ({
    target,
    headers: { Accept: 'text/html,*/*' },
  })),
];

test.each([
  'evil.test',
  'evil.test:8080',
  'localhost.evil.test',
  '127.0.0.1.evil.test',
  'a@b',
  'x:y:z',
])('a page at %s gets nothing by any route, and the archive is not asked', async (host) => {
  await start();
  const answers = await each(REQUESTS, (sent) => as(host, sent));
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([403]);
  const told = answers.map(({ head, body }) => head + body.toString('latin1')).join('\n');
  expect(tracesOfAnybody(told)).toEqual([]);
  expect(archive.seen).toHaveLength(0);
});

test.each([
  'localhost',
  'LOCALHOST:8080',
  'localhost.:8080',
  'imaging.localhost',
  '127.0.0.1:8080',
  '[::1]:8080',
  '10.0.0.7',
])('whoever asks at %s is answered', async (host) => {
  await start();
  expect((await as(host, SEARCH)).status).toBe(200);
});

test('the name in PUBLIC_BASE_URL is the gateway’s, at any port, and no other one', async () => {
  await start({ PUBLIC_BASE_URL: 'https://Imaging.test/base' });
  const hosts = ['imaging.test', 'IMAGING.test:443', 'evil.test', 'x.imaging.test'];
  const statuses = await each(hosts, async (host) => (await as(host, SEARCH)).status);
  expect(statuses).toEqual([200, 200, 403, 403]);
});

test('who looks whether the process lives is answered by any name', async () => {
  await start();
  expect((await as('evil.test', { target: '/health/live' })).status).toBe(200);
  expect((await as('evil.test', { target: '/health/ready' })).status).toBe(200);
});

test.each([
  [
    'where callers need a token',
    { AUTH_MODE: 'jwt', AUTH_ISSUER: 'https://a.test', AUTH_AUDIENCE: 'x' },
    401,
  ],
  ['where other machines are let in knowingly', { HOST: '0.0.0.0', ALLOW_INSECURE: 'true' }, 200],
])('%s every name will do', async (_where, env, status) => {
  await start(env);
  expect((await as('gateway.internal', SEARCH)).status).toBe(status);
});
