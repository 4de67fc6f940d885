import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startDemoArchive, type DemoArchive } from '../../../src/demo/archive';
import { startGateway, type Running } from '../../gateway/running';
import { startBrowser, type Browser } from './browser';

/*
 * The SMART app of the documents, in a browser: from the gateway to an OpenID provider, back with a code, and the
 * studies of the one patient that the token is about.
 */

const ROOT = path.join(__dirname, '..', '..', '..');
const APP = path.join(ROOT, 'docs', 'examples', 'smart-app', 'serve.mjs');
const AUTHORITY = path.join(__dirname, 'processes', 'authority.mjs');
const AUDIENCE = 'https://imaging.test/fhir';
const PATIENT = 'HOSP-2dA.P-2d1001';

const children: ChildProcess[] = [];
let archive: DemoArchive;
let gateway: Running;
let browser: Browser;
let app: string;

jest.setTimeout(60_000);

/** Starts a program that tells its URL in its first line. */
async function start(...words: string[]): Promise<string> {
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (line.done === true) throw new Error(`${words.join(' ')} ended`);
  return line.value;
}

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  app = await start(APP, '0');
  const issuer = await start(AUTHORITY, `${app}/`, AUDIENCE, PATIENT);
  gateway = await startGateway(archive.url, {
    AUTH_MODE: 'jwt',
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: AUDIENCE,
    PATIENT_BINDING: 'gateway-id',
  });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const child of children) child.kill('SIGKILL');
  await gateway.close();
  await archive.close();
});

test('launched, it shows the studies of the patient in context, with their pictures', async () => {
  await browser.open(`${app}/?iss=${encodeURIComponent(`${gateway.url}/fhir/r4`)}&launch=xyz`);
  await browser.until('document.querySelectorAll("#studies img").length === 2');
  expect(await browser.value('document.getElementById("state").textContent')).toBe('3 studies');
  expect(await browser.value('document.getElementById("studies").innerText')).toContain(
    '2024-03-12T09:15:30+01:00 CT Schädel nativ',
  );
  expect(await browser.value('document.querySelector("#studies img").naturalWidth > 0')).toBe(true);
});

test('keeps neither code nor token where others could read them', async () => {
  expect(await browser.value('location.href')).toBe(`${app}/`);
  expect(await browser.value('Object.keys({ ...sessionStorage, ...localStorage })')).toEqual([]);
});

test('tells what went wrong when it is called back without having asked', async () => {
  await browser.open(`${app}/?code=stolen&state=other`);
  await browser.until('document.getElementById("state")?.textContent === "Please sign in again."');
});
