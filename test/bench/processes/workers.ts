import path from 'node:path';
import { loadSettings } from '../../../src/config';
import { createLogger } from '../../../src/observe/log';
import { serveByWorkers } from '../../../src/workers/primary';
import { isWorker, runWorker } from '../../../src/workers/worker';
import { serve } from './serving';

/*
 * The gateway by WORKERS processes, as `npm start` runs it; settings come from the environment.
 */

async function main(): Promise<void> {
  const { BENCH_ROOT: root = '' } = process.env;
  const settings = loadSettings(path.join(root, 'config'), process.env);
  const { 'pacs.url': pacsUrl } = settings;
  if (pacsUrl === undefined) throw new Error('PACS_URL is missing');
  const serving = await serveByWorkers({
    settings: { ...settings, 'pacs.url': pacsUrl },
    logger: createLogger(settings['log.level']),
    entry: __filename,
  });
  serve(serving.url);
}

const software = { name: 'bench', version: '0', date: '2026-01-01' };
if (isWorker()) {
  runWorker({
    software,
    exit: (code) => process.exit(code),
    onSignal: (signal, listener) => void process.on(signal, listener),
  });
} else void main();
