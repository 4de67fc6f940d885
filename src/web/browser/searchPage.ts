import type { ReleaseFacts } from '../facts';
import { askJson, issuesOf, type Issue } from './client';
import { at, items, number, text, type Json } from './json';
import { readStudy, type ShownStudy } from './study';

/** One page of a search. */
export interface ResultPage {
  readonly studies: readonly ShownStudy[];
  /** All there are; undefined where the gateway does not know. */
  readonly total: number | undefined;
  /** The parameters of the next page; undefined at the end. */
  readonly next: URLSearchParams | undefined;
  readonly issues: readonly Issue[];
  readonly milliseconds: number;
}

/** Asks for one page. */
export async function searchPage(
  release: ReleaseFacts,
  parameters: URLSearchParams,
  signal: AbortSignal,
): Promise<ResultPage> {
  const started = performance.now();
  const path = `fhir/${release.name}/ImagingStudy?${parameters.toString()}`;
  const bundle = await askJson(path, release.json, signal);
  const entries = items(at(bundle, 'entry'));
  const resources = entries.map((entry) => [contentOf(entry), entry] as const);
  return {
    studies: resources
      .filter(([resource]) => at(resource, 'resourceType') === 'ImagingStudy')
      .map(([resource, entry]) => readStudy(resource, idOf(entry))),
    total: number(at(bundle, 'total')) ?? number(at(bundle, 'totalResults')),
    next: nextOf(bundle),
    issues: resources
      .filter(([resource]) => at(resource, 'resourceType') === 'OperationOutcome')
      .flatMap(([resource]) => issuesOf(resource)),
    milliseconds: performance.now() - started,
  };
}

/** An Atom entry of DSTU1 has `content`, an entry of a later bundle `resource`. */
function contentOf(entry: Json): Json {
  return at(entry, 'resource') ?? at(entry, 'content') ?? null;
}

function idOf(entry: Json): string {
  const url = text(at(entry, 'fullUrl')) ?? text(at(entry, 'id')) ?? '';
  return decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
}

/** Of the link only what it asks: the page may have reached the gateway at another address than the link names. */
function nextOf(bundle: Json): URLSearchParams | undefined {
  const link = items(at(bundle, 'link')).find(
    (each) => (at(each, 'relation') ?? at(each, 'rel')) === 'next',
  );
  const href = text(at(link, 'url')) ?? text(at(link, 'href'));
  return href === undefined ? undefined : new URL(href).searchParams;
}
