import type { Against } from './against';
import type { Calls } from './byHand';
import type { Cold, Way } from './cold';
import type { FirstPage } from './firstPage';
import type { Growth } from './memory';
import type { InRelease } from './releases';
import type { Retrieval } from './retrieval';
import type { RowsMeasured } from './rows';
import type { LoopDelay } from './loop';
import type { SlowClients } from './slowClients';
import { CONNECTIONS } from './throughput';
import type { Memory, Warm } from './warm';

/*
 * The figures in words. What is worth comparing between machines are the ratios, so each row ends in them.
 */

/** A part of the result: for people, and the same by name. */
export interface Section {
  readonly text: string;
  /** Ratios, and calls to the archive, by a name that stays; the ratio of a time is `cold.page`, of calls `cold.page.calls`. */
  readonly figures: Figures;
}

export type Figures = Readonly<Record<string, number>>;

/** A measured answer out of the archive. */
export interface ColdBlock {
  /** For example `cold.page`. */
  readonly name: string;
  readonly title: string;
  readonly cold: Cold;
}

/** The table of warm answers. */
export function warmSection(rows: readonly Warm[]): Section {
  const rates = ['gateway', 'Express', 'ratio', 'node:http'];
  const head = ['', 'body', ...rates, 'CPU/request', 'Express', 'node:http', 'ratio'];
  const body = rows.map(({ title, bytes, compared: { served, rate, cpu } }) => [
    title,
    kilobytes(bytes),
    `${figure(served.gateway.perSecond)}/s`,
    `${figure(served.express.perSecond)}/s`,
    times(rate('gateway', 'express')),
    `${figure(served.bare.perSecond)}/s`,
    `${figure(served.gateway.cpuMs)} ms`,
    `${figure(served.express.cpuMs)} ms`,
    `${figure(served.bare.cpuMs)} ms`,
    times(cpu('gateway', 'bare')),
  ]);
  const what = `Warm, against Express with one route and bare node:http sending the same bytes (${CONNECTIONS} connections)`;
  const figures = rows.flatMap(({ name, compared: { rate, cpu } }) => [
    [`${name}.rate`, rate('gateway', 'express')] as const,
    [`${name}.cpu`, cpu('gateway', 'bare')] as const,
  ]);
  return { text: `${what}\n${table([head, ...body])}`, figures: Object.fromEntries(figures) };
}

/** The table of every release and format. */
export function releasesSection(rows: readonly InRelease[]): Section {
  const head = ['', 'body', 'warm', 'of Express', 'cold', 'of by hand'];
  const body = rows.map(({ title, bytes, perSecond, rate, coldMs, cold }) => [
    title,
    kilobytes(bytes),
    `${figure(perSecond)}/s`,
    times(rate),
    `${figure(coldMs)} ms`,
    times(cold),
  ]);
  const what = 'Every release and format, warm and cold';
  const figures = rows.flatMap(({ name, rate, cold }) => [
    [`warm.${name}.rate`, rate] as const,
    [`cold.${name}`, cold] as const,
  ]);
  return { text: `${what}\n${table([head, ...body])}`, figures: Object.fromEntries(figures) };
}

/** The table of two commits. */
export function againstSection(revision: string, rows: readonly Against[]): Section {
  const body = rows.map(({ name, unit, here, there, faster }) => [
    name,
    `${figure(here)} ${unit}`,
    `${figure(there)} ${unit}`,
    times(faster),
  ]);
  return {
    text: table([['', 'here', revision, 'times as fast here'], ...body]),
    figures: Object.fromEntries(rows.map(({ name, faster }) => [`against.${name}`, faster])),
  };
}

/** The table of one cold answer: the gateway, its calls made by hand, and the naive way. */
export function coldSection({ name: key, title, cold }: ColdBlock): Section {
  const { content, rounds, gateway, byHand, naive } = cold;
  const size = `${content.studies} ${content.studies === 1 ? 'study' : 'studies'}`;
  const head = `${title}: ${size}, ${content.instances} instances (rounds: ${rounds})`;
  const row = (name: string, way: Way) => [
    `  ${name}: ${words(way.calls)}`,
    String(total(way.calls)),
    `${figure(way.ms)} ms`,
    times(way.ratio),
  ];
  const text = table([
    [head, 'calls', 'latency', 'ratio'],
    row('gateway', gateway),
    row('by hand', byHand),
    row('naive', naive),
  ]);
  return {
    text,
    figures: {
      [key]: gateway.ratio,
      [`${key}.naive`]: naive.ratio,
      [`${key}.calls`]: total(gateway.calls),
      [`${key}.naive.calls`]: total(naive.calls),
    },
  };
}

