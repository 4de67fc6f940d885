import path from 'node:path';
import { loadSettings } from '../../../src/config';
import { createGateway } from '../../../src/gateway';
import { listen } from '../../../src/listen';
import { createLogger } from '../../../src/observe/log';
import { serve } from './serving';

/*
 * The gateway as `npm start` runs it, its log included, on a free port; settings come from the environment.
 */

async function main(): Promise<void> {
  const { BENCH_ROOT: root = '' } = process.env;
  const settings = loadSettings(path.join(root, 'config'), process.env);
  const { 'pacs.url': pacsUrl } = settings;
  if (pacsUrl === undefined) throw new Error('PACS_URL is missing');
  let url = '';
  const gateway = createGateway({
    settings: { ...settings, 'pacs.url': pacsUrl },
    software: { name: 'bench', version: '0', date: '2026-01-01' },
    logger: createLogger(settings['log.level']),
    publicBaseUrl: () => url,
  });
  const server = await listen(gateway.app, {
    host: settings.host,
    port: settings.port,
    keepAliveMs: settings['server.keepAliveMs'],
    requestTimeoutMs: settings['server.requestTimeoutMs'],
  });
  ({ url } = server);
  serve(url);
}

void main();
