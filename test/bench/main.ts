import os from 'node:os';
import { parseArgs } from 'node:util';
import path from 'node:path';
import { loadSettings } from '../../src/config';
import { measureAgainst } from './against';
import { keepAliveAgent } from './ask';
import { buildProcesses, ROOT, type Built } from './build';
import { createChildren, type Children } from './child';
import { measureCold, type ColdSettings } from './cold';
import { measureFirstPages } from './firstPage';
import { measureImages } from './images';
import { measureLoop } from './loop';
import { measureReleases } from './releases';
import {
  againstSection,
  coldSection,
  firstPagesSection,
  loopSection,
  memorySection,
  releasesSection,
  retrievalSection,
  rowsSection,
  slowSection,
  warmSection,
  type Section,
} from './report';
import { isOrthanc, measureRows } from './rows';
import { demoScenarios, foundScenarios, type Scenarios } from './scenarios';
import { measureWarm } from './warm';
import { measureWorkers, workersSection } from './workers';

const HELP = `npm run bench -- [options]: what the gateway costs, as ratios measured in turns, within one run

  --quick        only shows that the bench works
  --json         the figures as JSON on standard output, each under a name that stays
  --against REV  the gateway here beside that of another commit, and nothing else
  --help         this text

It starts archives of its own, or takes the one at PACS_URL; all settings of the gateway hold. The exit code is 1 when
an answer was wrong or kept in memory, never for a slow one.
`;

const EFFORTS = {
  full: {
    warm: { warmUpSeconds: 0.8, seconds: 0.8, rounds: 7 },
    releases: { warmUpSeconds: 0.2, seconds: 0.15, rounds: 3 },
    cold: { warmUpRounds: 8, rounds: 15, budgetMs: 40_000 },
    images: { rounds: 5, budgetMs: 80_000, slowSeconds: 20, imageRows: 512 },
    loop: { studies: 10_000, instances: 20_000, rounds: 5, env: {} },
  },
  quick: {
    warm: { warmUpSeconds: 0.5, seconds: 0.2, rounds: 1 },
    releases: { warmUpSeconds: 0.1, seconds: 0.02, rounds: 1 },
    cold: { warmUpRounds: 0, rounds: 1, budgetMs: 0 },
    images: { rounds: 1, budgetMs: 0, slowSeconds: 2, imageRows: 256 },
    loop: { studies: 500, instances: 2000, rounds: 1, env: {} },
  },
};
type Effort = (typeof EFFORTS)['full'];

/** What the naive way's times must be read with. */
const NAIVE =
  'The naive way asks for no attributes beyond the default ones and for no metadata: it brings less.';

/** What the parts of the bench share. */
interface Bench {
  readonly built: Built;
  readonly children: Children;
  /** Whether the archive is the bench's own. */
  readonly own: boolean;
  readonly effort: Effort;
  readonly cold: ColdSettings;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      against: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const effort = EFFORTS[values.quick ? 'quick' : 'full'];
  const settings = loadSettings(path.join(ROOT, 'config'), process.env);
  progress('compiling');
  const built = buildProcesses();
  const children = createChildren(built);
  try {
    const own = settings['pacs.url'] === undefined;
    if (own) progress('starting an archive');
    const pacsUrl = settings['pacs.url'] ?? (await children.start('archive')).url;
    const cold = {
      archive: new URL(pacsUrl),
      concurrency: settings['pacs.concurrency'],
      env: {},
      ...effort.cold,
    };
    const bench = { built, children, own, effort, cold };
    const sections =
      values.against === undefined ? measureAll(bench) : against(bench, values.against);
    print(machine(own, pacsUrl), await sections, values.json === true);
  } finally {
    await children.stopAll();
  }
}

