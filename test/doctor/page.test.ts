import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { doctorPage } from '../../src/http/doctorPage';
import type { Report } from '../../src/doctor/report';
import { startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';
import { archive, SECRETS } from './archives';

/* GET /doctor: who may see it, in which form, and how often the archive is asked for it. */

const TOKEN = 'an-admin-token-of-more-than-32-letters';
const BEARER = { authorization: `Bearer ${TOKEN}` };
/** Settings under which callers on this machine need a token. */
const GUARDED = { AUTH_MODE: 'jwt', AUTH_ISSUER: 'https://auth.example/', AUTH_AUDIENCE: 'x' };

let fake: FakeArchive;
let running: Running;
beforeEach(async () => {
  fake = await startFakeArchive(archive());
});
afterEach(async () => {
  await running.close();
  await fake.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  running = await startGateway(fake.url, env);
}
const see = (headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  running.get(`${running.url}/doctor`, { headers, method });

/** With headers that `fetch` does not let anybody set. */
function seeAs(headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${running.url}/doctor`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('on this machine, where nobody needs a token, it is there: JSON, and a page for browsers', async () => {
  await start();
  const { status, headers, text } = await see();
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(JSON.parse(text)).toMatchObject({ archive: fake.url, verdict: 'good', exitCode: 0 });
  const page = await see({
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  });
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.text).toContain(`<h1>The archive at ${fake.url}</h1>`);
  expect([page.headers.get('vary'), page.headers.get('cache-control')]).toEqual([
    expect.stringContaining('Accept'),
    'no-store',
  ]);
  for (const secret of SECRETS) expect(page.text + text + running.log.join()).not.toContain(secret);
});

test('its policy allows the one style of the page and nothing else, and the page has no script', async () => {
  await start();
  const { headers, text } = await see({ accept: 'text/html' });
  const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; frame-ancestors 'none'; style-src 'sha256-${hash}'`,
  );
  expect(text).not.toMatch(/<script|style="|onclick|<img|<link/i);
  expect(style).toContain('prefers-color-scheme:dark');
});

test.each([
  ['a Host that is a name of somebody else', { host: 'evil.example' }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a page of the same site on another port', { 'sec-fetch-site': 'same-site' }],
  ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ['a proxy that says Forwarded', { forwarded: 'for=203.0.113.9' }],
])('%s is not this machine', async (_words, headers) => {
  await start();
  expect(await seeAs(headers)).toBe(403);
  expect(fake.seen).toHaveLength(0);
});

test('where callers need a token, only that of ADMIN_TOKEN opens it', async () => {
  await start({ ...GUARDED, ADMIN_TOKEN: TOKEN });
  for (const headers of [
    {},
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: 'Bearer x' },
  ]) {
    const { status, headers: told } = await see(headers);
    expect([status, told.get('www-authenticate')]).toEqual([401, 'Bearer realm="admin"']);
  }
  expect(fake.seen).toHaveLength(0);
  expect((await see(BEARER)).status).toBe(200);
});

test('where callers need a token and there is no ADMIN_TOKEN, there is nothing', async () => {
  await start(GUARDED);
  expect((await see()).status).toBe(404);
});

test('other methods are refused', async () => {
  await start();
  const { status, headers } = await see({}, 'POST');
  expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('callers at the same time share one examination, and those after it for as long as it is kept', async () => {
  await start({ DOCTOR_KEEP_MS: '1500' });
  const { calls } = JSON.parse((await see()).text) as Report;
  const texts = await Promise.all([see(), see(), see()]);
  expect(fake.seen).toHaveLength(calls);
  expect(new Set(texts.map(({ text }) => text)).size).toBe(1);
  await pause(1700);
  await Promise.all([see(), see()]);
  expect(fake.seen).toHaveLength(2 * calls);
});

test('an archive that is not there is a report, not a failure', async () => {
  await start();
  await fake.close();
  const { status, text } = await see();
  expect([status, JSON.parse(text)]).toMatchObject([200, { verdict: 'unusable', exitCode: 2 }]);
  fake = await startFakeArchive(archive());
});

test('what an archive says is text, not markup', async () => {
  const markup = '<img src=x onerror=alert(1)>';
  const html = doctorPage({
    archive: 'http://x/"><b>',
    verdict: 'warnings',
    exitCode: 1,
    lines: [
      {
        probe: 'p',
        title: markup,
        what: markup,
        verdict: 'unknown',
        evidence: markup,
        advice: markup,
      },
    ],
    settings: [],
    settingsBlock: markup,
    calls: 1,
    mostCalls: 2,
    ms: 3,
  });
  await start();
  expect(html).not.toContain('<img');
  expect(html).not.toContain('"><b>');
});
