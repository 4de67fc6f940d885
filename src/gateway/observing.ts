import type { RequestHandler } from 'express';
import type { Problem } from '../errors';
import { operationsRoutes } from '../http/operations';
import { createMeter } from '../http/timing';
import type { Audit } from '../observe/audit/audit';
import { createProcessMeter } from '../observe/metrics/meter';
import { createMetricsPage, type MetricsPage } from '../observe/metrics/registry';
import { createRequestCount, type CountRequest } from '../observe/metrics/requests';
import { createTallies } from '../observe/metrics/tallies';
import type { GatewayState } from '../observe/state';
import { createGlance, describeStatus } from '../observe/status';
import type { CacheLevel, Meter, StoreState, WatchStore } from '../study/source';
import type { OpenedArchive } from './archive';
import type { GatewaySettings } from './limits';
import type { Peers } from './peers';

/** What is watched for operators; without METRICS_TOKEN nobody may read it, and next to nothing is counted. */
export interface Observing {
  /** Counts what the gateway asks for itself. */
  readonly meter: Meter;
  /** Hears what all answers cost. */
  readonly tally?: Meter;
  readonly watchStore?: WatchStore;
  readonly countRequest?: CountRequest;
  readonly countProblem?: (code: Problem['code']) => void;
  /** Hears that the keys of the issuer were read. */
  readonly onKeysRead: () => void;
  /** `/metrics` and `/status` of these parts; undefined where there is no token for them. */
  routes(parts: WatchedParts): RequestHandler | undefined;
  /** What this process has counted, for the others; undefined as long as nobody counts. */
  counted(): Promise<unknown>;
}

/** Who tells how they are. */
export interface WatchedParts {
  readonly archive: OpenedArchive;
  readonly trail: Pick<Audit, 'on' | 'state'>;
  readonly peers: Pick<Peers, 'tellAll'>;
}

export function openObserving(settings: GatewaySettings, version: string): Observing {
  const token = settings.metricsToken;
  if (token === undefined) {
    return {
      meter: createMeter(),
      onKeysRead: () => undefined,
      routes: () => undefined,
      counted: () => Promise.resolve(undefined),
    };
  }
  const started = performance.now();
  const tallies = createTallies();
  const { meter, heard } = createProcessMeter(tallies);
  const stores = new Map<CacheLevel, () => StoreState>();
  let keysReadAt: number | undefined;
  let page: MetricsPage | undefined;

  const stateOf = ({ archive, trail }: WatchedParts): GatewayState => ({
    version,
    archive: { heard: heard(), ...archive.state(), ...boundsOf(settings) },
    redis: archive.redisState(),
    audit: { on: trail.on, ...trail.state() },
    auth: {
      mode: settings['auth.mode'],
      keysAgeMs: keysReadAt === undefined ? undefined : performance.now() - keysReadAt,
    },
    stores: new Map(Array.from(stores, ([level, read]) => [level, read()])),
  });

  return {
    meter,
    tally: meter,
    watchStore: (level, read) => void stores.set(level, read),
    countRequest: createRequestCount(tallies),
    countProblem: (code) => void (tallies.counts.gateway_problems_total.of(code).sum += 1),
    onKeysRead: () => void (keysReadAt = performance.now()),
    counted: () => page?.counted() ?? Promise.resolve(undefined),
    routes(parts) {
      const state = () => stateOf(parts);
      const shown = createMetricsPage(tallies, state);
      page = shown;
      const ask = () => parts.archive.lookIn({ signal: new AbortController().signal, meter });
      const glance = createGlance(ask, heard);
      return operationsRoutes(token, {
        async metrics() {
          // The next reader is told what comes of it: who reads every few seconds waits for no archive.
          void glance();
          const { answers } = await parts.peers.tellAll({ kind: 'metrics' });
          return { contentType: shown.contentType, text: await shown.text(answers) };
        },
        async status() {
          await glance();
          return describeStatus(state(), performance.now() - started);
        },
      });
    },
  };
}

function boundsOf(settings: GatewaySettings) {
  return { concurrency: settings['pacs.concurrency'], streams: settings['pacs.streams'] };
}
