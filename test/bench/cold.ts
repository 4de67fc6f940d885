import { setTimeout as pause } from 'node:timers/promises';
import { ask, keepAliveAgent } from './ask';
import { countByKind, createByHand, type Calls, type Fetched } from './byHand';
import type { Child, Children } from './child';
import { median, ratioOf, takeTurns } from './rounds';
import { checkContent, type Content, type Scenario } from './scenarios';
import { openTap, type RecordedCall } from './tap';

/** One way of getting at some studies: its calls and how long it took; medians of the rounds. */
export interface Way {
  readonly calls: Calls;
  readonly ms: number;
  /** Its time over that of the gateway's calls made by hand. */
  readonly ratio: number;
}

/** A cold answer beside the same calls made by hand, and beside the naive way. */
export interface Cold {
  readonly content: Content;
  readonly rounds: number;
  readonly gateway: Way;
  readonly byHand: Way;
  readonly naive: Way;
}

/** Where and how long to measure. */
export interface ColdSettings {
  readonly archive: URL;
  readonly concurrency: number;
  /** Of the gateway, beside PACS_URL. */
  readonly env: Readonly<Record<string, string>>;
  readonly warmUpRounds: number;
  readonly rounds: number;
  readonly budgetMs: number;
}

/** How long the cold gateway's cache lives: one answer, as in production, and not until the next one. */
const CACHE_MS = 200;
const CACHE_AGED_MS = CACHE_MS * 1.5;
/** Settings of a gateway whose every answer is cold, when it is asked by {@link askCold}. */
export const COLD = { CACHE_STUDY_ROWS_MS: String(CACHE_MS), CACHE_DETAIL_MS: String(CACHE_MS) };

/** Measures a request that finds nothing in the cache. */
export async function measureCold(
  children: Children,
  scenario: Scenario,
  settings: ColdSettings,
): Promise<Cold> {
  const { archive, concurrency, env } = settings;
  const { calls, content } = await record(children, scenario, archive, env);
  const hand = createByHand(archive, concurrency, calls);
  const gateway = await children.start('gateway', { ...env, ...COLD, PACS_URL: archive.href });
  const [replayed, naive] = [await hand.replay(calls), await hand.naive(scenario.naive)];
  if (scenario.expected) checkSame(content, [replayed, naive]);
  const ways = {
    gateway: () => askCold(gateway, scenario),
    byHand: () => timedAfterRest(() => hand.replay(calls)),
    naive: () => timedAfterRest(() => hand.naive(scenario.naive)),
  };
  // The compiler of V8 takes some rounds, too; most of a round's time is the naive way's, which needs none.
  const warming = { gateway: ways.gateway, byHand: ways.byHand };
  await takeTurns(warming, settings.warmUpRounds, settings.budgetMs / 2);
  const times = await takeTurns(ways, settings.rounds, settings.budgetMs);
  hand.close();
  await gateway.stop();
  const way = (of: keyof typeof ways, calls: Calls): Way => ({
    calls,
    ms: median(times[of]),
    ratio: ratioOf(times[of], times.byHand),
  });
  return {
    content,
    rounds: times.gateway.length,
    gateway: way('gateway', countByKind(calls)),
    byHand: way('byHand', replayed.calls),
    naive: way('naive', naive.calls),
  };
}

/** @throws Error when the archive tells of other instances than the gateway */
function checkSame(content: Content, others: readonly Fetched[]): void {
  for (const { instances } of others) {
    if (instances === content.instances) continue;
    throw new Error(
      `the gateway tells of ${content.instances} instances, the archive of ${instances}`,
    );
  }
}

/** Records the calls of a gateway that knows what the archive is, but nothing of what is in it, and its answer. */
export async function record(
  children: Children,
  scenario: Scenario,
  archive: URL,
  env: Readonly<Record<string, string>>,
): Promise<{ calls: readonly RecordedCall[]; content: Content }> {
  const tap = await openTap(archive);
  const gateway = await children.start('gateway', { ...env, ...COLD, PACS_URL: tap.url });
  await askCold(gateway, scenario);
  tap.drain();
  await pause(CACHE_AGED_MS);
  const { content } = await askFor(gateway, scenario);
  const calls = tap.drain();
  await gateway.stop();
  tap.close();
  return { calls, content };
}

/** Asks when the gateway has forgotten the last answer; milliseconds until the answer's last byte. */
export async function askCold(gateway: Child, scenario: Scenario): Promise<number> {
  await pause(CACHE_AGED_MS);
  return (await askFor(gateway, scenario)).ms;
}

const agent = keepAliveAgent(false, 1);

/** Asks and reads, and checks afterwards: that is the bench's own work. */
async function askFor(
  gateway: Child,
  scenario: Scenario,
): Promise<{ ms: number; content: Content }> {
  const started = performance.now();
  const { body } = await ask({ url: new URL(gateway.url + scenario.path), agent });
  const ms = performance.now() - started;
  return { ms, content: checkContent(scenario, body) };
}

/** Milliseconds of work after the rest that {@link askCold} takes: what was idle begins slowly, and a cache forgets. */
export async function timedAfterRest(work: () => Promise<unknown>): Promise<number> {
  await pause(CACHE_AGED_MS);
  const started = performance.now();
  await work();
  return performance.now() - started;
}
