import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/* A FHIR server that takes AuditEvents, over a real socket, and does to them what a test tells it. */

const auditEvent = z.looseObject({
  resourceType: z.literal('AuditEvent'),
  entity: z.array(z.looseObject({ what: z.looseObject({}).optional() })),
});
const requestIdOf = z.object({ what: z.object({ identifier: z.object({ value: z.string() }) }) });

/** What becomes of a request: a status, no answer at all, or a connection that breaks. */
export type Fate = number | 'hang' | 'reset';

export interface AuditServer {
  /** Base URL; the same before and after it was down. */
  readonly url: string;
  /** Request ids of the events that were taken, in order. */
  readonly taken: readonly string[];
  /** Every request so far. */
  readonly seen: readonly { readonly path: string; readonly authorization: string | undefined }[];
  /** What becomes of an event from now on; 201 at first. */
  fate: (requestId: string) => Fate;
  /** Stops listening and breaks all connections. */
  down(): Promise<void>;
  /** Listens again where it did before. */
  up(): Promise<void>;
}

export async function startAuditServer(): Promise<AuditServer> {
  const taken: string[] = [];
  const seen: { path: string; authorization: string | undefined }[] = [];
  let listening: Server | undefined;
  let port = 0;
  const answer = (requestId: string, response: ServerResponse) => {
    const fate = server.fate(requestId);
    if (fate === 'hang') return;
    if (fate === 'reset') return response.destroy();
    if (fate === 201) taken.push(requestId);
    return response.writeHead(fate).end();
  };
  const server: AuditServer = {
    url: '',
    taken,
    seen,
    fate: () => 201,
    down: () =>
      new Promise((resolve) => {
        if (listening === undefined) resolve();
        listening?.close(() => resolve());
        listening?.closeAllConnections();
        listening = undefined;
      }),
    async up() {
      const next = createServer((request, response) => {
        const { authorization } = request.headers;
        seen.push({ path: `${request.method ?? ''} ${request.url ?? ''}`, authorization });
        void text(request).then((body) => answer(readRequestId(body), response));
      });
      await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve));
      port = (next.address() as AddressInfo).port;
      listening = next;
    },
  };
  await server.up();
  return Object.assign(server, { url: `http://127.0.0.1:${port}/fhir` });
}

/** The request id of an AuditEvent as JSON, which has it in its first entity. */
export function readRequestId(json: string): string {
  const { entity } = auditEvent.parse(JSON.parse(json));
  return requestIdOf.parse(entity[0]).what.identifier.value;
}