/** Everything, in the order in which it is told. */
async function measureAll(bench: Bench): Promise<readonly Section[]> {
  const { children, own, effort, cold } = bench;
  const { href: pacsUrl } = cold.archive;
  const gateway = await children.start('gateway', { PACS_URL: pacsUrl });
  const started = (await gateway.usage()).rss;
  const scenarios = await scenariosOf(own, gateway.url);
  const warm = await measureWarm(children, gateway, pacsUrl, scenarios, effort.warm);
  await gateway.stop();
  progress('workers');
  const workers = await measureWorkers(children, pacsUrl, effort.warm);
  const colds = await measureAllCold(bench, scenarios);
  const rows = await measureOrthanc(bench, scenarios);
  const releases = await measureReleases(children, scenarios, effort.releases, {
    ...cold,
    rounds: Math.ceil(cold.rounds / 3),
  });
  progress('images');
  const images = await measureImages(children, own ? undefined : pacsUrl, effort.images);
  progress('large answers');
  const large = await measureLoop(children, effort.loop);
  return [
    warmSection(warm.rows),
    ...(workers === undefined ? [] : [workersSection(workers)]),
    ...colds,
    ...rows,
    { text: NAIVE, figures: {} },
    releasesSection(releases),
    memorySection({ started, ...warm.memory }),
    retrievalSection(images.retrievals),
    ...(images.slow === undefined ? [] : [slowSection(images.slow)]),
    loopSection(large),
  ];
}

function scenariosOf(own: boolean, gateway: string): Promise<Scenarios> {
  return (own ? demoScenarios : foundScenarios)(gateway, keepAliveAgent(false, 1));
}

async function measureAllCold(
  { children, own, cold: settings }: Bench,
  { page, read }: Scenarios,
): Promise<Section[]> {
  const blocks = [
    { name: 'cold.page', title: 'Cold page', scenario: page, env: {} },
    // The bench's own archive matches lists of UIDs; a dialect that knows so asks in fewer calls.
    ...(own
      ? [
          {
            name: 'cold.page.lists',
            title: 'Cold page as dcm4chee',
            scenario: page,
            env: { PACS_DIALECT: 'dcm4chee' },
          },
        ]
      : []),
    { name: 'cold.read', title: 'Cold read', scenario: read, env: {} },
  ];
  const measured: Section[] = [];
  for (const { name, title, scenario, env } of blocks) {
    progress(title.toLowerCase());
    const budgetMs = settings.budgetMs / blocks.length;
    const cold = await measureCold(children, scenario, { ...settings, env, budgetMs });
    measured.push(coldSection({ name, title, cold }));
  }
  return measured;
}

/** First pages, and the ways to the rows of a page, where the archive has ways of its own. */
async function measureOrthanc({ children, cold }: Bench, { page }: Scenarios): Promise<Section[]> {
  if (!(await isOrthanc(cold.archive))) return [];
  progress('first pages of an Orthanc');
  const first = firstPagesSection(await measureFirstPages(children, cold));
  progress('the ways to the rows of an Orthanc');
  return [first, rowsSection(await measureRows(children, page, cold))];
}

/** The gateway here and at another commit. */
async function against(bench: Bench, revision: string): Promise<readonly Section[]> {
  const { built, children, own, effort, cold } = bench;
  progress(`compiling ${revision}`);
  const gateway = await children.start('gateway', { PACS_URL: cold.archive.href });
  const scenarios = await scenariosOf(own, gateway.url);
  await gateway.stop();
  const env = { BENCH_ROWS: String(effort.images.imageRows) };
  const images = own ? (await children.start('images', env)).url : cold.archive.href;
  const settings = { ...cold, images };
  const rows = await measureAgainst(built, revision, scenarios, effort.warm, settings);
  return [againstSection(revision, rows)];
}

function machine(own: boolean, pacsUrl: string): string {
  const archive = own ? "the bench's own archive" : `the archive at ${pacsUrl}`;
  const cpus = os.cpus();
  return `Node ${process.version}, ${cpus.length} × ${cpus[0]?.model.trim() ?? 'CPU'}, ${os.platform()}; ${archive}`;
}

function progress(what: string): void {
  process.stderr.write(`bench: ${what} …\n`);
}

function print(about: string, sections: readonly Section[], json: boolean): void {
  if (json) {
    const figures = sections.flatMap((each) => Object.entries(each.figures));
    const rounded = figures.map(([name, value]) => [name, Number(value.toPrecision(3))]);
    const told = { about, figures: Object.fromEntries(rounded) as Record<string, number> };
    process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  const head = `${about}. Medians; ratios are taken round by round.`;
  process.stdout.write(`\n${[head, ...sections.map(({ text }) => text)].join('\n\n')}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
