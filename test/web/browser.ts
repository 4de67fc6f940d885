import { readFileSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { z } from 'zod';

/*
 * A real Chromium (CHROMIUM, else Debian's) and pages in it that notice what must not happen.
 */

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** A page, and what is wrong with it so far. */
export interface Watched {
  readonly page: Page;
  /** Violations of the policy, scripts that failed, requests that left the gateway. */
  readonly wrong: readonly string[];
  /** Serious and critical findings of axe in what is seen now. */
  readonly axe: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** @throws where there is no Chromium: nothing here is skipped */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
}

/**
 * Opens the page.
 *
 * @param allowed further origins that the page may speak to
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  allowed: readonly string[] = [],
): Promise<Watched> {
  const viewport = { width: 1280, height: 820 };
  const context = await browser.newContext({ viewport, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // Pages to sign in on load fonts from elsewhere; no test waits for the world.
  await context.route(/^https:/, (route) => route.abort());
  const page = await context.newPage();
  const wrong = watch(page, [new URL(url).origin, ...allowed]);
  await page.exposeFunction('policyViolated', (what: string) => void wrong.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      (window as unknown as { policyViolated(what: string): void }).policyViolated(
        `${violatedDirective} ${blockedURI}`,
      );
    });
  });
  await page.goto(url);
  return { page, wrong, axe: () => seriousFindings(page), close: () => context.close() };
}

function watch(page: Page, origins: readonly string[]): string[] {
  const wrong: string[] = [];
  page.on('pageerror', ({ message }) => void wrong.push(`script: ${message}`));
  page.on('console', (message) => {
    if (/content security policy|trusted/i.test(message.text())) wrong.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    const own =
      ['blob:', 'data:', 'chrome:', 'chrome-extension:'].includes(protocol) ||
      origins.includes(origin);
    // What a sign-in page elsewhere loads is not this page's affair.
    const elsewhere = !page.url().startsWith(origins[0] ?? '');
    if (!own && !elsewhere) wrong.push(`request to ${request.url()}`);
  });
  return wrong;
}

const findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullable(),
    nodes: z.array(z.object({ html: z.string() })),
  }),
);

async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], iframes: false }).then(({ violations }) => violations)`,
  );
  return findings
    .parse(found)
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** Whether anything is wider than the window. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
}

/** What was copied last. */
export function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}
