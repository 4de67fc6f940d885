/**
 * The slope of a line through points by least squares.
 *
 * @param points hours and values
 * @returns value an hour; 0 for fewer than two points
 */
export function slopePerHour(points: readonly (readonly [hours: number, value: number])[]): number {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const [x, y] = [mean(points.map(([hours]) => hours)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [hours]) => sum + (hours - x) ** 2, 0);
  return spread === 0
    ? 0
    : points.reduce((sum, [hours, value]) => sum + (hours - x) * (value - y), 0) / spread;
}
