import type { Calls } from './byHand';
import type { Cold, Way } from './cold';
import type { Throughput } from './throughput';

/*
 * The figures in words. What is worth comparing between machines are the ratios, so each row ends in them.
 */

/** Memory of the gateway's process at three times, in bytes. */
export interface Memory {
  readonly started: number;
  readonly warm: number;
  readonly loaded: number;
}

/** A measured answer out of memory. */
export interface Warm {
  readonly title: string;
  readonly bytes: number;
  readonly throughput: Throughput;
}

/** A measured answer out of the archive. */
export interface ColdBlock {
  readonly title: string;
  readonly cold: Cold;
}

/** The table of warm answers. */
export function warmTable(rows: readonly Warm[]): string {
  const head = ['', 'body', 'gateway', 'bare', 'ratio', 'CPU/request', 'bare', 'ratio'];
  const body = rows.map(({ title, bytes, throughput: { gateway, bare, rate, cpu } }) => [
    title,
    `${(bytes / 1024).toFixed(0)} kB`,
    `${figure(gateway.perSecond)}/s`,
    `${figure(bare.perSecond)}/s`,
    times(rate),
    `${figure(gateway.cpuMs)} ms`,
    `${figure(bare.cpuMs)} ms`,
    times(cpu),
  ]);
  return table([head, ...body]);
}

/** The table of one cold answer: the gateway, its calls made by hand, and the naive way. */
export function coldTable({ title, cold }: ColdBlock): string {
  const { content, rounds, gateway, byHand, naive } = cold;
  const size = `${content.studies} ${content.studies === 1 ? 'study' : 'studies'}`;
  const head = `${title}: ${size}, ${content.instances} instances (rounds: ${rounds})`;
  const row = (name: string, way: Way) => [
    `  ${name}: ${words(way.calls)}`,
    String(total(way.calls)),
    `${figure(way.ms)} ms`,
    times(way.ratio),
  ];
  return table([
    [head, 'calls', 'latency', 'ratio'],
    row('gateway', gateway),
    row('by hand', byHand),
    row('naive', naive),
  ]);
}

/** The line of memory. */
export function memoryLine({ started, warm, loaded }: Memory): string {
  const [start, after, end] = [started, warm, loaded].map((bytes) => (bytes / 2 ** 20).toFixed(0));
  return `started ${start ?? ''} MB, after warm-up ${after ?? ''} MB, after the load ${end ?? ''} MB`;
}

/** A ratio, with as many digits as tell something. */
export function times(ratio: number): string {
  return `${figure(ratio)}×`;
}

function figure(value: number): string {
  return value < 1 ? value.toPrecision(2) : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function total(calls: Calls): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

function words(calls: Calls): string {
  return Object.entries(calls)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

/** Columns with two blanks between them: the first to the left, the others, which are figures, to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lay = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  };
  return rows.map((row) => row.map(lay).join('  ').trimEnd()).join('\n');
}
