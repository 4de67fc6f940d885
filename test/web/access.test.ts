import type { Browser, Page } from 'playwright-core';
import { AUDIENCE, PORTAL, startProvider, type Provider } from '../auth/issuer';
import { startDemo, type Demo } from '../gateway/demo';
import { clipboard, openPage, startBrowser } from './browser';
import { runCopied } from './copied';
import { startSignIn, type SignIn } from './signIn';

/* The page where a token is needed: pasted, or got by a SMART launch. */

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const studies = (page: Page) => page.locator('.status b', { hasText: '18 studies' });

describe('a pasted token', () => {
  let provider: Provider;
  let demo: Demo;

  beforeAll(async () => {
    provider = await startProvider([PORTAL]);
    demo = await startDemo({
      AUTH_MODE: 'jwt',
      AUTH_ISSUER: provider.issuer,
      AUTH_AUDIENCE: AUDIENCE,
    });
  });
  afterAll(async () => {
    await demo.close();
    await provider.stop();
  });

  test('is asked for, opens studies and images, and is in no address and no copied line', async () => {
    const { page, wrong, axe, close } = await openPage(browser, `${demo.url}/`);
    await page.getByText('This gateway wants an access token.').waitFor();
    await page.getByRole('alert').waitFor();
    expect(await page.getByText('no study matches').count()).toBe(0);
    expect(await axe()).toEqual([]);
    const addresses: string[] = [];
    page.on('request', (request) => void addresses.push(request.url()));
    const token = await provider.token(PORTAL, 'system/*.rs');
    await page.getByRole('button', { name: 'Authorise' }).click();
    await page.getByLabel('Access token').fill('not a token!');
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByText('That is no bearer token').waitFor();
    expect(await axe()).toEqual([]);
    await page.getByLabel('Access token').fill(`Authorization: Bearer ${token}`);
    await page.getByRole('button', { name: 'Use this token' }).click();
    await studies(page).waitFor();
    await page.locator('.thumbnail img').first().waitFor();
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    const line = await clipboard(page);
    expect(line).toContain('Bearer $TOKEN');
    expect(line).not.toContain(token);
    expect(JSON.parse(await runCopied(line, token))).toMatchObject({ total: 18 });
    await page.locator('.result', { hasText: 'Echocardiography' }).click();
    await page.locator('.stage img[src^="blob:"]').waitFor();
    expect(addresses.join()).not.toContain(token);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(token);
    expect(wrong).toEqual([]);
    await close();
  });

  test('outlives a reload and not the tab, and can be forgotten', async () => {
    const { page, close } = await openPage(browser, `${demo.url}/`);
    await page.getByRole('button', { name: 'Authorise' }).click();
    await page.getByLabel('Access token').fill(await provider.token(PORTAL, 'system/*.rs'));
    await page.keyboard.press('Enter');
    await studies(page).waitFor();
    await page.reload();
    await studies(page).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${demo.url}/`);
    await other.getByText('This gateway wants an access token.').waitFor();
    await page.getByRole('button', { name: 'Token in use' }).click();
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await page.getByText('This gateway wants an access token.').waitFor();
    expect(await page.locator('.result').count()).toBe(0);
    await close();
  });
});

describe('a SMART standalone launch', () => {
  let signIn: SignIn;
  let demo: Demo;

  beforeAll(async () => {
    signIn = await startSignIn();
    demo = await startDemo({
      AUTH_MODE: 'jwt',
      AUTH_ISSUER: signIn.issuer,
      AUTH_AUDIENCE: AUDIENCE,
      PAGE_CLIENT_ID: 'page',
    });
  });
  afterAll(async () => {
    await demo.close();
    await signIn.end();
  });

  test('signs in with PKCE, and leaves no code in the address', async () => {
    const { page, wrong, close } = await openPage(browser, `${demo.url}/`, {}, [signIn.issuer]);
    await page.getByRole('button', { name: 'Authorise' }).click();
    const [asked] = await Promise.all([
      page.waitForRequest((request) => request.url().startsWith(`${signIn.issuer}/auth?`)),
      page.getByRole('button', { name: 'Sign in' }).click(),
    ]);
    const { searchParams } = new URL(asked.url());
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('aud')).toBe(`${demo.url}/fhir/r4`);
    await signIn.agree(page);
    await studies(page).waitFor();
    expect(page.url().replace(/#$/, '')).toBe(`${demo.url}/`);
    await page.locator('.result', { hasText: 'Echocardiography' }).click();
    await page.locator('.stage img[src^="blob:"]').waitFor();
    expect(wrong).toEqual([]);
    await close();
  });

  test('that was not begun here is refused', async () => {
    const forged = `${demo.url}/?code=stolen&state=another`;
    const { page, close } = await openPage(browser, forged, {}, [signIn.issuer]);
    await page.getByText('This gateway wants an access token.').waitFor();
    await page.getByRole('alert').nth(1).waitFor();
    expect(await page.getByText('This sign-in was not begun here.').isVisible()).toBe(true);
    expect(page.url()).not.toContain('stolen');
    await close();
  });
});
