/** What came of the requests so far. */
export interface Tally {
  asked: number;
  /** Whole answers, whatever their status. */
  answered: number;
  /** Clients that left early, as they were to. */
  left: number;
  /** Transfers that broke off, and looked broken. */
  broken: number;
  /** Neither an answer nor a transfer that broke off. */
  unanswered: number;
  /** Answers with anything of another patient's. */
  wrongPatient: number;
  /** Transfers that looked whole and were not. */
  partAsWhole: number;
  /** Statuses that nobody expects, and good answers without what was asked for. */
  unexpected: number;
  readonly byStatus: Map<number, number>;
  /** Of whole answers, in milliseconds. */
  readonly times: number[];
  /** The first that nobody expects, answers or none. */
  readonly examples: string[];
}

export function emptyTally(): Tally {
  return {
    asked: 0,
    answered: 0,
    left: 0,
    broken: 0,
    unanswered: 0,
    wrongPatient: 0,
    partAsWhole: 0,
    unexpected: 0,
    byStatus: new Map(),
    times: [],
    examples: [],
  };
}

const EXAMPLES = 10;

/** Counts what nobody expects, and keeps a few for people to look at. */
export function count(tally: Tally, as: 'unexpected' | 'unanswered', what: string): void {
  tally[as] += 1;
  if (tally.examples.length < EXAMPLES) tally.examples.push(what);
}

/** `200: 1180, 503: 2` */
export function statusesOf({ byStatus }: Tally): string {
  const sorted = Array.from(byStatus).sort(([one], [other]) => one - other);
  return sorted.map(([status, count]) => `${status}: ${count}`).join(', ');
}

/** `p50 3 ms, p95 12 ms, p99 80 ms, max 10020 ms` */
export function timesOf({ times }: Tally): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  const shares = [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${at(share)} ms`);
  return `${shares.join(', ')}, max ${Math.round(sorted.at(-1) ?? 0)} ms`;
}
