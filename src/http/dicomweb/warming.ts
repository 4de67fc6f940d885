import { Problem } from '../../errors';
import type { StudyHeader } from '../../study/model';
import type { Target } from '../../study/retrieval';
import { rememberFor } from './remembered';
import type { DicomWebServices } from './services';

/** How long a study that was fetched from slow storage is believed to be there, in milliseconds. */
const STAYS_WARM_MS = 600_000;
const ANY_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*';

/** Sees to studies that are not on the archive's disks. */
export interface Warming {
  /**
   * @throws Problem `study-warming` for one that the archive is fetching, because of this request or an earlier one
   * @throws Problem `not-found` for one that it cannot fetch by itself: it takes people, and trying again in a
   *   moment, as a 503 would have clients do, does not help
   */
  check(target: Target, studies: readonly StudyHeader[]): void;
}

/**
 * Answers for studies whose Instance Availability (0008,0056) says that they are slow to get, or not to be got.
 * Asking for one is what makes an archive fetch it, so it is asked once, and the answer is dropped when it begins.
 * From then on the study is retrieved whatever its rows say: some archives never change them.
 */
export function createWarming({
  retriever,
  meter,
  limits: { warmingRetryAfter: retryAfter },
}: Pick<DicomWebServices, 'retriever' | 'meter' | 'limits'>): Warming {
  const warm = rememberFor(STAYS_WARM_MS);
  const underWay = new Set<string>();

  async function fetchStudy(study: string): Promise<void> {
    // Nobody waits for this: it is no part of what an answer cost.
    const call = { signal: new AbortController().signal, meter };
    const target: Target = { study, view: { kind: 'files' } };
    try {
      const { body } = await retriever.open(target, { accept: ANY_DICOM }, call);
      warm.add(study);
      body.destroy();
    } catch {
      // The next request asks again, and is told if it fails while somebody waits.
    } finally {
      underWay.delete(study);
    }
  }

  return {
    check({ study, view }, studies) {
      if (view.kind === 'metadata' || warm.has(study)) return;
      const told = studies.map(({ availability }) => availability);
      if (told.some((each) => each === 'OFFLINE' || each === 'UNAVAILABLE')) throw unavailable();
      if (!told.includes('NEARLINE')) return;
      if (!underWay.has(study)) {
        underWay.add(study);
        void fetchStudy(study);
      }
      const text = 'The archive is fetching this study from slow storage. Try again in a moment.';
      throw new Problem('study-warming', text, { retryAfter });
    },
  };
}

function unavailable(): Problem {
  const text =
    'The archive knows this study but its images are offline: somebody has to bring them back there.';
  return new Problem('not-found', text);
}
