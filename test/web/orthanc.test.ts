import type { Browser, Page } from 'playwright-core';
import { startGateway, type Running } from '../gateway/running';
import { lab } from '../lab/support/archive';
import { openPage, startBrowser, type Watched } from './browser';

/* The page over a real Orthanc, with its real and generated studies. */

let browser: Browser;
let gateway: Running;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  gateway = await startGateway(`${lab().orthanc}/dicom-web`);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await gateway.close();
});
beforeEach(async () => {
  watched = await openPage(browser, `${gateway.url}/`);
  ({ page } = watched);
  await page.locator('.result').first().waitFor();
});
afterEach(async () => {
  expect(watched.wrong).toEqual([]);
  await watched.close();
});

test('studies and thumbnails are there, and the next pages', async () => {
  await page.locator('.thumbnail img').first().waitFor();
  const before = await page.locator('.result').count();
  await page.getByRole('button', { name: 'Show more studies' }).click();
  await page.waitForFunction(
    (count) => document.querySelectorAll('.result').length > count,
    before,
  );
});

test('a series scrolls, and its resource stands side by side', async () => {
  await page.locator('[name=modality]').fill('CT');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.chip').first().waitFor();
  await page
    .locator('.result', { hasText: /[1-9]\d instances/ })
    .first()
    .click();
  await page.locator('.stage img[src^="blob:"]').waitFor();
  await page.locator('.stage').focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('.position', { hasText: /^2 \// }).waitFor();
  await page.locator('.stage:not(.loading) img[src^="blob:"]').waitFor();
  await page.getByRole('tab', { name: 'Resource' }).click();
  await page.getByLabel('Left pane').getByText('"resourceType"').first().waitFor();
  await page.getByLabel('Right pane').getByText('<ImagingStudy').waitFor();
  expect(await watched.axe()).toEqual([]);
});

test('frames of a multi-frame instance play', async () => {
  await page
    .locator('[name=more]')
    .fill(
      'dicom-class=1.2.840.10008.5.1.4.1.1.3.1,1.2.840.10008.5.1.4.1.1.7.3,1.2.840.10008.5.1.4.1.1.2.1',
    );
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.result').first().click();
  await page.locator('.caption', { hasText: /frame 1 of [1-9]/ }).waitFor();
  await page.getByRole('button', { name: 'Play' }).click();
  await page.locator('.caption', { hasText: /frame [2-9] of/ }).waitFor();
});
