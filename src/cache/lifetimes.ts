/** How long answers of the archive are believed, in milliseconds. */
export interface Lifetimes {
  readonly studyRowsMs: number;
  /** Series and instances, while the study's row stays the same. */
  readonly detailMs: number;
}

/** What may be believed without anybody telling of changes; the defaults of `config/default.json`. */
export const UNWATCHED: Lifetimes = { studyRowsMs: 15_000, detailMs: 600_000 };

/** Whether lifetimes are so long that somebody has to tell of changes. */
export function areLong({ studyRowsMs, detailMs }: Lifetimes): boolean {
  return studyRowsMs > UNWATCHED.studyRowsMs || detailMs > UNWATCHED.detailMs;
}

/** What is told of changes at present. */
export interface Told {
  /** Every change, as it happens. */
  readonly changes: boolean;
  /** By its row when a study last changed: then series and instances are as good as the row. */
  readonly updates: boolean;
}

/** The lifetimes, but where nobody tells of changes none that is longer than {@link UNWATCHED}. */
export function lifetimesWhile({ changes, updates }: Told, wanted: Lifetimes): Lifetimes {
  const { studyRowsMs, detailMs } = wanted;
  return {
    studyRowsMs: changes ? studyRowsMs : Math.min(studyRowsMs, UNWATCHED.studyRowsMs),
    detailMs: changes || updates ? detailMs : Math.min(detailMs, UNWATCHED.detailMs),
  };
}
