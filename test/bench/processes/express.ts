import type { AddressInfo } from 'node:net';
import express from 'express';
import { copyAnswers } from './copies';
import { serve } from './serving';

/*
 * The least that Express can do: one route that sends a ready Buffer, set up as the gateway's Express is (without its
 * ETag, which would be a hash over the bytes at every request).
 */

async function main(): Promise<void> {
  const ready = await copyAnswers();
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/fhir/*path', (request, response) => {
    const answer = ready.get(request.originalUrl);
    if (answer === undefined) response.status(404).end();
    else response.set(answer.headers).send(answer.body);
  });
  const server = app.listen(0, '127.0.0.1', () => {
    serve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

void main();
