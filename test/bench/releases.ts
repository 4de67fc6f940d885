import { RELEASES } from '../../src/fhir/releases';
import { ask, keepAliveAgent } from './ask';
import { createByHand } from './byHand';
import type { Child, Children } from './child';
import { COLD, record, timedAfterRest, type ColdSettings } from './cold';
import { median, ratioOf, takeTurns, type Measure } from './rounds';
import type { Scenario, Scenarios } from './scenarios';
import { compareThroughput, type Effort } from './throughput';

/*
 * The page and the read in every release and format: warm beside Express that sends the same bytes, cold beside the
 * gateway's calls made by hand.
 */

/** One answer in one release and format. */
export interface InRelease {
  /** For example `search.r4.xml`. */
  readonly name: string;
  readonly title: string;
  readonly bytes: number;
  /** Requests a second out of memory, and over those of Express. */
  readonly perSecond: number;
  readonly rate: number;
  /** Milliseconds out of the archive, and over those of the calls by hand. */
  readonly coldMs: number;
  readonly cold: number;
}

interface Asked {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  /** No answer of so many instances is shorter. */
  readonly least: number;
}

const FORMATS = ['json', 'xml'] as const;
/** The URLs of one instance alone take more bytes. */
const BYTES_AN_INSTANCE = 50;

/** Measures every release and format. */
export async function measureReleases(
  children: Children,
  { page, read }: Scenarios,
  effort: Effort,
  settings: ColdSettings,
): Promise<readonly InRelease[]> {
  const measured: InRelease[] = [];
  for (const scenario of [page, read]) {
    const asked = Object.values(RELEASES).flatMap(({ name, title }) =>
      FORMATS.map((format) => spell(scenario, name, title, format)),
    );
    process.stderr.write(`bench: ${scenario.title} in every release …\n`);
    measured.push(...(await measureScenario(children, scenario, asked, effort, settings)));
  }
  return measured;
}

/** A scenario's request at the base of a release. */
function spell(scenario: Scenario, release: string, title: string, format: string): Asked {
  const path = scenario.path
    .replace('/fhir/', `/fhir/${release}/`)
    .replace('_format=json', `_format=${format}`);
  return {
    name: `${scenario.title}.${release}.${format}`,
    title: `${scenario.title}, ${title}, ${format.toUpperCase()}`,
    path,
    least: BYTES_AN_INSTANCE * (scenario.expected?.instances ?? 1),
  };
}

async function measureScenario(
  children: Children,
  scenario: Scenario,
  asked: readonly Asked[],
  effort: Effort,
  settings: ColdSettings,
): Promise<InRelease[]> {
  const warm = await measureWarmOnes(children, asked, effort, settings);
  const cold = await measureColdOnes(children, scenario, asked, settings);
  return asked.map(({ name, title }, at) => {
    const [w, c] = [warm[at], cold[at]];
    if (w === undefined || c === undefined) throw new Error(`${name} was not measured`);
    return { name, title, ...w, ...c };
  });
}

async function measureWarmOnes(
  children: Children,
  asked: readonly Asked[],
  effort: Effort,
  { archive, env }: ColdSettings,
): Promise<Pick<InRelease, 'bytes' | 'perSecond' | 'rate'>[]> {
  const gateway = await children.start('gateway', { ...env, PACS_URL: archive.href });
  const sizes: number[] = [];
  for (const one of asked) sizes.push(await sizeOf(gateway, one));
  const express = await children.start('express', {
    BENCH_COPY: gateway.url,
    BENCH_PATHS: asked.map(({ path }) => path).join(' '),
  });
  const measured = [];
  for (const [at, { path }] of asked.entries()) {
    const compared = await compareThroughput({ gateway, express }, path, effort, {});
    const { perSecond } = compared.served.gateway;
    measured.push({
      bytes: sizes[at] ?? NaN,
      perSecond,
      rate: compared.rate('gateway', 'express'),
    });
  }
  await gateway.stop();
  await express.stop();
  return measured;
}

async function measureColdOnes(
  children: Children,
  scenario: Scenario,
  asked: readonly Asked[],
  settings: ColdSettings,
): Promise<Pick<InRelease, 'coldMs' | 'cold'>[]> {
  const { archive, concurrency, env } = settings;
  const { calls } = await record(children, scenario, archive, env);
  const hand = createByHand(archive, concurrency, calls);
  const gateway = await children.start('gateway', { ...env, ...COLD, PACS_URL: archive.href });
  const measures: Record<string, Measure> = {
    byHand: () => timedAfterRest(() => hand.replay(calls)),
  };
  for (const one of asked) {
    measures[one.name] = () => timedAfterRest(() => sizeOf(gateway, one));
  }
  // The compiler of V8 takes some rounds, too.
  await takeTurns(measures, Math.min(1, settings.warmUpRounds), Infinity);
  const times = await takeTurns(measures, settings.rounds, settings.budgetMs);
  hand.close();
  await gateway.stop();
  return asked.map(({ name }) => ({
    coldMs: median(times[name] ?? []),
    cold: ratioOf(times[name] ?? [], times.byHand ?? []),
  }));
}

const agent = keepAliveAgent(false, 1);

/** Asks and reads; @throws Error for an answer too short to hold what was asked for */
async function sizeOf(gateway: Child, { path, least }: Asked): Promise<number> {
  const { body } = await ask({ url: new URL(gateway.url + path), agent });
  if (body.length < least) throw new Error(`${path} brought ${body.length} bytes only`);
  return body.length;
}
