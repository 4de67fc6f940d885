import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import type { Access } from '../auth/access';
import { RELEASES, type FhirRelease, type ReleaseName } from '../fhir/releases';
import { readParameters, wantsPretty, wishOf } from './asked';
import { exchangeOf, type FhirRequest, type Wording } from './exchange';
import { negotiateFormat, negotiateRelease, refuseOtherRelease } from './negotiate';

/** The bases of FHIR: of one release, or of the one that is negotiated. */
export const FHIR_BASE = new RegExp(`^/fhir(/(${Object.keys(RELEASES).join('|')}))?(?=/|$)`, 'i');

/** Characters of the wordings that are remembered, and of what they were read from. */
const REMEMBERED = 2 ** 20;

/** How requests are understood. */
export interface Understanding {
  /** The release of a base that negotiates, where the request names none. */
  readonly defaultRelease: ReleaseName;
  /** URL at which clients reach the gateway; no trailing slash. */
  publicBaseUrl(): string;
}

/**
 * Negotiates and reads everything that each handler needs, before anything is asked of the archive. What a request
 * says depends on its words alone, and clients repeat themselves: it is read once.
 *
 * @returns what understands a request; it throws Problem `not-acceptable`, `unsupported-media-type`
 */
export function createUnderstanding(
  settings: Understanding,
): (request: Request, access: () => Promise<Access>) => FhirRequest {
  const known = new LRUCache<string, Wording>({
    maxSize: REMEMBERED,
    sizeCalculation: ({ question }, words) => words.length + question.length,
  });
  const wordingOf = (request: Request): Wording => {
    // What a form asks stands in its body.
    if (request.method === 'POST') return readWording(request, settings);
    const words = wordsOf(request, settings);
    const before = known.get(words);
    if (before !== undefined) return before;
    const read = readWording(request, settings);
    known.set(words, read);
    return read;
  };
  return (request, access) => {
    const wording = wordingOf(request);
    const exchange = exchangeOf(request);
    exchange.release = wording.release.name;
    return {
      ...wording,
      path: (name) => String(request.params[name] ?? ''),
      received: new Date(),
      call: exchange.call,
      access,
    };
  };
}

/** All that a wording is read from. */
function wordsOf(request: Request, settings: Understanding): string {
  const { originalUrl, headers } = request;
  const { accept = '', prefer = '', 'content-type': contentType = '' } = headers;
  // A line break is in no header and in no target.
  return [settings.publicBaseUrl(), originalUrl, accept, prefer, contentType].join('\n');
}

function readWording(request: Request, settings: Understanding): Wording {
  const release = releaseOf(request, settings.defaultRelease);
  const { format: wanted, accept } = wishOf(request);
  const format = negotiateFormat(wanted, accept);
  const pretty = wantsPretty(request);
  const baseUrl = settings.publicBaseUrl() + request.baseUrl.toLowerCase();
  const parameters = readParameters(request);
  const handling = handlingOf(request.get('Prefer') ?? '');
  const said = { release, format, pretty, baseUrl, parameters, handling } as const;
  return { ...said, question: questionOf(said, request.path) };
}

/** Of a preference that is told twice the first counts (RFC 7240 2). */
function handlingOf(prefer: string): Wording['handling'] {
  return HANDLING.exec(prefer)?.[1] === 'lenient' ? 'lenient' : 'strict';
}

const HANDLING = /(?:^|[,;])\s*handling\s*=\s*"?([\w-]*)/i;

/**
 * What a request asks, as a text that is the same for requests that mean the same.
 *
 * @param path below the base
 */
export function questionOf(said: Omit<Wording, 'question'>, path: string): string {
  const { baseUrl, release, format, pretty, handling, parameters } = said;
  return JSON.stringify([baseUrl, release.name, format, pretty, handling, path, parameters]);
}

/** The release of a request: that of the base it is asked at, else the one that it negotiates. */
export function releaseOf(request: Request, fallback: ReleaseName): FhirRelease {
  const wish = wishOf(request);
  const name = FHIR_BASE.exec(request.baseUrl)?.[2]?.toLowerCase();
  const release = Object.values(RELEASES).find((each) => each.name === name);
  if (release === undefined) return negotiateRelease(wish, fallback);
  refuseOtherRelease(wish, release);
  return release;
}
