import { SettingsError } from '../config';
import type { GatewaySettings } from '../gateway/limits';
import { openHealthPort } from '../health/port';
import { adoptSpools } from '../observe/audit/spoolFolders';
import { createLogger, type Logger } from '../observe/log';
import { serveHere, type Serving } from '../serving';
import { serveByWorkers } from '../workers/primary';
import { archiveSettingsOf, type Shell } from './shell';

/** In front of the archive at PACS_URL, until a signal ends it. */
export async function serve(shell: Shell): Promise<number> {
  const settings = archiveSettingsOf(shell);
  const logger = createLogger(settings['log.level']);
  const serving = await startServing(settings, logger, shell);
  await openHealth(settings, logger);
  stopOnSignal(shell, logger, serving);
  shell.onSignal('SIGHUP', () => reload(shell, logger, serving));
  const { 'workers.count': workers } = settings;
  const by = workers === 1 ? '' : `, by ${workers} workers`;
  // Whoever reads this may send a signal at once.
  logger.info(`FHIR is at ${serving.url}/fhir, the archive at ${settings['pacs.url']}${by}`);
  await serving.tellArchive?.();
  return 0;
}

/**
 * Starts to serve in as many processes as are set.
 *
 * @returns with `tellArchive` where nobody else tells it
 */
export async function startServing(
  settings: GatewaySettings,
  logger: Logger,
  { software, entry }: Shell,
): Promise<Serving & { tellArchive?(): Promise<void> }> {
  const { 'workers.count': workers, 'audit.fhirUrl': server, 'audit.spoolDir': spool } = settings;
  if (server !== undefined) adoptSpools(spool, workers);
  if (workers > 1) return serveByWorkers({ settings, logger, entry });
  return serveHere({ settings, software, logger });
}

/** The port of its own on which the process tells that it lives, where one is set; it is there to the very end. */
async function openHealth(settings: GatewaySettings, logger: Logger): Promise<void> {
  const { host, 'health.port': port, 'health.stalledMs': stalledMs } = settings;
  if (port === undefined) return;
  const { url } = await openHealthPort({ host, port, stalledMs });
  logger.info(`Health is at ${url}/health/live`);
}

/** Ends cleanly on SIGINT and SIGTERM: no longer ready, running requests finish, then the process is gone. */
export function stopOnSignal(
  { onSignal, exit }: Shell,
  logger: Logger,
  serving: Serving,
  afterwards: () => Promise<void> = () => Promise.resolve(),
): void {
  let stopping = false;
  const stop = async () => {
    // A second signal is from somebody who will not wait.
    if (stopping) {
      exit(1);
      return;
    }
    stopping = true;
    logger.info('stopping');
    await serving.stop();
    await afterwards();
    exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) onSignal(signal, () => void stop());
}

/** New settings, or the old ones with all problems of the new ones in the log. */
function reload(shell: Shell, logger: Logger, serving: Serving): void {
  try {
    const { taken, waiting } = serving.reload(archiveSettingsOf(shell));
    logger.info({ taken }, 'settings were read again');
    if (waiting.length > 0) logger.warn({ waiting }, 'these settings need a restart');
  } catch (error) {
    const problems = error instanceof SettingsError ? error.problems : [String(error)];
    logger.error({ problems }, 'the new settings cannot be used: the old ones stay');
  }
}
