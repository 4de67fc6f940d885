/** A point of a run: hours since its begin, and a value. */
export type Point = readonly [hours: number, value: number];

/** How a value moves with time, and how far the truth may be from that. */
export interface Slope {
  readonly perHour: number;
  /** Twice the standard error: a slope that is really there is nearly always within it. */
  readonly within: number;
}

/** Groups of which the means are taken: what swings within one (garbage, a cache) does not look like a trend. */
const GROUPS = 20;

/**
 * The slope of a line through points by least squares, after neighbours were averaged.
 *
 * Samples that follow each other closely are alike. Taken as they are they would seem to prove much more than they
 * do, and a slow swing would pass for a leak.
 *
 * @param points in order of time
 * @returns undefined for fewer points than there are groups
 */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  if (points.length < GROUPS) return undefined;
  const means = Array.from({ length: GROUPS }, (_, group) => {
    const at = (index: number) => Math.floor((points.length * index) / GROUPS);
    const own = points.slice(at(group), at(group + 1));
    return [meanOf(own.map(([hours]) => hours)), meanOf(own.map(([, value]) => value))] as const;
  });
  return lineThrough(means);
}

function lineThrough(points: readonly Point[]): Slope | undefined {
  const x = meanOf(points.map(([hours]) => hours));
  const y = meanOf(points.map(([, value]) => value));
  const spread = sum(points.map(([hours]) => (hours - x) ** 2));
  if (spread === 0) return undefined;
  const perHour = sum(points.map(([hours, value]) => (hours - x) * (value - y))) / spread;
  const left = sum(points.map(([hours, value]) => (value - y - perHour * (hours - x)) ** 2));
  return { perHour, within: 2 * Math.sqrt(left / (points.length - 2) / spread) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const meanOf = (values: readonly number[]) => sum(values) / values.length;
