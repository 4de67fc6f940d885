import type { Browser, Page } from 'playwright-core';
import { startDemo, type Demo } from '../gateway/demo';
import { clipboard, openPage, scrollsSideways, startBrowser, type Watched } from './browser';
import { runCopied } from './copied';

/* Searching on the page, in a real browser over the demo archive. */

let browser: Browser;
let demo: Demo;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  [browser, demo] = await Promise.all([startBrowser(), startDemo()]);
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});
beforeEach(async () => {
  watched = await openPage(browser, `${demo.url}/`);
  ({ page } = watched);
  await page.locator('.result').first().waitFor();
});
afterEach(async () => {
  expect(watched.wrong).toEqual([]);
  await watched.close();
});

const results = () => page.locator('.result').count();
const count = () => page.locator('.status b').innerText();

test('the studies are there at once, with their number and with thumbnails', async () => {
  expect(await count()).toBe('18 studies');
  await page.locator('.thumbnail img').nth(2).waitFor();
  const width = await page
    .locator('.thumbnail img')
    .first()
    .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));
  expect(width).toBeGreaterThan(30);
});

test.each(['dstu1', 'dstu2', 'stu3', 'r4', 'r4b', 'r5', 'r6'])(
  'every field of the form finds by the words of %s',
  async (release) => {
    // Pictures are another test's; a busy machine would draw some hundred of them here.
    await page.route(/\/thumbnail/, (route) => route.abort());
    await page.getByRole('combobox', { name: 'FHIR release' }).selectOption(release);
    await page.getByText('18 studies').waitFor();
    const fields: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ name: 'adams' }, '2 studies'],
      [{ patientId: 'P-1005' }, '2 studies'],
      [{ from: '2024-06-01', to: '2024-06-30' }, '2 studies'],
      [{ modality: 'US' }, '2 studies'],
      [{ accession: 'B-2024-618' }, '1 study'],
      [{ bodySite: 'KNEE' }, '2 studies'],
      [{ more: 'dicom-class=1.2.840.10008.5.1.4.1.1.104.1' }, '1 study'],
      [{ name: 'adams', modality: 'ECG' }, '1 study'],
    ];
    for (const [asked, found] of fields) {
      for (const field of await page.locator('.field input').all()) await field.fill('');
      for (const [name, value] of Object.entries(asked))
        await page.locator(`[name=${name}]`).fill(value);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.locator('.status b', { hasText: found }).waitFor();
      expect([asked, await count()]).toEqual([asked, found]);
    }
  },
);

test('further pages are appended until there is none', async () => {
  await page.locator('[name=more]').fill('_count=7');
  await page.getByRole('button', { name: 'Search' }).click();
  for (const shown of [7, 14]) {
    await page.getByText(`18 studies, ${shown} shown`).waitFor();
    expect(await results()).toBe(shown);
    await page.getByRole('button', { name: 'Show more studies' }).click();
  }
  await page.locator('.status b', { hasText: /^18 studies$/ }).waitFor();
  expect(await results()).toBe(18);
  expect(await page.getByRole('button', { name: 'Show more studies' }).count()).toBe(0);
});

test('searches to click are made of what the archive showed', async () => {
  await page.locator('.chip', { hasText: 'CT' }).first().click();
  await page.locator('.status b', { hasText: '4 studies' }).waitFor();
  expect(await page.locator('[name=modality]').inputValue()).toBe('CT');
  await page.goBack();
  await page.locator('.status b', { hasText: '18 studies' }).waitFor();
});

test('nothing found is said as an answer of the archive, and a refused search as a refusal', async () => {
  await page.locator('[name=patientId]').fill('nobody');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('The archive answered: no study matches.').waitFor();
  await page.locator('[name=more]').fill('colour=green');
  await page.getByRole('button', { name: 'Search' }).click();
  const failure = page.getByRole('alert');
  await failure.waitFor();
  expect(await failure.innerText()).toContain('colour');
  expect(await page.getByText('no study matches').count()).toBe(0);
});

test('the copied curl finds the same when it is run', async () => {
  await page.locator('[name=name]').fill('adams');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.status b', { hasText: '2 studies' }).waitFor();
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  const answer = await runCopied(await clipboard(page));
  expect(JSON.parse(answer)).toMatchObject({ resourceType: 'Bundle', total: 2 });
});

test('a search is explained: conditions, calls and the check of the rows', async () => {
  await page.locator('[name=modality]').fill('US');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.status b', { hasText: '2 studies' }).waitFor();
  await page.getByRole('button', { name: 'Explain' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('modality US').waitFor();
  expect(await dialog.locator('.calls .key').allInnerTexts()).toContain('ModalitiesInStudy');
  expect(await dialog.innerText()).toContain('Of 2 study rows 2 match');
  expect(await watched.axe()).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await dialog.count()).toBe(0);
});

test('what is searched for stays out of the address', async () => {
  await page.locator('[name=name]').fill('adams');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.status b', { hasText: '2 studies' }).waitFor();
  expect(page.url()).toBe(`${demo.url}/#`);
  await page.reload();
  await page.locator('.status b', { hasText: '2 studies' }).waitFor();
});

test.each(['light', 'dark'] as const)('axe finds nothing serious in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme });
  await page.locator('.thumbnail img').first().waitFor();
  expect(await watched.axe()).toEqual([]);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  expect(await watched.axe()).toEqual([]);
});

test('the switch of light and dark outlives a reload', async () => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('combobox', { name: 'Light or dark' }).selectOption('dark');
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.locator('.result').first().waitFor();
  expect(await ground()).toBe(dark);
});

test('a phone shows it without scrolling sideways, the further fields on demand', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await scrollsSideways(page)).toBe(false);
  expect(await page.locator('[name=accession]').isVisible()).toBe(false);
  await page.getByRole('button', { name: 'More fields' }).click();
  expect(await page.locator('[name=accession]').isVisible()).toBe(true);
  expect(await scrollsSideways(page)).toBe(false);
  expect(await watched.axe()).toEqual([]);
});
