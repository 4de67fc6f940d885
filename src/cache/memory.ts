import { LRUCache } from 'lru-cache';
import { patientKey } from '../study/identity';
import type { StudyHeader } from '../study/model';
import type { Call, Keys, StudyDetail, StudySource, StudyWindow } from '../study/source';
import { Flights } from './flights';

/** How much is kept, and for how long. */
export interface CacheSettings {
  /** Bytes of archive rows, about. 0 keeps nothing. */
  readonly maxBytes: number;
  /** How long study rows are believed, in milliseconds. */
  readonly studyRowsMs: number;
  /** How long series and instances are kept while the study's counts stay the same, in milliseconds. */
  readonly detailMs: number;
}

/** Series and instances of a study, and the study row they were read under. */
interface KeptDetail {
  readonly fingerprint: string;
  readonly detail: StudyDetail;
}

/**
 * A source that remembers what another one answered.
 *
 * Study rows live seconds. Series and instances live long, but are used only while a fresh study row shows the
 * same counts: a study that grew is read again. A study whose archive does not count lives as its row does.
 * Errors, and studies that came incomplete, are never kept.
 */
export function cached(source: StudySource, settings: CacheSettings): StudySource {
  if (settings.maxBytes === 0) return source;
  const windows = createStore<StudyWindow>(settings.maxBytes / 4);
  const details = createStore<KeptDetail>((settings.maxBytes * 3) / 4);
  const windowFlights = new Flights<StudyWindow>();
  const detailFlights = new Flights<readonly StudyDetail[]>();

  async function studies(keys: Keys, window: { limit: number; offset: number }, call: Call) {
    const key = JSON.stringify([[...keys], window]);
    const known = call.fresh === true ? undefined : windows.get(key);
    call.meter.cache(known ? 'hit' : 'miss');
    if (known) return known;
    const read = async (reading: Call) => {
      const fresh = await source.studies(keys, window, reading);
      windows.set(key, fresh, { ttl: settings.studyRowsMs });
      return fresh;
    };
    // Another caller's flight may have left before the change that this one asks for.
    if (call.fresh === true) return read(call);
    const { value } = await windowFlights.join(key, call, read);
    return value;
  }

  async function readDetails(
    missing: readonly StudyHeader[],
    call: Call,
  ): Promise<readonly StudyDetail[]> {
    const key = JSON.stringify(missing.map((study) => [detailKey(study), fingerprint(study)]));
    const { value } = await detailFlights.join(key, call, async (shared) => {
      const fresh = await source.details(missing, shared);
      fresh.forEach((detail, index) => keep(missing[index], detail));
      return fresh;
    });
    return value;
  }

  function keep(study: StudyHeader | undefined, detail: StudyDetail): void {
    if (study === undefined || detail.defects.length > 0) return;
    const counted = study.numberOfInstances !== undefined;
    const ttl = counted ? settings.detailMs : settings.studyRowsMs;
    details.set(detailKey(study), { fingerprint: fingerprint(study), detail }, { ttl });
  }

  return {
    ...source,
    studies,
    async details(wanted, call) {
      const known = wanted.map((study) => {
        const kept = details.get(detailKey(study));
        return kept?.fingerprint === fingerprint(study) ? kept.detail : undefined;
      });
      const missing = wanted.filter((_, index) => known[index] === undefined);
      for (const detail of known) call.meter.cache(detail ? 'hit' : 'miss');
      if (missing.length === 0) return known.filter((detail) => detail !== undefined);
      const read = await readDetails(missing, call);
      const byStudy = new Map(missing.map((study, index) => [study, read[index]]));
      return wanted.flatMap((study, index) => known[index] ?? byStudy.get(study) ?? []);
    },
  };
}

function createStore<T extends object>(maxBytes: number): LRUCache<string, T> {
  return new LRUCache<string, T>({
    maxSize: Math.max(1, Math.floor(maxBytes)),
    sizeCalculation: (value, key) => key.length * 2 + sizeOf(value),
  });
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
