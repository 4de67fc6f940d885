import { buildRevision, type Built } from './build';
import { createChildren, type Child } from './child';
import { askCold, COLD, type ColdSettings } from './cold';
import { findImages } from './largest';
import { median, ratioOf, takeTurns, type Measure } from './rounds';
import type { Scenario, Scenarios } from './scenarios';
import { compareThroughput, type Effort } from './throughput';
import { receive } from './transfer';

/*
 * `npm run bench -- --against REV`: the gateway as it is here and as it was at a commit, before the same archives and
 * in the same rounds.
 */

/** One thing that both did. */
export interface Against {
  readonly name: string;
  readonly unit: string;
  readonly here: number;
  readonly there: number;
  /** How many times as fast it is here. */
  readonly faster: number;
}

/** The two gateways, each with the settings of its own commit. */
interface Both {
  start(env: Readonly<Record<string, string>>): Promise<{ here: Child; there: Child }>;
}

const PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const MB = 2 ** 20;

/** Measures both; what cannot be built or started fails. */
export async function measureAgainst(
  here: Built,
  revision: string,
  scenarios: Scenarios,
  effort: Effort,
  settings: ColdSettings & { readonly images: string },
): Promise<readonly Against[]> {
  const there = buildRevision(revision);
  const own = createChildren(here);
  const other = createChildren(there);
  const both: Both = {
    start: async (env) => ({
      here: await own.start('gateway', env),
      there: await other.start('gateway', env),
    }),
  };
  try {
    return [
      ...(await measureWarm(both, scenarios, effort, settings)),
      ...(await measureCold(both, scenarios, settings)),
      await measureRetrieval(both, settings),
    ];
  } finally {
    await Promise.all([own.stopAll(), other.stopAll()]);
    there.remove();
  }
}

async function measureWarm(
  both: Both,
  { page, read }: Scenarios,
  effort: Effort,
  { archive, env }: ColdSettings,
): Promise<Against[]> {
  const servers = await both.start({ ...env, PACS_URL: archive.href });
  const measured: Against[] = [];
  for (const { title, path } of [page, read]) {
    const { served, rate } = await compareThroughput(servers, path, effort, {});
    const [here, there] = [served.here.perSecond, served.there.perSecond];
    const faster = rate('here', 'there');
    measured.push({ name: `warm.${title}`, unit: 'requests/s', here, there, faster });
  }
  await Promise.all([servers.here.stop(), servers.there.stop()]);
  return measured;
}

async function measureCold(
  both: Both,
  { page, read }: Scenarios,
  { archive, env, rounds, warmUpRounds, budgetMs }: ColdSettings,
): Promise<Against[]> {
  const { here, there } = await both.start({ ...env, ...COLD, PACS_URL: archive.href });
  const measured: Against[] = [];
  for (const scenario of [page, read]) {
    const measures = coldOf({ here, there }, scenario);
    await takeTurns(measures, warmUpRounds, budgetMs / 5);
    const times = await takeTurns(measures, rounds, budgetMs);
    measured.push({
      name: `cold.${scenario.title}`,
      unit: 'ms',
      here: median(times.here),
      there: median(times.there),
      faster: ratioOf(times.there, times.here),
    });
  }
  await Promise.all([here.stop(), there.stop()]);
  return measured;
}

function coldOf(servers: Readonly<Record<'here' | 'there', Child>>, scenario: Scenario) {
  return {
    here: () => askCold(servers.here, scenario),
    there: () => askCold(servers.there, scenario),
  } satisfies Record<string, Measure>;
}

async function measureRetrieval(
  both: Both,
  { images, env, rounds, budgetMs }: ColdSettings & { readonly images: string },
): Promise<Against> {
  const { here, there } = await both.start({ ...env, PACS_URL: images });
  const { study } = await findImages(here.url);
  await findImages(there.url);
  const rateOf =
    ({ url }: Child) =>
    async () => {
      const { bytes, ms } = await receive({ url: `${url}/dicom-web${study}`, accept: PARTS });
      return (bytes / MB / ms) * 1000;
    };
  const measures = { here: rateOf(here), there: rateOf(there) };
  const rates = await takeTurns(measures, Math.min(5, rounds), budgetMs);
  await Promise.all([here.stop(), there.stop()]);
  return {
    name: 'retrieval.study',
    unit: 'MB/s',
    here: median(rates.here),
    there: median(rates.there),
    faster: ratioOf(rates.here, rates.there),
  };
}
