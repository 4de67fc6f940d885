import { ask, keepAliveAgent } from './ask';
import { countByKind, createByHand, type Calls } from './byHand';
import type { Child, Children } from './child';
import { askCold, COLD, record, timedAfterRest, type ColdSettings } from './cold';
import { median, ratioOf, takeTurns, type Measure } from './rounds';
import type { Content, Scenario } from './scenarios';

/*
 * A cold page of an Orthanc by each of the ways in which its series and instances can be read (PACS_ROWS), beside
 * QIDO-RS by hand, all of them in the same rounds.
 */

const SOURCES = ['qido', 'files', 'index'] as const;

/** One way, medians of the rounds. */
export interface RowsWay {
  /** For example `files`. */
  readonly key: string;
  readonly name: string;
  readonly calls: Calls;
  readonly ms: number;
  /** How many times as fast as the naive way and as the best way by QIDO-RS. */
  readonly overNaive: number;
  readonly overBest: number;
}

export interface RowsMeasured {
  readonly content: Content;
  readonly rounds: number;
  readonly ways: readonly RowsWay[];
}

/** Whether an Orthanc answers beside the DICOMweb root. */
export async function isOrthanc(archive: URL): Promise<boolean> {
  const url = new URL('../system', `${archive.href.replace(/\/$/, '')}/`);
  const agent = keepAliveAgent(archive.protocol === 'https:', 1);
  return ask({ url, agent }).then(
    ({ body }) => body.includes('"ApiVersion"'),
    () => false,
  );
}

/** Measures a cold page by every way. */
export async function measureRows(
  children: Children,
  scenario: Scenario,
  settings: ColdSettings,
): Promise<RowsMeasured> {
  const { archive, concurrency, env } = settings;
  const recorded = [];
  const gateways: Child[] = [];
  for (const PACS_ROWS of SOURCES) {
    recorded.push(await record(children, scenario, archive, { ...env, PACS_ROWS }));
    const more = { ...env, ...COLD, PACS_ROWS, PACS_URL: archive.href };
    gateways.push(await children.start('gateway', more));
  }
  const [first] = recorded;
  const hand = createByHand(archive, concurrency, first?.calls ?? []);
  const [naive, best] = [await hand.naive(scenario.naive), await hand.best(scenario.naive)];
  const ways: Record<string, Measure> = {
    'naive QIDO-RS by hand': () => timedAfterRest(() => hand.naive(scenario.naive)),
    'best QIDO-RS by hand': () => timedAfterRest(() => hand.best(scenario.naive)),
  };
  gateways.forEach((gateway, at) => {
    ways[`gateway, PACS_ROWS=${SOURCES[at] ?? ''}`] = () => askCold(gateway, scenario);
  });
  await takeTurns(ways, settings.warmUpRounds, settings.budgetMs / 2);
  const times = await takeTurns(ways, settings.rounds, settings.budgetMs);
  hand.close();
  for (const gateway of gateways) await gateway.stop();
  const callsOf = [naive.calls, best.calls, ...recorded.map((each) => countByKind(each.calls))];
  const [ofNaive = [], ofBest = []] = Object.values(times);
  return {
    content: first?.content ?? { studies: 0, instances: 0 },
    rounds: ofNaive.length,
    ways: Object.entries(times).map(([name, of], at) => ({
      key: ['naive', 'best', ...SOURCES][at] ?? '',
      name,
      calls: callsOf[at] ?? {},
      ms: median(of),
      overNaive: ratioOf(ofNaive, of),
      overBest: ratioOf(ofBest, of),
    })),
  };
}
