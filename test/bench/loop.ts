import { setTimeout as pause } from 'node:timers/promises';
import { ask, keepAliveAgent } from './ask';
import type { Child, Children } from './child';
import { askCold, COLD } from './cold';
import { median } from './rounds';
import type { Scenario } from './scenarios';

/*
 * How long the gateway keeps everybody else waiting while it makes very large answers: the delay of its event loop,
 * beside that of one which does nothing meanwhile, which is the machine's part of it.
 */

/** What making one large answer, again and again, came to. */
export interface LoopDelay {
  /** For example `read`. */
  readonly name: string;
  readonly title: string;
  readonly ms: number;
  /** 99th percentile and worst delay of the gateway's event loop, in milliseconds. */
  readonly p99: number;
  readonly worst: number;
  /** 99th percentile of a gateway that nobody asked anything. */
  readonly idleP99: number;
  /** Bytes of memory (RSS) when it had answered once, and the most it had after. */
  readonly rss: number;
  readonly peak: number;
}

/** What is measured, and how large it is made. */
export interface LoopSettings {
  readonly studies: number;
  readonly instances: number;
  readonly rounds: number;
  /** Settings of the gateway beside those of the measurement. */
  readonly env: Readonly<Record<string, string>>;
}

type Named = Scenario & Pick<LoopDelay, 'name'>;

const SAMPLE_MS = 25;

/** Measures with an archive of its own. */
export async function measureLoop(
  children: Children,
  { studies, instances, rounds, env }: LoopSettings,
): Promise<readonly LoopDelay[]> {
  const sizes = { BENCH_STUDIES: String(studies), BENCH_INSTANCES: String(instances) };
  const archive = await children.start('manyStudies', sizes);
  const settings = {
    ...env,
    ...COLD,
    PACS_URL: archive.url,
    SEARCH_SCANNED_ROWS: String(studies + 1),
  };
  const idle = await children.start('gateway', settings);
  const measured: LoopDelay[] = [];
  for (const scenario of await scenariosOf(idle, studies, instances)) {
    const gateway = await children.start('gateway', settings);
    measured.push(await measure(gateway, idle, scenario, rounds));
    await gateway.stop();
  }
  await idle.stop();
  await archive.stop();
  return measured;
}

async function scenariosOf(
  gateway: Child,
  studies: number,
  instances: number,
): Promise<readonly Named[]> {
  const agent = keepAliveAgent(false, 1);
  const url = new URL(
    `${gateway.url}/fhir/ImagingStudy?date=2015-01-01&_summary=true&_format=json`,
  );
  const found = JSON.parse((await ask({ url, agent })).body.toString()) as {
    readonly entry: readonly { readonly content: { uid: string; numberOfInstances: number } }[];
  };
  const large = found.entry.find(({ content }) => content.numberOfInstances === instances);
  if (large === undefined) throw new Error(`no study of ${instances} instances was found`);
  const uid = large.content.uid.replace('urn:oid:', '');
  return [
    {
      name: 'read',
      title: `cold read of a study of ${instances} instances`,
      path: `/fhir/ImagingStudy/${uid}?_format=json`,
      naive: { uid },
      expected: { studies: 1, instances },
    },
    {
      name: 'page',
      title: `cold page of ${studies} studies, sorted`,
      path: '/fhir/ImagingStudy?_sort:desc=date&_count=50&_format=json',
      naive: { first: 50 },
    },
  ];
}

async function measure(
  gateway: Child,
  idle: Child,
  scenario: Named,
  rounds: number,
): Promise<LoopDelay> {
  await askCold(gateway, scenario);
  const [{ rss }] = [await gateway.watchLoop(), await idle.watchLoop()];
  let peak = rss;
  let working = true;
  const watch = async () => {
    while (working) {
      await pause(SAMPLE_MS);
      peak = Math.max(peak, (await gateway.usage()).rss);
    }
  };
  const watching = watch();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await askCold(gateway, scenario));
  working = false;
  await watching;
  const [{ delay = NONE }, { delay: idleDelay = NONE }] = [
    await gateway.usage(),
    await idle.usage(),
  ];
  const { name, title } = scenario;
  return { name, title, ms: median(times), ...delay, idleP99: idleDelay.p99, rss, peak };
}

const NONE = { p99: NaN, worst: NaN };
