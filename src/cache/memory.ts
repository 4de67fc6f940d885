import { LRUCache } from 'lru-cache';
import { patientKey } from '../study/identity';
import type { StudyHeader } from '../study/model';
import type {
  Call,
  Keys,
  StoreState,
  Stretch,
  StudyDetail,
  StudySource,
  StudyWindow,
  WatchStore,
} from '../study/source';
import { Flights } from './flights';
import { touches, type Invalidation } from './invalidation';
import type { Lifetimes } from './lifetimes';
import { watchReadings } from './readings';

/** How much is kept, and for how long. */
export interface CacheSettings extends Lifetimes {
  /** Bytes of archive rows, about. 0 keeps nothing. */
  readonly maxBytes: number;
}

/** Who tells of changes, where somebody does. */
export interface Watch {
  readonly invalidation: Invalidation;
  /** How long answers are believed at present; shorter while nobody tells of changes. */
  readonly lifetimes: () => Lifetimes;
  readonly watchStore?: WatchStore | undefined;
}

/** Study rows, and until when they are believed, as `performance.now()` tells time. */
interface KeptWindow {
  readonly window: StudyWindow;
  readonly until: number;
}

/** Series and instances of a study, the study row they were read under, and until when they are believed. */
interface KeptDetail {
  readonly uid: string;
  readonly fingerprint: string;
  readonly detail: StudyDetail;
  readonly until: number;
}

/**
 * A source that remembers what another one answered.
 *
 * Study rows live seconds. Series and instances live long, but are used only while a fresh study row shows the
 * same counts: a study that grew is read again. A study whose archive does not count lives as its row does.
 * Errors, and studies that came incomplete, are never kept. A change has all study rows forgotten, and what is
 * known of the studies that changed.
 */
