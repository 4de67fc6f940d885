import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { copyAnswers } from './copies';
import { serve } from './serving';

/*
 * The least that Node can do: a bare `node:http` server that sends the bytes and headers of another server's
 * answers out of memory.
 */

async function main(): Promise<void> {
  const ready = await copyAnswers();
  const server = createServer((request, response) => {
    const answer = ready.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200, answer.headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1', () => {
    serve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

void main();
