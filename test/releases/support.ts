import type { ReleaseName, Resource } from '../../src/fhir/releases';
import { startDemo } from '../gateway/demo';

/** Every release and the fhirVersion by which clients ask for it. */
export const VERSIONS: readonly (readonly [release: ReleaseName, fhirVersion: string])[] = [
  ['dstu1', '0.0'],
  ['dstu2', '1.0'],
  ['stu3', '3.0'],
  ['r4', '4.0'],
  ['r4b', '4.3'],
  ['r5', '5.0'],
  ['r6', '6.0'],
];

export const RELEASE_NAMES = VERSIONS.map(([release]) => release);

export const since = (first: ReleaseName, release: ReleaseName) =>
  RELEASE_NAMES.indexOf(release) >= RELEASE_NAMES.indexOf(first);

/** An answer, its body read. */
export interface Got {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
}

/** The gateway before the demo archive, over real sockets. */
export interface Running {
  readonly url: string;
  /** A request of a path below the gateway's root, or of a whole URL. */
  ask(target: string, init?: RequestInit): Promise<Got>;
  close(): Promise<void>;
}

/** Starts both on free ports of the loopback interface. */
export async function start(env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const demo = await startDemo(env);
  const { url } = demo;
  return {
    url,
    close: () => demo.close(),
    async ask(target, init) {
      const response = await fetch(target.startsWith('http') ? target : url + target, init);
      const { status, headers } = response;
      return {
        status,
        headers,
        type: headers.get('Content-Type') ?? '',
        text: await response.text(),
      };
    },
  };
}

/** One page in every release's form. */
export interface Page {
  readonly total?: number;
  readonly links: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly url: string;
  readonly mode: string;
  readonly resource: Resource;
}

interface AnyBundle {
  readonly resourceType: string;
  readonly total?: number;
  readonly totalResults?: number;
  readonly link: readonly Readonly<Record<string, string>>[];
  readonly entry?: readonly {
    readonly id?: string;
    readonly fullUrl?: string;
    readonly content?: Resource;
    readonly resource?: Resource;
    readonly search?: { readonly mode: string };
  }[];
}

/** The page of an answer that must be a bundle in JSON; DSTU1 tells no mode, the types do. */
export function pageOf({ status, text }: Got): Page {
  const bundle = JSON.parse(text) as AnyBundle;
  if (status !== 200 || bundle.resourceType !== 'Bundle') throw new Error(`${status}: ${text}`);
  const total = bundle.total ?? bundle.totalResults;
  const searched = /Search of (\w+)/.exec(text)?.[1];
  return {
    ...(total !== undefined && { total }),
    links: Object.fromEntries(
      bundle.link.map(({ rel, relation, href, url }) => [relation ?? rel ?? '', url ?? href ?? '']),
    ),
    entries: (bundle.entry ?? []).map(({ id, fullUrl, content, resource, search }) => {
      const found = content ?? resource ?? { resourceType: 'none' };
      const told = found.resourceType === 'OperationOutcome' ? 'outcome' : 'include';
      const mode = search?.mode ?? (found.resourceType === searched ? 'match' : told);
      return { url: fullUrl ?? id ?? '', mode, resource: found };
    }),
  };
}

/** Logical ids of the entries of one mode, in order. */
export function idsOf({ entries }: Page, mode = 'match'): string[] {
  return entries
    .filter((entry) => entry.mode === mode)
    .map(({ url }) => decodeURIComponent(url.slice(url.lastIndexOf('/') + 1)));
}

/** A resource in JSON. */
export const resourceOf = ({ text }: Got) => JSON.parse(text) as Resource;

/** Every page of a search, following `next`. */
export async function allPages(running: Running, target: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let next: string | undefined = target; next !== undefined;) {
    const page: Page = pageOf(await running.ask(next));
    pages.push(page);
    next = page.links.next;
    if (pages.length > 100) throw new Error('the pages do not end');
  }
  return pages;
}

/** The codes of the catalogue in an outcome in JSON: an extension in DSTU1, else in `details`. */
export const codesOf = ({ text }: Got) =>
  Array.from(
    text.matchAll(/(?:"valueCode"|CodeSystem\/problem","code"):"([a-z-]+)"/g),
    ([, code]) => code ?? '',
  );
