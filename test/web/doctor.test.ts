import type { Browser } from 'playwright-core';
import { startDemo, type Demo } from '../gateway/demo';
import { openPage, scrollsSideways, startBrowser } from './browser';

/* The doctor's report as people see it. */

let browser: Browser;
let demo: Demo;

beforeAll(async () => {
  [browser, demo] = [await startBrowser(), await startDemo()];
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});

test.each([
  ['light', { width: 1280, height: 820 }],
  ['dark', { width: 390, height: 844 }],
] as const)('in %s, %j, it is whole and readable', async (colorScheme, viewport) => {
  const { page, wrong, axe, close } = await openPage(browser, `${demo.url}/doctor`, {
    colorScheme,
    viewport,
  });
  await page.getByRole('heading', { name: /The archive at http/ }).waitFor();
  for (const title of ['Reachability', 'Dialect', 'Settings']) {
    expect(await page.getByRole('heading', { name: title }).count()).toBeGreaterThan(0);
  }
  expect(await scrollsSideways(page)).toBe(false);
  expect(await axe()).toEqual([]);
  expect(wrong).toEqual([]);
  await close();
});

test('the page leads to it', async () => {
  const { page, close } = await openPage(browser, `${demo.url}/`);
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'Doctor' }).click(),
  ]);
  await opened.getByRole('heading', { name: /The archive at http/ }).waitFor();
  await close();
});
