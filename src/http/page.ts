import { createHash } from 'node:crypto';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { Problem } from '../errors';
import { ASSETS, readAsset, type AssetName } from '../web/assets';
import { codingFor, createBody, type Body } from './coding';
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

/** A file of the page as it is sent. */
interface Served {
  readonly type: string;
  readonly tag: string;
  readonly body: Body;
}

/** A file may be used for a minute unasked; a new release is seen at once after that, by its tag. */
const CACHE_CONTROL = 'public, max-age=60, must-revalidate';

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

function fileOnce(name: AssetName): () => Served {
  return served(ASSETS[name], () => readAsset(name) ?? notBuilt());
}

function notBuilt(): never {
  const text = 'The page was not built: run npm run build, and start the gateway again.';
  throw new Problem('not-found', text);
}

/** Reads a content when it is first asked for, and keeps it in every coding. */
function served(type: string, read: () => Buffer): () => Served {
  let kept: Served | undefined;
  return () => {
    if (kept !== undefined) return kept;
    const bytes = read();
    const tag = `W/"${createHash('sha1').update(bytes).digest('hex').slice(0, 16)}"`;
    kept = { type, tag, body: createBody(bytes, () => undefined) };
    return kept;
  };
}

function serve(read: () => Served, policy?: () => Promise<string>): RequestHandler {
  return async (request, response) => {
    const { type, tag, body } = read();
    response.set({ 'Cache-Control': CACHE_CONTROL, ETag: tag, Vary: 'Accept, Accept-Encoding' });
    response.set('Cross-Origin-Resource-Policy', 'same-origin');
    if (policy !== undefined) response.set('Content-Security-Policy', await policy());
    if (request.fresh) response.status(304).end();
    else await sendBody(request, response, type, body);
  };
}

async function sendBody(request: Request, response: Response, type: string, body: Body) {
  const coding = codingFor(request.headers['accept-encoding'], body.identity.length);
  const bytes = coding === 'identity' ? body.identity : await body.in(coding);
  if (coding !== 'identity') response.set('Content-Encoding', coding);
  response.set({ 'Content-Type': type, 'Content-Length': String(bytes.length) });
  response.end(request.method === 'HEAD' ? undefined : bytes);
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
