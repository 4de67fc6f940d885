import { integer, string } from '../../dicom/dataset';
import type { Target } from '../../study/retrieval';
import type { RowSearch } from '../../study/rowSearch';
import type { Call } from '../../study/source';

/** Modalities whose instances are no images of their own (PS3.3 C.7.3.1.1.1). */
const NO_IMAGES = new Set(
  'SR PR KO AU ECG HD EPS DOC PLAN REG FID RWV SEG RTSTRUCT RTPLAN RTRECORD STAIN M3D'.split(' '),
);

/**
 * Instances that stand for a study or series, the best first: of the series in order, those of images before others,
 * the one in the middle of what the archive lists.
 */
export async function* representatives(
  { study, series }: Target,
  rows: RowSearch,
  call: Call,
): AsyncGenerator<Target> {
  const path = { level: 'series' as const, study };
  const found = await rows.search({ path, conditions: [], fields: SERIES_FIELDS }, call);
  const candidates = found.rows
    .map(({ row }) => ({
      uid: string(row, 'SeriesInstanceUID') ?? '',
      number: integer(row, 'SeriesNumber') ?? Number.MAX_SAFE_INTEGER,
      shows: NO_IMAGES.has(string(row, 'Modality') ?? '') ? 1 : 0,
      instances: integer(row, 'NumberOfSeriesRelatedInstances') ?? 1,
    }))
    .filter(({ uid }) => series === undefined || uid === series)
    .sort((one, other) => one.shows - other.shows || one.number - other.number);
  for (const { uid, instances } of candidates) {
    const middle = { limit: 1, offset: Math.floor(instances / 2) };
    const below = { level: 'instances' as const, study, series: uid };
    const [one] = (await rows.search({ path: below, conditions: [], fields: [], ...middle }, call))
      .rows;
    const instance = one && string(one.row, 'SOPInstanceUID');
    if (instance !== undefined) {
      yield { study, series: uid, instance, view: { kind: 'rendered' } };
    }
  }
}

const SERIES_FIELDS = ['SeriesNumber', 'Modality', 'NumberOfSeriesRelatedInstances'] as const;
