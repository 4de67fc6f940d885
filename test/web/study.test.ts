import type { Browser, Page } from 'playwright-core';
import { startDemo, type Demo } from '../gateway/demo';
import { clipboard, openPage, scrollsSideways, startBrowser, type Watched } from './browser';
import { runCopied } from './copied';

/* A study on the page: its tree, its images and documents, and the resource. */

const VIEWERS = {
  VIEWER_OHIF_URL: 'https://viewer.test/viewer?StudyInstanceUIDs={study}',
  VIEWER_WEASIS_URL: 'weasis://?$dicom:rs%20-r%20%22studyUID={study}%22',
};

let browser: Browser;
let demo: Demo;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  [browser, demo] = await Promise.all([startBrowser(), startDemo(VIEWERS)]);
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});
beforeEach(async () => {
  watched = await openPage(browser, `${demo.url}/`);
  ({ page } = watched);
});
afterEach(async () => {
  expect(watched.wrong).toEqual([]);
  await watched.close();
});

async function openStudy(description: string): Promise<void> {
  await page.locator('.result', { hasText: description }).click();
  await page.locator('.study-title').waitFor();
}

const position = () => page.locator('.position').innerText();
const pictureShown = () => page.locator('.stage:not(.loading) img[src^="blob:"]').waitFor();
const at = (words: string) => page.locator('.position', { hasText: words }).waitFor();

test('a study is a tree of series with their counts and instances', async () => {
  await openStudy('CT Schädel nativ');
  const series = page.locator('.tree > [role=treeitem]');
  expect(await series.count()).toBe(4);
  expect(await series.first().innerText()).toContain('32 instances');
  await series.first().locator('.twisty').click();
  expect(await series.first().locator('[role=treeitem]').count()).toBe(32);
  await page.locator('.tree .thumbnail img').first().waitFor();
});

test('the wheel, the keys and the slider scroll through a series', async () => {
  await openStudy('CT Schädel nativ');
  await at('1 / 32');
  await pictureShown();
  const first = await page.locator('.stage img').getAttribute('src');
  await page.locator('.stage').hover();
  await page.mouse.wheel(0, 120);
  await at('4 / 32');
  await pictureShown();
  expect(await page.locator('.stage img').getAttribute('src')).not.toBe(first);
  await page.locator('.stage').focus();
  for (const [key, there] of [
    ['ArrowDown', '5 / 32'],
    ['ArrowLeft', '4 / 32'],
    ['PageDown', '14 / 32'],
    ['End', '32 / 32'],
    ['ArrowRight', '32 / 32'],
    ['Home', '1 / 32'],
  ] as const) {
    await page.keyboard.press(key);
    await at(there);
    expect([key, await position()]).toEqual([key, there]);
  }
  await page.getByRole('slider', { name: 'Picture of the series' }).fill('20');
  await at('20 / 32');
});

test('a window of CT draws the picture anew', async () => {
  await openStudy('CT Schädel nativ');
  await pictureShown();
  const before = await page.locator('.stage img').getAttribute('src');
  const asked = page.waitForRequest(/window=400,1800,linear/);
  await page.getByRole('combobox', { name: 'Window' }).selectOption('400,1800');
  await asked;
  await page.waitForFunction(
    (src) => document.querySelector('.stage img')?.getAttribute('src') !== src,
    before,
  );
  await page.getByRole('combobox', { name: 'Window' }).selectOption('own');
  const own = page.waitForRequest(/window=40,90,linear/);
  await page.getByRole('spinbutton', { name: 'Window width' }).fill('90');
  await page.keyboard.press('Enter');
  await own;
});

test('the frames of one instance play, at the speed that is chosen, and stop', async () => {
  await openStudy('Echocardiography');
  await at('1 / 24');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('30');
  await page.getByRole('button', { name: 'Play' }).click();
  await at('9 / 24');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.waitForTimeout(150);
  const there = await position();
  await page.waitForTimeout(300);
  expect(await position()).toBe(there);
  expect(await page.locator('.caption').innerText()).toMatch(/^Instance 1, frame \d+ of 24$/);
});

