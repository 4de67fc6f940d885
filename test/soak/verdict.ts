import type { SoakOptions } from './options';
import { slopeOf, type Point } from './slope';
import { statusesOf, timesOf, type Tally } from './tally';

/** What was seen of the process. */
export interface Samples {
  /** Megabytes in use after garbage was collected. */
  readonly held: readonly Point[];
  /** Megabytes of physical memory. */
  readonly resident: readonly Point[];
  /** Files and sockets. */
  readonly descriptors: readonly Point[];
}

/** A line of the verdict; `open`: it cannot be told. */
export interface Check {
  readonly outcome: 'good' | 'BAD' | 'open';
  readonly text: string;
}

const MOST_DESCRIPTORS = 500;
/**
 * Physical memory may grow by so many times what is held may: the allocator and V8 give back what they like, when they
 * like. It finds what grows outside of all that is counted as held.
 */
const RESIDENT_MARGIN = 4;

/** @param brokenByArchive transfers that the archive broke off */
export function checksOf(
  samples: Samples,
  tally: Tally,
  brokenByArchive: number,
  options: SoakOptions,
): readonly Check[] {
  const most = Math.max(0, ...samples.descriptors.map(([, count]) => count));
  const last = samples.descriptors.at(-1)?.[1] ?? 0;
  return [
    memory('memory in use after garbage collection', samples.held, options.slope, options),
    memory('physical memory', samples.resident, options.slope * RESIDENT_MARGIN, options),
    check(most < MOST_DESCRIPTORS, `file descriptors at most ${most}, at the end ${last}`),
    check(tally.wrongPatient === 0, `answers with another patient’s: ${tally.wrongPatient}`),
    check(
      tally.partAsWhole === 0,
      `transfers that looked whole and were not: ${tally.partAsWhole}`,
    ),
    check(
      tally.broken <= brokenByArchive,
      `transfers that broke off: ${tally.broken}; the archive broke ${brokenByArchive}`,
    ),
    check(
      tally.unanswered === 0,
      `requests without an answer: ${tally.unanswered} of ${tally.asked}`,
    ),
    check(tally.unexpected === 0, `answers that nobody expects: ${tally.unexpected}`),
  ];
}

function check(good: boolean, text: string): Check {
  return { outcome: good ? 'good' : 'BAD', text };
}

/**
 * Judges growth after the warm-up, in which caches and heap fill. Bad where it is more than allowed for sure, good
 * where it is less for sure; what lies between takes a longer run.
 */
function memory(
  what: string,
  points: readonly Point[],
  most: number,
  { minutes, warmup }: SoakOptions,
): Check {
  const warm = Math.max(warmup, minutes / 3) / 60;
  const slope = slopeOf(points.filter(([hours]) => hours >= warm));
  const now = `now ${(points.at(-1)?.[1] ?? 0).toFixed(1)} MB`;
  if (minutes < 2 * warmup || slope === undefined) {
    const text = `${what}: ${now}; too short a run to judge, it takes ${2 * warmup} minutes`;
    return { outcome: 'open', text };
  }
  const { perHour, within } = slope;
  const text = `${what}: ${perHour.toFixed(1)} ± ${within.toFixed(1)} MB/h after ${Math.round(warm * 60)} minutes, at most ${most}; ${now}`;
  if (perHour - within > most) return { outcome: 'BAD', text };
  return { outcome: perHour + within <= most ? 'good' : 'open', text };
}

/** The verdict for people. */
export function write(checks: readonly Check[], tally: Tally): string {
  const lines = checks.map(({ outcome, text }) => `${outcome.padEnd(4)}  ${text}`);
  const seen = tally.examples.map((example) => `      for example ${example}`);
  const told = `      statuses ${statusesOf(tally)}; ${tally.left} clients left; ${timesOf(tally)}`;
  return `${[...lines, ...seen, told].join('\n')}\n`;
}
