import os from 'node:os';
import { parseArgs } from 'node:util';
import path from 'node:path';
import { loadSettings } from '../../src/config';
import { ask, keepAliveAgent } from './ask';
import { buildProcesses, ROOT } from './build';
import { createChildren, type Child, type Children } from './child';
import { measureCold, type ColdSettings } from './cold';
import { coldTable, memoryLine, warmTable, type ColdBlock, type Memory, type Warm } from './report';
import { checkContent, demoScenarios, foundScenarios, type Scenarios } from './scenarios';
import { compareThroughput, CONNECTIONS, type Effort } from './throughput';

/*
 * `npm run bench`: what the gateway costs, as ratios, measured in turns. It starts its own archive, or takes
 * the one at PACS_URL; all settings of the gateway hold. `-- --quick` only shows that the bench works. The
 * exit code is 1 when an answer was wrong, never for a slow one.
 */

const EFFORTS = {
  full: { seconds: 0.8, rounds: 5, cold: { warmUpRounds: 5, rounds: 15, budgetMs: 20_000 } },
  quick: { seconds: 0.2, rounds: 1, cold: { warmUpRounds: 0, rounds: 1, budgetMs: 0 } },
};

/** What the naive way's times must be read with. */
const NAIVE =
  'The naive way asks for no attributes beyond the default ones and for no metadata: it brings less.';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
  const effort = EFFORTS[values.quick ? 'quick' : 'full'];
  const settings = loadSettings(path.join(ROOT, 'config'), process.env);
  progress('compiling');
  const children = createChildren(buildProcesses());
  try {
    const own = settings['pacs.url'] === undefined;
    if (own) progress('starting an archive');
    const pacsUrl = settings['pacs.url'] ?? (await children.start('archive')).url;
    const gateway = await children.start('gateway', { PACS_URL: pacsUrl });
    const started = (await gateway.usage()).rss;
    const agent = keepAliveAgent(false, 1);
    const scenarios = await (own ? demoScenarios : foundScenarios)(gateway.url, agent);
    const warm = await measureWarm(children, gateway, scenarios, effort);
    await gateway.stop();
    const cold = await measureAllCold(children, scenarios, own, {
      archive: new URL(pacsUrl),
      concurrency: settings['pacs.concurrency'],
      env: {},
      ...effort.cold,
    });
    const archive = own ? "the bench's own archive" : `the archive at ${pacsUrl}`;
    print(report(archive, warm.rows, { started, ...warm.memory }, cold));
  } finally {
    await children.stopAll();
  }
}

async function measureWarm(
  children: Children,
  gateway: Child,
  scenarios: Scenarios,
  effort: Effort,
): Promise<{ rows: Warm[]; memory: Omit<Memory, 'started'> }> {
  const agent = keepAliveAgent(false, 1);
  const answers = [];
  for (const scenario of [scenarios.page, scenarios.read]) {
    const { body } = await ask({ url: new URL(gateway.url + scenario.path), agent });
    answers.push({ scenario, bytes: body.length, ...checkContent(scenario, body) });
  }
  const warm = (await gateway.usage()).rss;
  const bare = await children.start('bare', {
    BENCH_COPY: gateway.url,
    BENCH_PATHS: answers.map(({ scenario }) => scenario.path).join(' '),
  });
  const rows: Warm[] = [];
  for (const { scenario, bytes, studies, instances } of answers) {
    const title = `${scenario.title}: ${studies} ${studies === 1 ? 'study' : 'studies'}, ${instances} instances`;
    progress(`warm ${title}`);
    const throughput = await compareThroughput(gateway, bare, scenario, effort);
    rows.push({ title, bytes, throughput });
  }
  const loaded = (await gateway.usage()).rss;
  await bare.stop();
  return { rows, memory: { warm, loaded } };
}

async function measureAllCold(
  children: Children,
  { page, read }: Scenarios,
  own: boolean,
  settings: ColdSettings,
): Promise<ColdBlock[]> {
  const blocks = [
    { title: 'Cold page', scenario: page, env: {} },
    // The bench's own archive matches lists of UIDs; a dialect that knows so asks in fewer calls.
    ...(own && settings.rounds > 1
      ? [{ title: 'Cold page as dcm4chee', scenario: page, env: { PACS_DIALECT: 'dcm4chee' } }]
      : []),
    { title: 'Cold read', scenario: read, env: {} },
  ];
  const measured: ColdBlock[] = [];
  for (const { title, scenario, env } of blocks) {
    progress(title.toLowerCase());
    const budgetMs = settings.budgetMs / blocks.length;
    const cold = await measureCold(children, scenario, { ...settings, env, budgetMs });
    measured.push({ title, cold });
  }
  return measured;
}

function report(archive: string, warm: Warm[], memory: Memory, cold: ColdBlock[]): string {
  const cpus = os.cpus();
  const machine = `Node ${process.version}, ${cpus.length} × ${cpus[0]?.model.trim() ?? 'CPU'}, ${os.platform()}`;
  return [
    `${machine}; ${archive}. Medians; ratios are taken round by round.`,
    `Warm, against a bare node:http server sending the same bytes (${CONNECTIONS} connections)\n${warmTable(warm)}`,
    ...cold.map(coldTable),
    NAIVE,
    `Memory of the gateway's process (RSS): ${memoryLine(memory)}`,
  ].join('\n\n');
}

function progress(what: string): void {
  process.stderr.write(`bench: ${what} …\n`);
}

function print(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
