import express from 'express';
import { ANONYMOUS, type Access } from '../../src/auth/access';
import { createOwnership } from '../../src/auth/ownership';
import { openExchange, refusePathTricks } from '../../src/http/exchange';
import { createDicomWebRoutes } from '../../src/http/dicomweb/routes';
import type { Disclosure } from '../../src/http/disclosure';
import type { DicomWebServices } from '../../src/http/dicomweb/services';
import { nameRequest, sendProblem } from '../../src/http/problem';
import { listen } from '../../src/listen';
import { createArchiveClient } from '../../src/pacs/client';
import { DIALECTS } from '../../src/pacs/dialects';
import { createRetriever } from '../../src/pacs/retrieve';
import { createRowSearch } from '../../src/pacs/searchRows';
import { createArchiveSource } from '../../src/pacs/source';
import type { Clause } from '../../src/study/query';

/** The routes alone, with a caller and an audit of the test's, in front of an archive. */
export interface Service {
  /** DICOMweb root. */
  readonly base: string;
  readonly events: readonly Disclosure[];
  close(): Promise<void>;
}

/** A caller who sees the studies that meet the clauses, and no others. */
export function callerWho(...clauses: readonly Clause[]): Access {
  return { ...ANONYMOUS, clauses };
}

/** A caller who is bound to a patient without an issuer. */
export function callerOf(patient: string): Access {
  return callerWho([{ on: 'patient', value: patient, issuer: 'any' }]);
}

export async function startService(
  pacsUrl: string,
  access: Access,
  changed: Partial<DicomWebServices> = {},
): Promise<Service> {
  const settings = {
    url: pacsUrl,
    concurrency: 4,
    queue: 16,
    queueMs: 15_000,
    connectTimeoutMs: 1000,
    searchFirstByteMs: 5000,
    searchTimeoutMs: 5000,
    retries: 1,
    maxWaitMs: 0,
    breaker: { consecutive: 100, failures: 100, window: 100, openMs: 1000 },
    maxAnswerBytes: 1e7,
    streams: 2,
    streamQueue: 1,
    firstByteTimeoutMs: 2000,
    idleTimeoutMs: 2000,
  };
  const client = createArchiveClient(settings);
  const retriever = createRetriever(settings);
  const facts = () =>
    Promise.resolve({ dialect: DIALECTS.generic, product: 'a test', native: false });
  const zone = () => undefined;
  const source = createArchiveSource(client, facts, zone);
  const events: Disclosure[] = [];
  const app = express();
  const routes = createDicomWebRoutes({
    access: () => Promise.resolve(access),
    ownership: createOwnership(source, { ownershipMs: 1 }),
    openStream: () => () => undefined,
    countSearch: () => undefined,
    retriever,
    rows: createRowSearch(async () => ({ client, facts: await facts(), zone })),
    meter: { upstream: () => undefined, cache: () => undefined },
    renderer: { maxBytes: 1e6, render: () => Promise.resolve(undefined) },
    audit: (event) => {
      events.push(event);
      return Promise.resolve();
    },
    report: () => undefined,
    rootUrl: () => 'http://gateway.example/dicom-web',
    limits: {
      defaultRows: 10,
      maxRows: 20,
      scannedRows: 1000,
      warmingRetryAfter: 7,
      stalledClientMs: 1000,
      renderMemoryMs: 60_000,
      maxMetadataBytes: 64 * 1024 * 1024,
    },
    ...changed,
  });
  app.use(nameRequest, openExchange(), refusePathTricks);
  app.use('/dicom-web', routes);
  app.use(sendProblem('dstu1', () => undefined));
  const server = await listen(app, {
    host: '127.0.0.1',
    port: 0,
    keepAliveMs: 1000,
    requestTimeoutMs: 5000,
  });
  return {
    base: `${server.url}/dicom-web`,
    events,
    async close() {
      await server.stop(0);
      retriever.close();
      client.close();
    },
  };
}
