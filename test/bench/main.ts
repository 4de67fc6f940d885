import os from 'node:os';
import { parseArgs } from 'node:util';
import path from 'node:path';
import { loadSettings } from '../../src/config';
import { keepAliveAgent } from './ask';
import { buildProcesses, ROOT } from './build';
import { createChildren, type Children } from './child';
import { measureCold, type ColdSettings } from './cold';
import { measureImages, type Images } from './images';
import { measureLoop } from './loop';
import {
  coldTable,
  loopTable,
  memoryLine,
  retrievalTable,
  rowsTable,
  slowLine,
  warmTable,
  type ColdBlock,
  type Memory,
  type Warm,
} from './report';
import { isOrthanc, measureRows, type RowsMeasured } from './rows';
import { demoScenarios, foundScenarios, type Scenarios } from './scenarios';
import { CONNECTIONS } from './throughput';
import { measureWarm } from './warm';

/*
 * `npm run bench`: what the gateway costs, as ratios, measured in turns. It starts its own archive, or takes
 * the one at PACS_URL; all settings of the gateway hold. `-- --quick` only shows that the bench works. The
 * exit code is 1 when an answer was wrong or kept in memory, never for a slow one.
 */

const EFFORTS = {
  full: {
    seconds: 0.8,
    rounds: 5,
    cold: { warmUpRounds: 5, rounds: 15, budgetMs: 20_000 },
    images: { rounds: 5, budgetMs: 80_000, slowSeconds: 20, imageRows: 512 },
    loop: { studies: 10_000, instances: 20_000, rounds: 5, env: {} },
  },
  quick: {
    seconds: 0.2,
    rounds: 1,
    cold: { warmUpRounds: 0, rounds: 1, budgetMs: 0 },
    images: { rounds: 1, budgetMs: 0, slowSeconds: 2, imageRows: 256 },
    loop: { studies: 500, instances: 2000, rounds: 1, env: {} },
  },
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
    const warm = await measureWarm(children, gateway, pacsUrl, scenarios, effort);
    await gateway.stop();
    const cold = await measureAllCold(children, scenarios, own, {
      archive: new URL(pacsUrl),
      concurrency: settings['pacs.concurrency'],
      env: {},
      ...effort.cold,
    });
    const rows = await measureOrthanc(children, scenarios, {
      archive: new URL(pacsUrl),
      concurrency: settings['pacs.concurrency'],
      env: {},
      ...effort.cold,
    });
    progress('images');
    const images = await measureImages(children, own ? undefined : pacsUrl, effort.images);
    progress('large answers');
    const large = loopTable(await measureLoop(children, effort.loop));
    const archive = own ? "the bench's own archive" : `the archive at ${pacsUrl}`;
    print(
      `${report(archive, warm.rows, { started, ...warm.memory }, cold, rows, images)}\n\n${large}`,
    );
  } finally {
    await children.stopAll();
  }
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

/** The ways to the rows of a page, where the archive has ways of its own. */
async function measureOrthanc(
  children: Children,
  { page }: Scenarios,
  settings: ColdSettings,
): Promise<RowsMeasured | undefined> {
  if (!(await isOrthanc(settings.archive))) return undefined;
  progress('the ways to the rows of an Orthanc');
  return measureRows(children, page, settings);
}

function report(
  archive: string,
  warm: Warm[],
  memory: Memory,
  cold: ColdBlock[],
  rows: RowsMeasured | undefined,
  { retrievals, slow }: Images,
): string {
  const cpus = os.cpus();
  const machine = `Node ${process.version}, ${cpus.length} × ${cpus[0]?.model.trim() ?? 'CPU'}, ${os.platform()}`;
  return [
    `${machine}; ${archive}. Medians; ratios are taken round by round.`,
    `Warm, against Express with one route and bare node:http sending the same bytes (${CONNECTIONS} connections)\n${warmTable(warm)}`,
    ...cold.map(coldTable),
    ...(rows === undefined ? [] : [rowsTable(rows)]),
    NAIVE,
    `Memory of the gateway's process (RSS): ${memoryLine(memory)}`,
    `Retrieval, against the same from the archive itself (one client)\n${retrievalTable(retrievals)}`,
    ...(slow === undefined ? [] : [slowLine(slow)]),
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