export function cached(source: StudySource, settings: CacheSettings, watch?: Watch): StudySource {
  if (settings.maxBytes === 0) return source;
  const { store: windows, state: windowsState } = createStore<KeptWindow>(settings.maxBytes / 4);
  const { store: details, state } = createStore<KeptDetail>((settings.maxBytes * 3) / 4);
  watch?.watchStore?.('studies', windowsState);
  watch?.watchStore?.('details', state);
  const windowFlights = new Flights<KeptWindow>();
  const detailFlights = new Flights<readonly KeptDetail[]>();
  const readings = watchReadings(watch?.invalidation);
  /** Readings before a change are not joined after it. */
  let changes = 0;
  watch?.invalidation.onInvalidated((change) => {
    changes += 1;
    windows.clear();
    if ('all' in change) details.clear();
    const touched = [...details.entries()].filter(([, { uid }]) => touches(change, uid));
    for (const [key] of touched) details.delete(key);
  });
  const lifetimes = watch?.lifetimes ?? (() => settings);
  /** Believed from when the archive was asked: by when it answers, what it says may have changed. */
  const untilOfRows = () => performance.now() + lifetimes().studyRowsMs;

  async function studies(keys: Keys, window: Stretch, call: Call) {
    const key = JSON.stringify([[...keys], window]);
    const flight = `${changes} ${key}`;
    const known = call.fresh === true ? undefined : alive(windows.get(key));
    call.meter.cache(known ? 'hit' : 'miss', 'studies');
    const read = async (reading: Call) => {
      const until = untilOfRows();
      const watched = readings.begin();
      try {
        const found = await source.studies(keys, window, reading);
        if (watched.outdated()) return { window: found, until: OVER };
        const fresh = { window: found, until: until - ageOf(found) };
        windows.set(key, fresh, { ttl: settings.studyRowsMs });
        return fresh;
      } finally {
        watched.end();
      }
    };
    // Another caller's flight may have left before the change that this one asks for.
    if (call.fresh === true) {
      call.meter.believed?.(OVER);
      return (await read(call)).window;
    }
    const found = known ?? (await windowFlights.join(flight, call, read)).value;
    call.meter.believed?.(found.window.cut ? OVER : found.until);
    return found.window;
  }

  async function readDetails(
    missing: readonly StudyHeader[],
    call: Call,
  ): Promise<readonly KeptDetail[]> {
    const wanted = missing.map((study) => [detailKey(study), fingerprint(study)]);
    const key = JSON.stringify([changes, wanted]);
    const { value } = await detailFlights.join(key, call, async (shared) => {
      const asked = performance.now();
      const watched = readings.begin();
      try {
        const fresh = await source.details(missing, shared);
        return fresh.map((detail, index) => {
          const study = missing[index] ?? detail.header;
          return keep(study, detail, asked, watched.outdated(study.uid));
        });
      } finally {
        watched.end();
      }
    });
    return value;
  }

  function keptDetail(study: StudyHeader): KeptDetail | undefined {
    const kept = alive(details.get(detailKey(study)));
    return kept?.fingerprint === fingerprint(study) ? kept : undefined;
  }

  /** @returns as it is kept; what came incomplete is given to those who wait, and is over then */
  function keep(
    study: StudyHeader,
    detail: StudyDetail,
    asked: number,
    outdated: boolean,
  ): KeptDetail {
    const { detailMs, studyRowsMs } = lifetimes();
    const ttl = study.numberOfInstances !== undefined ? detailMs : studyRowsMs;
    const whole = detail.defects.length === 0 && !outdated;
    const kept = {
      uid: study.uid,
      fingerprint: fingerprint(study),
      detail,
      until: whole ? asked + ttl - ageOf(detail) : OVER,
    };
    if (whole) details.set(detailKey(study), kept, { ttl });
    return kept;
  }

  return {
    ...source,
    studies,
    studiesWith(level, keys, limit, call) {
      call.meter.believed?.(untilOfRows());
      return source.studiesWith(level, keys, limit, call);
    },
    async changedSince(since, most, call) {
      // An answer that nothing has changed is true of now only, also where no study row is read for it.
      call.meter.believed?.(call.fresh === true ? OVER : untilOfRows());
      return source.changedSince?.(since, most, call);
    },
    async series(wanted, call) {
      // Kept with their instances only; else they are as old as the study rows that they stand beside.
      const known = wanted.map(keptDetail);
      const missing = wanted.filter((_, index) => known[index] === undefined);
      call.meter.believed?.(untilOfRows());
      const read = missing.length > 0 ? await source.series?.(missing, call) : undefined;
      const byStudy = new Map(missing.map((study, index) => [study, read?.[index]]));
      for (const kept of known) if (kept !== undefined) call.meter.believed?.(kept.until);
      return wanted.map((study, index) => known[index]?.detail ?? byStudy.get(study));
    },
    async details(wanted, call) {
      const known = wanted.map(keptDetail);
      const missing = wanted.filter((_, index) => known[index] === undefined);
      for (const detail of known) call.meter.cache(detail ? 'hit' : 'miss', 'details');
      const read = missing.length === 0 ? [] : await readDetails(missing, call);
      const byStudy = new Map(missing.map((study, index) => [study, read[index]]));
      const all = wanted.flatMap((study, index) => known[index] ?? byStudy.get(study) ?? []);
      for (const { until } of all) call.meter.believed?.(until);
      return all.map(({ detail }) => detail);
    },
  };
}

/** A time that is over. */
const OVER = 0;

/** How old an answer was when it came, in milliseconds: another replica may have had it for a while. */
function ageOf({ readAt }: { readonly readAt?: number }): number {
  return readAt === undefined ? 0 : Math.max(0, Date.now() - readAt);
}

/** What is still believed: the store looks at its clock less often. */
function alive<T extends { readonly until: number }>(kept: T | undefined): T | undefined {
  return kept !== undefined && kept.until > performance.now() ? kept : undefined;
}

function createStore<T extends object>(
  maxBytes: number,
): {
  readonly store: LRUCache<string, T>;
  readonly state: () => StoreState;
} {
  let evicted = 0;
  const store = new LRUCache<string, T>({
    maxSize: Math.max(1, Math.floor(maxBytes)),
    sizeCalculation: (value, key) => key.length * 2 + sizeOf(value),
    dispose: (_value, _key, reason) => void (evicted += reason === 'evict' ? 1 : 0),
  });
  const state = () => ({ entries: store.size, bytes: store.calculatedSize, evicted });
  return { store, state };
}

function detailKey(study: StudyHeader): string {
  return `${study.uid} ${patientKey(study.patient)}`;
}

/**
 * What changes when a study does, as far as a study row tells. The row itself is part of it: a merged patient
 * or a corrected accession number must not be answered out of an older reading.
 */
function fingerprint(study: StudyHeader): string {
  return JSON.stringify(study);
}

/** Bytes that a value takes in memory, about: objects and their members, two bytes a character. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 32;
  for (const member of Object.values(value)) size += 8 + sizeOf(member);
  return size;
}
