import { createHash } from 'node:crypto';
import type { StudyHeader } from '../study/model';
import type { StudyDetail, StudySource, StudyWindow } from '../study/source';
import type { Entries } from './entries';
import type { Lifetimes } from './lifetimes';
import type { Had, SharedFlights, Wanted } from './replicas';

/**
 * A source that shares with other replicas what the archive answered. Redis decides nothing: where it is silent,
 * slow, full or holds what cannot be read, the archive is asked as if there were none.
 *
 * @param source without invented update times: each replica would have its own
 * @param lifetimes how long answers are believed at present
 */
export function shared(
  source: StudySource,
  flights: SharedFlights,
  entries: Entries,
  lifetimes: () => Lifetimes,
): StudySource {
  return {
    ...source,
    async studies(keys, window, call) {
      const place = entries.windowPlace(JSON.stringify([[...keys], window]));
      const wanted = { place, ttlMs: lifetimes().studyRowsMs };
      const read = () => source.studies(keys, window, call);
      if (call.fresh === true) return flights.renew(wanted, read);
      const [had] = await flights.obtain<StudyWindow>([wanted], call, {
        read: async () => [await read()],
        isWhole: () => true,
      });
      return had === undefined ? read() : aged(had);
    },
    async details(studies, call) {
      const { tellsUpdates } = await source.abilities(call);
      const wanted = studies.map((study) => wantedDetail(study, tellsUpdates));
      const had = await flights.obtain<StudyDetail>(wanted, call, {
        read: (at) =>
          source.details(
            at.flatMap((one) => studies[one] ?? []),
            call,
          ),
        isWhole: ({ defects }) => defects.length === 0,
      });
      return studies.flatMap((study, at) => {
        const one = had[at];
        return one === undefined ? [] : dateAs(study, aged(one), tellsUpdates);
      });
    },
  };

  function wantedDetail(study: StudyHeader, tellsUpdates: boolean): Wanted {
    const { lastUpdated, ...row } = study;
    const state = digest(JSON.stringify(tellsUpdates ? [row, lastUpdated] : [row]));
    const { studyRowsMs, detailMs } = lifetimes();
    // A study that is not counted may have grown behind the same row.
    const ttlMs = study.numberOfInstances === undefined ? studyRowsMs : detailMs;
    return { place: entries.detailPlace(study.uid, state), ttlMs };
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** An answer from Redis says when the archive gave it, so that nobody believes it twice as long. */
function aged<T extends object>({ value, ageMs }: Had<T>): T {
  return ageMs === 0 ? value : { ...value, readAt: Date.now() - ageMs };
}

/** An update time that the gateway invented is this replica's, not that of the replica which read the detail. */
function dateAs(study: StudyHeader, detail: StudyDetail, tellsUpdates: boolean): StudyDetail {
  const { lastUpdated } = study;
  if (tellsUpdates || lastUpdated === undefined) return detail;
  return { ...detail, header: { ...detail.header, lastUpdated } };
}
