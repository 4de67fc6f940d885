import type { Calls } from './byHand';
import type { Cold, Way } from './cold';
import type { Growth } from './memory';
import type { Retrieval } from './retrieval';
import type { RowsMeasured } from './rows';
import type { LoopDelay } from './loop';
import type { SlowClients } from './slowClients';
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
  const rates = ['gateway', 'Express', 'ratio', 'node:http'];
  const head = ['', 'body', ...rates, 'CPU/request', 'Express', 'node:http', 'ratio'];
  const body = rows.map(({ title, bytes, throughput: { gateway, express, bare, rate, cpu } }) => [
    title,
    `${(bytes / 1024).toFixed(0)} kB`,
    `${figure(gateway.perSecond)}/s`,
    `${figure(express.perSecond)}/s`,
    times(rate),
    `${figure(bare.perSecond)}/s`,
    `${figure(gateway.cpuMs)} ms`,
    `${figure(express.cpuMs)} ms`,
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

/** The table of the ways to the rows of an Orthanc. */
export function rowsTable({ content, rounds, ways }: RowsMeasured): string {
  const size = `${content.studies} studies, ${content.instances} instances`;
  const head = `Cold page by each way: ${size} (rounds: ${rounds})`;
  return table([
    [head, 'calls', 'latency', 'naive/this', 'best/this'],
    ...ways.map(({ name, calls, ms, overNaive, overBest }) => [
      `  ${name}: ${words(calls)}`,
      String(total(calls)),
      `${figure(ms)} ms`,
      times(overNaive),
      times(overBest),
    ]),
  ]);
}

/** The table of retrievals. */
export function retrievalTable(rows: readonly Retrieval[]): string {
  const head = ['', 'body', 'gateway', 'direct', 'ratio', 'CPU/GB', 'memory (RSS)'];
  const body = rows.map(({ title, bytes, gateway, direct, ratio, cpuMs, growth }) => [
    title,
    `${megabytes(bytes)} MB`,
    `${megabytes(gateway)} MB/s`,
    `${megabytes(direct)} MB/s`,
    times(ratio),
    `${figure(cpuMs)} ms`,
    growthOf(growth),
  ]);
  return table([head, ...body]);
}

/** The table of large answers, and how long they keep others waiting. */
export function loopTable(rows: readonly LoopDelay[]): string {
  const head = ['', 'latency', 'loop p99', 'worst', 'idle p99', 'memory (RSS)'];
  const body = rows.map(({ title, ms, p99, worst, idleP99, rss, peak }) => [
    title,
    `${figure(ms)} ms`,
    `${figure(p99)} ms`,
    `${figure(worst)} ms`,
    `${figure(idleP99)} ms`,
    growthOf({ idle: rss, peak }),
  ]);
  return table([head, ...body]);
}

/** The line of slow clients. */
export function slowLine({ clients, bytesPerSecond, growth, ahead }: SlowClients): string {
  const rate = `${clients} clients that read a study at ${bytesPerSecond / 1000} kB/s each`;
  return `${rate}: memory (RSS) ${growthOf(growth)}; the archive is read ${figure(ahead / 2 ** 20)} MB ahead of each`;
}

function growthOf({ idle, peak }: Growth): string {
  return `${megabytes(idle)} + ${megabytes(peak - idle)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** The line of memory. */
export function memoryLine({ started, warm, loaded }: Memory): string {
  const [start, after, end] = [started, warm, loaded].map(megabytes);
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
