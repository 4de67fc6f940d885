import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { get } from '../dicomweb/wire';
import { until } from '../until';
import { startChild, type Child } from './processes';
import type { Row } from './rows';

/* An event loop that stands still. */

const BLOCKED_MS = 2000;
/** What an orchestrator waits for an answer, as Kubernetes does by default. */
const PATIENCE_MS = 1000;
const BLOCK = `process.on('SIGUSR2', () => {
  const until = performance.now() + ${BLOCKED_MS};
  while (performance.now() < until);
});`;

/** How long an answer took, and its status. */
async function asked(url: string): Promise<{ readonly status: number; readonly took: number }> {
  const started = performance.now();
  const { status } = await get(url);
  return { status, took: performance.now() - started };
}

function healthOf(child: Child): string {
  return /Health is at (http:\S+)"/.exec(child.said())?.[1] ?? '';
}

export const BLOCKED: readonly Row[] = [
  {
    id: 'F37',
    fault: 'event loop blocked for 2 s',
    answer: '200 of HEALTH_PORT within 1 s, 200 of PORT when it is over',
    withinMs: 20_000,
    cached: 'not asked',
    async run({ archive }) {
      const folder = mkdtempSync(path.join(tmpdir(), 'block-'));
      const file = path.join(folder, 'block.cjs');
      writeFileSync(file, BLOCK);
      const child = await startChild(archive.url, {
        NODE_OPTIONS: `--require=${file}`,
        HEALTH_PORT: '0',
      });
      try {
        await until(() => healthOf(child) !== '');
        child.process.kill('SIGUSR2');
        await pause(200);
        const [own, common] = await Promise.all([
          asked(healthOf(child)),
          asked(`${child.url}/health/live`),
        ]);
        const inTime = own.took < PATIENCE_MS ? 'within 1 s' : `after ${own.took} ms`;
        const over = common.took > PATIENCE_MS ? 'when it is over' : 'although it was blocked';
        return `${own.status} of HEALTH_PORT ${inTime}, ${common.status} of PORT ${over}`;
      } finally {
        child.process.kill('SIGKILL');
        rmSync(folder, { recursive: true });
      }
    },
  },
];
