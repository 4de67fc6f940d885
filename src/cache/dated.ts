import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { patientKey } from '../study/identity';
import type { StudyHeader } from '../study/model';
import type { StudySource } from '../study/source';

/** Studies whose first sight is remembered. */
const REMEMBERED = 200_000;

/**
 * A source whose studies tell when they last changed: as the archive says, else since when the gateway has seen
 * them as they are. The second is only true of changes while the gateway runs, and its conformance says so.
 *
 * @param now the clock
 */
export function dated(source: StudySource, now: () => Date): StudySource {
  const seen = new LRUCache<string, { readonly state: string; readonly since: string }>({
    max: REMEMBERED,
  });
  const date = (study: StudyHeader): StudyHeader => {
    if (study.lastUpdated !== undefined || study.sketch) return study;
    const key = `${study.uid} ${patientKey(study.patient)}`;
    const state = digest(JSON.stringify({ ...study, shared: false }));
    const known = seen.get(key);
    if (known?.state === state) return { ...study, lastUpdated: known.since };
    const since = now().toISOString();
    seen.set(key, { state, since });
    return { ...study, lastUpdated: since };
  };
  return {
    ...source,
    async studies(keys, window, call) {
      const found = await source.studies(keys, window, call);
      return { ...found, studies: found.studies.map(date) };
    },
  };
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
