import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Given, Told } from './messages';

/*
 * The thread that answers for the process; see port.ts. It looks at the beats by its own clock: a clock that two
 * threads share is the wall clock, which may be set.
 */

const { host, port, stalledMs, beats, beatMs } = workerData as Given;

let seen = Atomics.load(beats, 0);
let changedAt = performance.now();

function look(): void {
  const now = Atomics.load(beats, 0);
  if (now === seen) return;
  seen = now;
  changedAt = performance.now();
}

setInterval(look, beatMs);

const server = createServer((request, response) => {
  look();
  const found = request.url === '/health/live' && ['GET', 'HEAD'].includes(request.method ?? '');
  const stalled = performance.now() - changedAt > stalledMs;
  const status = stalled ? 'stalled' : 'live';
  response.writeHead(found ? (stalled ? 503 : 200) : 404, { 'Content-Type': 'application/json' });
  response.end(found ? JSON.stringify({ status }) : undefined);
});

server.listen(port, host, () => {
  const told: Told = { port: (server.address() as AddressInfo).port };
  parentPort?.postMessage(told);
});
