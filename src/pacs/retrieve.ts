import { Readable } from 'node:stream';
import type { Problem } from '../errors';
import {
  pathOf,
  type DicomFile,
  type Retrieved,
  type RetrievedFiles,
  type Retriever,
  type Target,
  type Wish,
} from '../study/retrieval';
import type { Call } from '../study/source';
import { transportFailure } from './failures';
import { readParts } from './multipart';
import { originHeaders } from './origin';
import { boundaryOf, exactly, wholeBody } from './retrieveBody';
import { endlessFailure, retrievalFailure } from './retrieveFailures';
import { createLane, type Lane } from './retrieveLane';
import { rewriteMetadata } from './retrieveMetadata';
import {
  createStreamTransport,
  type Opened,
  type StreamSettings,
  type StreamTransport,
} from './retrieveTransport';
import { createTurns, type Turns } from './turns';
import { createUpstream } from './upstream';
import { watched } from './watched';

/** What of the archive's headers clients are told; nothing else passes. */
const PASSED = [
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
] as const;
/** Those that are true of what the gateway makes of an answer, too. */
const VALIDATORS = ['etag', 'last-modified'] as const;

/**
 * The archive's WADO-RS, over connections and with a queue of its own.
 *
 * @param upstream the way to the archive, where it is shared with its searches
 */
export function createRetriever(
  settings: StreamSettings,
  upstream = createUpstream(settings),
): Retriever & { state(): TransfersState; close(): void } {
  const transport = createStreamTransport(settings, upstream);
  const lane = createLane(settings.streams, settings.streamQueue);
  const turns = createTurns();
  const ask = (target: Target, wish: Wish, call: Call) => {
    const seen = { operation: 'wado', method: 'GET', target: () => `/${pathOf(target)}` } as const;
    return inLane(lane, turns, call, () =>
      watched(call, seen, () => send(transport, settings, target, wish, call)),
    );
  };
  return {
    async open(target, wish, call) {
      const opened = await ask(target, wish, call);
      const boundary = boundaryOf(opened.header('content-type'));
      refuse(opened, endlessFailure(opened, boundary !== undefined));
      return retrieved(opened, pick(opened, PASSED), settings);
    },
    async openFiles(target, wish, call) {
      return takeFiles(await ask(target, wish, call), settings);
    },
    async openMetadata(target, wish, rootUrl, call) {
      const opened = await ask(target, wish, call);
      const { status, headers, body } = retrieved(opened, weakValidators(opened), settings);
      if (status === 304) return { status, headers, body };
      const links = { rootUrl, target, upstream: urlOf(settings, target, wish) };
      const rewritten = await rewriteMetadata(body, links, settings.maxAnswerBytes);
      return {
        status,
        headers: { ...headers, 'content-type': 'application/dicom+json' },
        body: rewritten,
      };
    },
    state: () => ({ open: turns.inFlight(), waiting: turns.waiting('transfer') }),
    close: () => transport.close(),
  };
}

/** Transfers under way, from the question on to the last byte, and those that wait. */
export interface TransfersState {
  readonly open: number;
  readonly waiting: number;
}

/** Sends a retrieval when its turn comes; its place is free again when its answer has ended, however it does. */
async function inLane(
  lane: Lane,
  turns: Turns,
  call: Call,
  open: () => Promise<Opened>,
): Promise<Opened> {
  const turn = turns.come('transfer', call.meter);
  const place = await lane.enter(call.signal).catch((error: unknown) => {
    turn.end();
    throw error;
  });
  turn.begin();
  const leave = () => {
    turn.end();
    place();
  };
  try {
    const opened = await open();
    opened.body.once('close', leave);
    if (opened.body.closed) leave();
    return opened;
  } catch (error) {
    leave();
    throw error;
  }
}

async function send(
  transport: StreamTransport,
  settings: StreamSettings,
  target: Target,
  wish: Wish,
  call: Call,
): Promise<Opened> {
  const headers = { Accept: wish.accept, ...conditionsOf(wish), ...originHeaders(call) };
  const url = urlOf(settings, target, wish);
  const opened = await transport.open(url, headers, call.signal).catch((error: unknown) => {
    throw transportFailure(error);
  });
  const askedRange = wish.conditions?.range !== undefined;
  refuse(opened, retrievalFailure(opened, target, askedRange));
  return opened;
}

/** Ends a transfer that is of no use. */
function refuse(opened: Opened, failure: Problem | undefined): void {
  if (failure === undefined) return;
  opened.discard();
  throw failure;
}

function urlOf(settings: StreamSettings, target: Target, { query = [] }: Wish): string {
  const parameters = query.map(([name, value]) => `${name}=${value}`).join('&');
  return `${settings.url}/${pathOf(target)}${parameters === '' ? '' : `?${parameters}`}`;
}

function conditionsOf({ conditions = {} }: Wish): Record<string, string> {
  const { range, ifRange, ifNoneMatch, ifModifiedSince } = conditions;
  return {
    ...(range !== undefined && { Range: range }),
    ...(ifRange !== undefined && { 'If-Range': ifRange }),
    ...(ifNoneMatch !== undefined && { 'If-None-Match': ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { 'If-Modified-Since': ifModifiedSince }),
  };
}

function retrieved(
  opened: Opened,
  headers: Readonly<Record<string, string>>,
  { idleTimeoutMs }: StreamSettings,
): Retrieved {
  const { status } = opened;
  if (status === 200 || status === 206) {
    return { status, headers, body: wholeBody(opened, idleTimeoutMs) };
  }
  opened.body.resume();
  return { status: 304, headers, body: Readable.from([]) };
}

function pick(opened: Opened, names: readonly string[]): Record<string, string> {
  const entries = names.map((name) => [name, opened.header(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

/** The bytes are not the archive's any more: its strong validators become weak ones (RFC 9110 8.8.1). */
function weakValidators(opened: Opened): Record<string, string> {
  const { etag, ...rest } = pick(opened, VALIDATORS);
  if (etag === undefined) return rest;
  return { ...rest, etag: etag.startsWith('W/') ? etag : `W/${etag}` };
}

/** The parts of a multipart answer, or the one file of an answer that is no multipart. */
function takeFiles(opened: Opened, settings: StreamSettings): RetrievedFiles {
  const boundary = boundaryOf(opened.header('content-type'));
  refuse(opened, endlessFailure(opened, boundary !== undefined));
  const { headers, body } = retrieved(opened, weakValidators(opened), settings);
  const length = readLength(opened.header('content-length'));
  const files =
    boundary === undefined ? only({ body, ...length }) : filesOf(readParts(body, boundary));
  return { headers, files, destroy: () => body.destroy() };
}

async function* filesOf(parts: ReturnType<typeof readParts>): AsyncGenerator<DicomFile> {
  for await (const { headers, body } of parts) {
    const { length } = readLength(headers['content-length']);
    yield length === undefined ? { body } : { body: exactly(body, length), length };
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- one file is given as many are, and is there already
async function* only(file: DicomFile): AsyncGenerator<DicomFile> {
  yield file;
}

function readLength(value: string | undefined): { length?: number } {
  return value !== undefined && /^\d{1,15}$/.test(value) ? { length: Number(value) } : {};
}
