import { LRUCache } from 'lru-cache';
import type { Access } from '../auth/access';
import { Flights } from '../cache/flights';
import type { StudyHeader } from '../study/model';
import type { Call, Meter, WatchStore } from '../study/source';
import type { FhirHandler, FhirRequest } from './exchange';
import { finish, type Finished } from './finished';

/** Which finished answers are kept. */
export interface KeepSettings {
  /** Bytes of them, in all codings; 0 keeps none. */
  readonly maxBytes: number;
  /** Whether answers hold what is for their caller alone: URLs that open a study to nobody else. */
  readonly byCaller: boolean;
  /** Tells of changes in the archive, after which nothing that was made before them is sent. */
  readonly onChanged?: (listener: () => void) => void;
  readonly watchStore?: WatchStore | undefined;
}

/** A request to a handler of the archive, and what its caller may see. */
export interface Asked {
  readonly request: FhirRequest;
  readonly access: Access;
}

/** Answers a request, by its handler or by what the handler answered before. */
export type Keep = (asked: Asked, handler: FhirHandler) => Promise<Finished>;

interface Kept {
  readonly answer: Finished;
  /** When the archive must be asked again, as `performance.now()` tells time. */
  readonly until: number;
}

/**
 * Keeps finished answers: the bytes of a page are made once, however many clients ask for it, and for equal requests
 * at the same time once.
 *
 * The decision who may see them is never kept with them. Every request brings its own, made of its own token, and
 * what it came to is part of the key: two callers share an answer only where every study is for both or for neither.
 *
 * An answer lives no longer than the rows it was made of. Whatever is wrong with it (a failure, a part of the answer,
 * a notice that tells of a lack) is the next caller's to find out anew.
 */
export function keepAnswers({ maxBytes, byCaller, onChanged, watchStore }: KeepSettings): Keep {
  if (maxBytes === 0)
    return async ({ request }, handler) => finish(await handler(request), request);
  const flights = new Flights<Kept>();
  let evicted = 0;
  const store = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: sizeOf,
    dispose: (_kept, _key, reason) => void (evicted += reason === 'evict' ? 1 : 0),
  });
  watchStore?.('answers', () => ({ entries: store.size, bytes: store.calculatedSize, evicted }));
  let changes = 0;
  onChanged?.(() => {
    changes += 1;
    store.clear();
  });

  function keep(key: string, kept: Kept): void {
    const left = kept.until - performance.now();
    if (left > 0) store.set(key, kept, { ttl: Math.ceil(left) });
  }

  /** Counts an answer again that has become larger. */
  function recount(key: string, body: Finished['body']): void {
    const kept = store.peek(key);
    if (kept?.answer.body !== body) return;
    store.delete(key);
    keep(key, kept);
  }

  async function make(
    key: string,
    request: FhirRequest,
    shared: Call,
    handler: FhirHandler,
  ): Promise<Kept> {
    const belief = listen(shared.meter);
    const before = changes;
    const call = { ...request.call, signal: shared.signal, meter: belief.meter };
    const given = await handler({ ...request, call });
    const answer = await finish(given, request, () => recount(key, answer.body));
    const lasts = given.whole === true && changes === before;
    const kept = { answer: withoutSeries(answer), until: lasts ? belief.until() : OVER };
    keep(key, kept);
    return kept;
  }

  return async ({ request, access }, handler) => {
    const { call } = request;
    const key = keyOf(request, access, byCaller);
    const known = store.get(key);
    if (known !== undefined && known.until > performance.now()) {
      call.meter.cache('hit', 'answers');
      return to(access, known.answer);
    }
    const start = (shared: Call) => make(key, request, shared, handler);
    const { value, joined } = await flights.join(`${changes} ${key}`, call, start);
    if (!joined) {
      call.meter.cache('miss', 'answers');
      return to(access, value.answer);
    }
    // What asks for changes, or got less than all, was asked before this request came, and may be too old for it.
    if (value.until <= performance.now()) return finish(await handler(request), request);
    call.meter.cache('joined', 'answers');
    return to(access, value.answer);
  };
}

/** A time that is over. */
const OVER = 0;

/** The same answer, shown to this caller. */
function to(access: Access, answer: Finished): Finished {
  const { disclosed } = answer;
  return disclosed === undefined ? answer : { ...answer, disclosed: { ...disclosed, access } };
}

/** All that an answer depends on beside the archive. */
function keyOf({ question }: FhirRequest, access: Access, byCaller: boolean): string {
  const granted = ['ImagingStudy', 'Patient'].flatMap((type) => [
    access.may(type, 'read'),
    access.may(type, 'search'),
  ]);
  const caller = byCaller ? access.caller.key : '';
  return `${question} ${JSON.stringify([access.clauses, granted, caller])}`;
}

/** A meter that also hears until when all that an answer is made of is believed; over where nothing was said of it. */
function listen(meter: Meter): { readonly meter: Meter; until(): number } {
  let earliest: number | undefined;
  const believed = (until: number) => void (earliest = Math.min(until, earliest ?? until));
  return { meter: { ...meter, believed }, until: () => earliest ?? OVER };
}

/** For the audit the study rows do: series and instances would take many times the memory of the bytes. */
function withoutSeries(answer: Finished): Finished {
  const { disclosed } = answer;
  if (disclosed === undefined) return answer;
  const studies = disclosed.studies.map((study): StudyHeader => {
    const header: StudyHeader & { series?: unknown } = { ...study };
    delete header.series;
    return header;
  });
  return { ...answer, disclosed: { ...disclosed, studies } };
}

/** Bytes of a kept answer: its bodies, and two a character of what the audit is told and of the key. */
function sizeOf({ answer: { body, disclosed } }: Kept, key: string): number {
  const told = JSON.stringify([disclosed?.studies, disclosed?.patients]);
  return body.size() + 2 * (key.length + told.length);
}
