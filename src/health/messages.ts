import type { HealthPortSettings } from './port';

/** What the thread is given. */
export interface Given extends HealthPortSettings {
  /** A number that changes every `beatMs` while the event loop turns. */
  readonly beats: Int32Array;
  readonly beatMs: number;
}

/** What it tells once it listens. */
export interface Told {
  readonly port: number;
}
