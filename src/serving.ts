import { Problem } from './errors';
import { createGateway, type Gateway } from './gateway';
import type { Peers } from './gateway/peers';
import type { Settings } from './config';
import type { GatewaySettings } from './gateway/limits';
import type { Software } from './http/conformance';
import { listen } from './listen';
import { liveSettings, type Replaced } from './live';
import type { Logger } from './observe/log';

/** A gateway that listens, in one process or in several. */
export interface Serving {
  /** Where it listens. */
  readonly url: string;
  /** Takes new settings as far as is safe; requests under way go on. */
  reload(next: Settings): Replaced;
  /** No longer ready, running requests end within `server.shutdownMs`, then nothing is left open. */
  stop(): Promise<void>;
}

/** What a process that serves is told. */
export interface ServingOptions {
  readonly settings: GatewaySettings;
  readonly software: Software;
  readonly logger: Logger;
  readonly peers?: Peers;
}

/**
 * Serves in this process.
 *
 * @returns also what says what the archive is, for the operator
 * @throws the error of the socket; Problem where the audit cannot be kept
 */
export async function serveHere(
  options: ServingOptions,
): Promise<Serving & { tellArchive(): Promise<void> }> {
  const { software, logger, peers } = options;
  const live = liveSettings(options.settings);
  const { settings } = live;
  let url = '';
  const publicBaseUrl = () => url;
  const gateway = createGateway({
    settings,
    software,
    logger,
    publicBaseUrl,
    ...(peers && { peers }),
  });
  const server = await listen(gateway.app, {
    host: settings.host,
    port: settings.port,
    keepAliveMs: settings['server.keepAliveMs'],
    requestTimeoutMs: settings['server.requestTimeoutMs'],
  });
  url = server.url;
  return {
    url,
    tellArchive: () => tellWhatArchiveIs(gateway, logger),
    reload(next) {
      const replaced = live.replace(next);
      logger.level = settings['log.level'];
      gateway.reloaded();
      return replaced;
    },
    async stop() {
      gateway.drain();
      await server.stop(settings['server.shutdownMs']);
      await gateway.close();
    },
  };
}

/** Says at once what the archive is, or what is wrong with it; the gateway runs on and answers errors. */
async function tellWhatArchiveIs(gateway: Gateway, logger: Logger): Promise<void> {
  try {
    const { product, dialect } = await gateway.probe();
    logger.info(`The archive is ${product}, treated as ${dialect.title}`);
    if (dialect.silentCap !== undefined) {
      logger.warn(
        `The archive tells of ${dialect.silentCap} studies at most: raise LimitFindResults`,
      );
    }
    if (dialect.pageCap !== undefined) {
      logger.warn(
        `The archive gives ${dialect.pageCap} studies a page at most: LimitFindResults costs calls`,
      );
    }
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('internal-error', String(error));
    logger.error({ code: problem.code }, problem.message);
  }
}
