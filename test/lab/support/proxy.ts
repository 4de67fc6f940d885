import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that forwards everything and remembers what was asked. */
export interface CountingProxy {
  readonly url: string;
  /** Methods and paths since the last look. */
  takeCalls(): string[];
  close(): Promise<void>;
}

/** Starts a proxy in front of a server on the loopback interface. */
export async function startProxy(target: string): Promise<CountingProxy> {
  let calls: string[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    calls.push(`${method} ${url}`);
    // The target's own path, as it is: an archive that does not decode must see what was sent.
    const forward = request(target, { method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forward.on('error', () => outgoing.destroy());
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether a call is a QIDO-RS search. */
export function isQido(call: string): boolean {
  return /^GET \S*\/(studies|series|instances)(\?|$)/.test(call);
}
