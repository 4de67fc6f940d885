import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { startDemo } from '../gateway/demo';
import { startGateway } from '../gateway/running';
import { openPage, startBrowser } from './browser';

/* The page where something fails, and where it is not at the root of its host. */

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return `http://127.0.0.1:${address.port}`;
}

test('an archive that is down is an error, and never an empty result', async () => {
  const gateway = await startGateway('http://127.0.0.1:9/dicom-web');
  const { page, wrong, axe, close } = await openPage(browser, `${gateway.url}/`);
  const failure = page.getByRole('alert');
  await failure.waitFor();
  expect(await failure.innerText()).toMatch(/The search failed[^]*HTTP 50[234]/);
  expect(await page.locator('body').innerText()).not.toMatch(/no study matches|0 studies/);
  expect(await axe()).toEqual([]);
  expect(wrong).toEqual([]);
  await close();
  await gateway.close();
});

test('a gateway that breaks off in the middle of an answer is an error, too', async () => {
  const demo = await startDemo();
  const { page, close } = await openPage(browser, `${demo.url}/page/icon.svg`);
  await page.route(/\/fhir\/r4\/ImagingStudy\?/, (route) =>
    route.fulfill({
      status: 200,
      contentType: 'application/fhir+json',
      body: '{"resourceType":"Bund',
    }),
  );
  await page.goto(`${demo.url}/`);
  await page.getByText('The answer broke off or is no JSON.').waitFor();
  expect(await page.getByText('no study matches').count()).toBe(0);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.status b', { hasText: '18 studies' }).waitFor();
  await close();
  await demo.close();
});

test('what the gateway warns of beside the studies is shown with its code', async () => {
  const demo = await startDemo({ SEARCH_SCANNED_ROWS: '5', SEARCH_WINDOW_ROWS: '5' });
  const { page, close } = await openPage(browser, `${demo.url}/`);
  await page.locator('.result').first().waitFor();
  await page.locator('[name=more]').fill('_sort=started');
  await page.getByRole('button', { name: 'Search' }).click();
  const told = page.locator('.notice.warning, [role=alert]').first();
  await told.waitFor();
  expect(await told.locator('code').first().innerText()).toMatch(/^[a-z-]+$/);
  await close();
  await demo.close();
});

test('everything works below a path prefix that a proxy in front takes away', async () => {
  const proxy = createServer();
  const outside = `${await listening(proxy)}/imaging`;
  const demo = await startDemo({ PUBLIC_BASE_URL: outside });
  proxy.on('request', (request, response) => {
    const inner = new URL((request.url ?? '').replace(/^\/imaging/, ''), `${demo.url}/`);
    const passed = ask(inner, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  const { page, wrong, close } = await openPage(browser, `${outside}/`);
  const strays: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith('http') && !request.url().startsWith(outside))
      strays.push(request.url());
  });
  await page.locator('[name=more]').fill('_count=10');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('button', { name: 'Show more studies' }).click();
  await page.locator('.status b', { hasText: /^18 studies$/ }).waitFor();
  await page.locator('.result', { hasText: 'Echocardiography' }).click();
  await page.locator('.stage img[src^="blob:"]').waitFor();
  expect([wrong, strays]).toEqual([[], []]);
  await close();
  proxy.closeAllConnections();
  proxy.close();
  await demo.close();
});