test('few pictures are asked for at once, and few ahead', async () => {
  let open = 0;
  let most = 0;
  let asked = 0;
  page.on('request', (request) => {
    if (!request.url().includes('/rendered')) return;
    open += 1;
    asked += 1;
    most = Math.max(most, open);
  });
  const ended = (request: { url(): string }) => {
    if (request.url().includes('/rendered')) open -= 1;
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  await openStudy('CT Schädel nativ');
  await pictureShown();
  await page.waitForTimeout(1500);
  expect(most).toBeLessThanOrEqual(3);
  expect(asked).toBeLessThanOrEqual(12);
});

test('a structured report is shown as text, without the markup of its page', async () => {
  await openStudy('Echocardiography');
  await page.locator('.tree-row', { hasText: 'Report' }).click();
  const report = page.locator('.report');
  await report.getByText('Normal left ventricular function').waitFor();
  expect(await report.locator('style, script, a').count()).toBe(0);
  expect(await watched.axe()).toEqual([]);
});

test('an encapsulated PDF is shown, and opens in a tab of its own', async () => {
  await page.locator('[name=modality]').fill('DOC');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.status b', { hasText: '1 study' }).waitFor();
  const answered = page.waitForResponse(/\/Binary\//);
  await page.locator('.result').click();
  const frame = page.locator('.document iframe');
  await frame.waitFor();
  expect(await frame.getAttribute('src')).toMatch(/^blob:/);
  expect((await answered).headers()['content-type']).toBe('application/pdf');
  expect(
    await page.getByRole('link', { name: 'Open the PDF in a tab' }).getAttribute('href'),
  ).toMatch(/^blob:/);
});

test('what no browser shows says what it is', async () => {
  await openStudy('Resting ECG');
  await page.getByText('Browsers have no form to show this').waitFor();
  expect(await page.locator('.document h2').innerText()).toMatch(/ECG|Waveform/);
});

test('the resource stands in two releases and formats side by side, each element with its origin', async () => {
  await openStudy('Echocardiography');
  await page.getByRole('tab', { name: 'Resource' }).click();
  const [left, right] = [page.getByLabel('Left pane'), page.getByLabel('Right pane')];
  await left.getByText('"resourceType"').first().waitFor();
  await right.getByText('<ImagingStudy').waitFor();
  expect(
    await left.locator('.line', { hasText: '"started"' }).locator('.origin').innerText(),
  ).toContain('Study Date (0008,0020)');
  await right.getByRole('combobox', { name: 'Right: FHIR release' }).selectOption('dstu1');
  await right.getByText('<accessionNo').waitFor();
  const accession = right.locator('.line', {
    has: page.getByText('<accessionNo', { exact: true }),
  });
  expect(await accession.locator('.origin').innerText()).toContain('Accession Number (0008,0050)');
  await page.getByRole('checkbox').uncheck();
  expect(await left.locator('.origin').first().isVisible()).toBe(false);
  expect(await watched.axe()).toEqual([]);
});

test.each(['dstu1', 'dstu2', 'stu3', 'r4', 'r4b', 'r5', 'r6'])(
  'a study of %s is shown, and its resource copied and asked for by curl',
  async (release) => {
    await page.getByRole('combobox', { name: 'FHIR release' }).selectOption(release);
    await openStudy('Echocardiography');
    await at('1 / 24');
    expect(await page.locator('.study-title').innerText()).toContain('Accession B-2024-618');
    expect(await page.locator('.tree > [role=treeitem]').count()).toBe(2);
    await page.getByRole('tab', { name: 'Resource' }).click();
    const left = page.getByLabel('Left pane');
    await left.getByText('"description"').first().waitFor();
    await left.getByRole('button', { name: 'Copy', exact: true }).click();
    const copied: unknown = JSON.parse(await clipboard(page));
    expect(copied).toMatchObject({ resourceType: 'ImagingStudy', description: 'Echocardiography' });
    await left.getByRole('button', { name: 'Copy as curl' }).click();
    expect(JSON.parse(await runCopied(await clipboard(page)))).toEqual(copied);
    const right = page.getByLabel('Right pane');
    await right.getByText('<ImagingStudy').waitFor();
    await right.getByRole('button', { name: 'Copy as curl' }).click();
    expect(await runCopied(await clipboard(page))).toContain(
      '<ImagingStudy xmlns="http://hl7.org/fhir"',
    );
  },
);

test('configured viewers are linked by their templates, without a token', async () => {
  await openStudy('Echocardiography');
  const uid = '2.25.304943768708007395344260310319601702597';
  const href = (name: string) => page.getByRole('link', { name }).getAttribute('href');
  expect(await href('Open in OHIF')).toBe(`https://viewer.test/viewer?StudyInstanceUIDs=${uid}`);
  expect(await href('Open in Weasis')).toBe(`weasis://?$dicom:rs%20-r%20%22studyUID=${uid}%22`);
});

test('the keyboard alone leads from a search to a playing picture and back', async () => {
  await page.locator('.result').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('adams');
  await page.keyboard.press('Enter');
  await page.locator('.status b', { hasText: '2 studies' }).waitFor();
  for (let tabs = 0; tabs < 40; tabs += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.classList.contains('result') ?? false))
      break;
  }
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.locator('.stage img[src]').waitFor();
  await page.keyboard.press('t');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.keyboard.press('v');
  await page.keyboard.press('Space');
  await at('5 / 24');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.status b', { hasText: '2 studies' }).waitFor();
  expect(await page.locator('[name=name]').inputValue()).toBe('adams');
});

test.each(['light', 'dark'] as const)('axe finds nothing serious in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme });
  await openStudy('CT Schädel nativ');
  await pictureShown();
  await page.locator('.twisty').first().click();
  expect(await watched.axe()).toEqual([]);
  await page.getByRole('tab', { name: 'Resource' }).click();
  await page.getByLabel('Right pane').getByText('<ImagingStudy').waitFor();
  expect(await watched.axe()).toEqual([]);
});

test('a phone shows images and resource without scrolling sideways', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openStudy('CT Schädel nativ');
  await pictureShown();
  expect(await scrollsSideways(page)).toBe(false);
  await page.getByRole('tab', { name: 'Resource' }).click();
  await page.getByLabel('Right pane').getByText('<ImagingStudy').waitFor();
  expect(await scrollsSideways(page)).toBe(false);
  expect(await watched.axe()).toEqual([]);
});

test('the address of a study opens it', async () => {
  await openStudy('Echocardiography');
  const url = page.url();
  await page.goto('about:blank');
  await page.goto(url);
  await at('1 / 24');
  await page.getByRole('link', { name: '← Studies' }).click();
  await page.locator('.status b', { hasText: '18 studies' }).waitFor();
});
