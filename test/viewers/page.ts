/*
 * A page in a browser, as far as its requests go: they carry its origin, ask before they send what is not safe, and
 * see no answer and no header that the server does not let them see (Fetch Standard, 3.3 CORS protocol and 4.8).
 */

/** An answer as a page sees it. */
export interface Seen {
  readonly status: number;
  /** Only those that pages may see. */
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A page of an origin. */
export interface Page {
  /**
   * Gets a URL.
   * @throws Error where a browser would tell the page of a network error and nothing more
   */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Seen>;
  /** An XMLHttpRequest of this page. */
  request(): PageRequest;
  /** URLs that were asked about before they were got. */
  readonly preflights: readonly string[];
}

/** Response headers that every page sees (Fetch 2.2.4). */
const SAFE_ANSWER = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
];

export function openPage(origin: string): Page {
  const preflights: string[] = [];
  const page: Page = {
    preflights,
    request: () => new PageRequest(page),
    async get(url, headers = {}) {
      const unsafe = Object.entries(headers).filter(([name, value]) => !isSafe(name, value));
      if (unsafe.length > 0) {
        preflights.push(url);
        await ask(origin, url, unsafe.map(([name]) => name.toLowerCase()).sort());
      }
      const response = await fetch(url, { headers: { Accept: '*/*', ...headers, Origin: origin } });
      requireOrigin(origin, response);
      const exposed = namesIn(response, 'Access-Control-Expose-Headers');
      const seen = [...response.headers].filter(([name]) =>
        [...SAFE_ANSWER, ...exposed].includes(name),
      );
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: new Headers(seen), body };
    },
  };
  return page;
}

/** The preflight (Fetch 4.9): it carries no credential, and its answer must allow what will be sent. */
async function ask(origin: string, url: string, names: readonly string[]): Promise<void> {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': names.join(','),
    },
  });
  await response.arrayBuffer();
  requireOrigin(origin, response);
  const allowed = namesIn(response, 'Access-Control-Allow-Headers');
  const refused = names.find((name) => !allowed.includes(name));
  if (!response.ok) throw new Error(`the preflight was answered with ${response.status}`);
  if (refused !== undefined) throw new Error(`the preflight does not allow ${refused}`);
}

function requireOrigin(origin: string, { headers }: Response): void {
  const allowed = headers.get('Access-Control-Allow-Origin');
  if (allowed !== '*' && allowed !== origin) throw new Error(`${origin} may not see this`);
}

function namesIn({ headers }: Response, name: string): string[] {
  const list = headers.get(name) ?? '';
  return list.split(',').map((each) => each.trim().toLowerCase());
}

/** Request headers that are sent without asking (Fetch 2.2.2); a quote makes even Accept one that is asked about. */
function isSafe(name: string, value: string): boolean {
  if (name.toLowerCase() === 'range') return /^bytes=\d+-\d*$/.test(value);
  return name.toLowerCase() === 'accept' && !/["():<>?@[\\\]{}]/.test(value);
}

/** What viewers touch of an XMLHttpRequest. A header that is set twice is sent as one list (XHR 4.5.2). */
class PageRequest {
  readyState = 0;
  status = 0;
  responseType = '';
  response: unknown = null;
  onreadystatechange: (() => void) | null = null;
  onloadstart: unknown = null;
  onloadend: unknown = null;
  private url = '';
  private answered = new Headers();
  private readonly headers: Record<string, string> = {};

  constructor(private readonly page: Page) {}

  open(_method: string, url: string): void {
    this.url = url;
  }

  setRequestHeader(name: string, value: string): void {
    const before = this.headers[name];
    this.headers[name] = before === undefined ? value : `${before}, ${value}`;
  }

  getResponseHeader(name: string): string | null {
    return this.answered.get(name);
  }

  getAllResponseHeaders(): string {
    return [...this.answered].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  send(): void {
    const settle = (status: number, response: unknown) => {
      Object.assign(this, { status, response, readyState: 4 });
      this.onreadystatechange?.();
    };
    this.page.get(this.url, this.headers).then(
      ({ status, headers, body }) => {
        this.answered = headers;
        settle(status, this.responseType === 'json' ? jsonOf(body) : arrayBufferOf(body));
      },
      () => settle(0, null),
    );
  }
}

/** `null` for what is no JSON, as browsers have it. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

function arrayBufferOf(body: Buffer): ArrayBuffer {
  return Uint8Array.from(body).buffer;
}
