import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { keepShortLived } from '../../src/pacs/keepAlive';

/* Connections of an archive that closes them after a second and says so, as Orthanc does. */

let server: http.Server;
let connections: number;
let agent: http.Agent;

beforeEach(async () => {
  connections = 0;
  server = http.createServer((_request, response) => {
    response.setHeader('Keep-Alive', 'timeout=1').end('ok');
  });
  server.keepAliveTimeout = 1000;
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  agent = new http.Agent({ keepAlive: true });
});

afterEach(async () => {
  agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function get(): Promise<void> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    http
      .get({ port, host: '127.0.0.1', agent }, (answer) =>
        answer.resume().once('end', () => setImmediate(resolve)),
      )
      .once('error', reject);
  });
}

test('Node itself opens one for every call', async () => {
  for (let call = 0; call < 5; call += 1) await get();
  expect(connections).toBe(5);
});

test('are used again for calls that follow each other', async () => {
  keepShortLived(agent);
  for (let call = 0; call < 5; call += 1) await get();
  expect(connections).toBe(1);
});

test('are dropped before the archive closes them', async () => {
  keepShortLived(agent);
  await get();
  await pause(850);
  expect(Object.keys(agent.freeSockets)).toEqual([]);
  await get();
  expect(connections).toBe(2);
});
