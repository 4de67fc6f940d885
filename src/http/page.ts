import { createHash } from 'node:crypto';
import { Router, type Request, type RequestHandler } from 'express';
import { Problem } from '../errors';
import { ASSETS, readAsset, type AssetName } from '../web/assets';
import { createBody } from './coding';
import { send, type Finished } from './finished';
import { pageFacts, type PageOptions, type PageSurroundings } from './pageFacts';

/*
 * The page for people at `/`: static files that speak to the FHIR API as every other client does. Clients that do
 * not ask for HTML see nothing of it.
 */

/** What the page is told of, and who may get a token for it. */
export interface PageServices extends PageSurroundings {
  readonly page: PageOptions;
  /** Where the page may exchange its code for a token; undefined where nobody needs one. */
  readonly tokenEndpoint: () => Promise<unknown>;
}

const OF_FILES = {
  /** A file may be used for a minute unasked; a new release is seen at once after that, by its tag. */
  'Cache-Control': 'public, max-age=60, must-revalidate',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** `/` for browsers, and what it is made of below `/page`. */
export function pageRoutes(services: PageServices): Router {
  const router = Router({ caseSensitive: true });
  const policy = policyFor(services);
  const serveHtml = serve(fileOnce('page.html'), policy);
  router.get('/', (request, response, next) =>
    wantsHtml(request) ? serveHtml(request, response, next) : next(),
  );
  for (const name of ['page.js', 'page.css', 'icon.svg'] as const) {
    router.get(`/page/${name}`, serve(fileOnce(name)));
  }
  const facts = served('application/json', () =>
    Buffer.from(JSON.stringify(pageFacts(services.page, services))),
  );
  router.get('/page/facts.json', serve(facts));
  return router;
}

/** A browser that opens a page names text/html; FHIR clients, curl and fetch() with a wildcard do not. */
function wantsHtml(request: Request): boolean {
  return /(^|,)\s*text\/html\s*(;|,|$)/i.test(request.get('Accept') ?? '');
}

function fileOnce(name: AssetName): () => Finished {
  return served(ASSETS[name], () => readAsset(name) ?? notBuilt());
}

function notBuilt(): never {
  const text = 'The page was not built: run npm run build, and start the gateway again.';
  throw new Problem('not-found', text);
}

/** Reads a content when it is first asked for, and keeps it in every coding. */
function served(type: string, read: () => Buffer): () => Finished {
  let kept: Finished | undefined;
  return () => {
    if (kept !== undefined) return kept;
    const bytes = read();
    const tag = `W/"${createHash('sha1').update(bytes).digest('hex').slice(0, 16)}"`;
    const body = createBody(bytes, () => undefined);
    kept = { contentType: type, tag, headers: OF_FILES, body };
    return kept;
  };
}

function serve(read: () => Finished, policy?: () => Promise<string>): RequestHandler {
  return async (request, response) => {
    const file = read();
    const own = policy && { 'Content-Security-Policy': await policy() };
    await send(request, response, { ...file, headers: { ...file.headers, ...own } }, []);
  };
}

/**
 * The policy of the page (CSP Level 3): its own files alone, no inline code, no eval. Pictures and documents are
 * fetched with the token and shown as `blob:` URLs, because an address cannot carry a header. The one foreign origin is that of
 * the token endpoint, where a SMART app exchanges its code.
 */
function policyFor({ page, tokenEndpoint }: PageServices): () => Promise<string> {
  return async () => {
    const endpoint = page.smart === undefined ? undefined : await endpointOf(tokenEndpoint);
    const connect = ["'self'", ...(endpoint === undefined ? [] : [new URL(endpoint).origin])];
    return [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob:",
      `connect-src ${connect.join(' ')}`,
      'frame-src blob:',
      'object-src blob:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join(';');
  };
}

/** While the authorisation server does not answer the page still opens; a pasted token works. */
async function endpointOf(ask: PageServices['tokenEndpoint']): Promise<string | undefined> {
  try {
    const endpoint = await ask();
    return typeof endpoint === 'string' && URL.canParse(endpoint) ? endpoint : undefined;
  } catch {
    return undefined;
  }
}