/** The table of the ways to the rows of an Orthanc. */
export function rowsSection({ content, rounds, ways }: RowsMeasured): Section {
  const size = `${content.studies} studies, ${content.instances} instances`;
  const head = `Cold page by each way: ${size} (rounds: ${rounds})`;
  const text = table([
    [head, 'calls', 'latency', 'naive/this', 'best/this'],
    ...ways.map(({ name, calls, ms, overNaive, overBest }) => [
      `  ${name}: ${words(calls)}`,
      String(total(calls)),
      `${figure(ms)} ms`,
      times(overNaive),
      times(overBest),
    ]),
  ]);
  const figures = ways.flatMap(({ key, calls, overNaive, overBest }) => [
    [`rows.${key}.overNaive`, overNaive] as const,
    [`rows.${key}.overBest`, overBest] as const,
    [`rows.${key}.calls`, total(calls)] as const,
  ]);
  return { text, figures: Object.fromEntries(figures) };
}

/** The table of first pages that show no instances. */
export function firstPagesSection(pages: readonly FirstPage[]): Section {
  const text = table([
    ['Cold first page of 50', 'calls', 'latency', 'its study query', 'ratio'],
    ...pages.map(({ title, calls, ms, queryMs, ratio }) => [
      `  ${title}: ${words(calls)}`,
      String(total(calls)),
      `${figure(ms)} ms`,
      `${figure(queryMs)} ms`,
      times(ratio),
    ]),
  ]);
  const named = pages.map(({ title, ratio }) => [
    `cold.first.${title.replaceAll(' ', '-')}`,
    ratio,
  ]);
  return { text, figures: Object.fromEntries(named) as Record<string, number> };
}

/** The table of retrievals. */
export function retrievalSection(rows: readonly Retrieval[]): Section {
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
  const what = 'Retrieval, against the same from the archive itself (one client)';
  const figures = rows.flatMap(({ name, ratio, growth: { idle, peak } }) => [
    [`retrieval.${name}`, ratio] as const,
    [`retrieval.${name}.grownMB`, (peak - idle) / 2 ** 20] as const,
  ]);
  return { text: `${what}\n${table([head, ...body])}`, figures: Object.fromEntries(figures) };
}

/** The table of large answers, and how long they keep others waiting. */
export function loopSection(rows: readonly LoopDelay[]): Section {
  const head = ['', 'latency', 'loop p99', 'worst', 'idle p99', 'memory (RSS)'];
  const body = rows.map(({ title, ms, p99, worst, idleP99, rss, peak }) => [
    title,
    `${figure(ms)} ms`,
    `${figure(p99)} ms`,
    `${figure(worst)} ms`,
    `${figure(idleP99)} ms`,
    growthOf({ idle: rss, peak }),
  ]);
  const what = 'Large answers, and how long they keep others waiting';
  const figures = rows.flatMap(({ name, p99, worst }) => [
    [`loop.${name}.p99Ms`, p99] as const,
    [`loop.${name}.worstMs`, worst] as const,
  ]);
  return { text: `${what}\n${table([head, ...body])}`, figures: Object.fromEntries(figures) };
}

/** The line of slow clients. */
export function slowSection({ clients, bytesPerSecond, growth, ahead }: SlowClients): Section {
  const rate = `${clients} clients that read a study at ${bytesPerSecond / 1000} kB/s each`;
  const grownMB = (growth.peak - growth.idle) / 2 ** 20;
  return {
    text: `${rate}: memory (RSS) ${growthOf(growth)}; the archive is read ${figure(ahead / 2 ** 20)} MB ahead of each`,
    figures: { 'slowClients.grownMB': grownMB, 'slowClients.aheadMB': ahead / 2 ** 20 },
  };
}

function growthOf({ idle, peak }: Growth): string {
  return `${megabytes(idle)} + ${megabytes(peak - idle)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} kB`;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** The line of memory. */
export function memorySection({ started, warm, loaded }: Memory): Section {
  const [start, after, end] = [started, warm, loaded].map(megabytes);
  const words = `started ${start ?? ''} MB, after warm-up ${after ?? ''} MB, after the load ${end ?? ''} MB`;
  return {
    text: `Memory of the gateway's process (RSS): ${words}`,
    figures: { 'memory.startedMB': started / 2 ** 20, 'memory.loadedMB': loaded / 2 ** 20 },
  };
}

/** A ratio, with as many digits as tell something. */
function times(ratio: number): string {
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
