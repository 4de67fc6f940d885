import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { AUDIENCE } from '../auth/issuer';
import { startDemo, type Demo } from '../gateway/demo';
import { ROOT, startScript, type Script } from '../programs';
import { openPage, startBrowser, type Watched } from './browser';
import { startSignIn, type SignIn } from './signIn';

/*
 * The SMART app of the documents: from the gateway to an OpenID provider, back with a code, and the studies of the one
 * patient that the token is about.
 */

const PATIENT = 'HOSP-2dA.P-2d1001';

let app: Script;
let url: string;
let signIn: SignIn;
let demo: Demo;
let browser: Browser;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  app = startScript(path.join(ROOT, 'docs', 'examples', 'smart-app', 'serve.mjs'), '0');
  url = `${await app.hear()}/`;
  signIn = await startSignIn(PATIENT);
  demo = await startDemo({
    AUTH_MODE: 'jwt',
    AUTH_ISSUER: signIn.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    PATIENT_BINDING: 'gateway-id',
  });
  browser = await startBrowser();
  watched = await openPage(browser, url, {}, [demo.url, signIn.issuer]);
  ({ page } = watched);
});
afterAll(async () => {
  await browser.close();
  await demo.close();
  await signIn.end();
  await app.end();
});

const state = (text: string) => page.locator('#state', { hasText: text }).waitFor();

test('launched, it shows the studies of the patient in context, with their pictures', async () => {
  await page.goto(`${url}?iss=${encodeURIComponent(`${demo.url}/fhir/r4`)}&launch=xyz`);
  await signIn.agree(page);
  await state('3 studies');
  const studies = page.locator('#studies');
  await studies.locator('img').nth(1).waitFor();
  expect(await studies.innerText()).toContain('2024-03-12T09:15:30+01:00 CT Schädel nativ');
  const picture = studies.locator('img').first();
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(
    0,
  );
});

test('keeps neither code nor token where others could read them', async () => {
  expect(page.url()).toBe(url);
  const kept = await page.evaluate(() =>
    [sessionStorage, localStorage].flatMap((each) => Object.keys(each)),
  );
  expect(kept).toEqual([]);
});

test('tells what went wrong when it is called back without having asked', async () => {
  await page.goto(`${url}?code=stolen&state=other`);
  await state('Please sign in again.');
  expect(watched.wrong).toEqual([]);
});
