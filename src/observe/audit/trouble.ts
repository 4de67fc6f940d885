import { isRecord } from '../../dicom/dataset';

/** The same trouble is logged once in so many milliseconds; its count is in every line. */
const PAUSE_MS = 60_000;

/** Says yes at first, and then once a minute. */
export function sparingly(now: () => Date): () => boolean {
  let last = -Infinity;
  return () => {
    const time = now().getTime();
    if (time - last < PAUSE_MS) return false;
    last = time;
    return true;
  };
}

/** The code of a failure, or its name, for the log: its words may hold what nobody may log. */
export function codeOf(error: unknown): string {
  if (!isRecord(error)) return 'unknown';
  return [error.code, error.name].find((each) => typeof each === 'string') ?? 'unknown';
}
