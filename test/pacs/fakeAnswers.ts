import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { archiveSettings } from '../../src/gateway/limits';
import { createArchiveClient, type ArchiveClient } from '../../src/pacs/client';
import { settingsOf } from '../gateway/running';

/* An archive over a real socket that gives the answers it is told to, and a client of it. */

/** Answers by method and path; a path that is not here is 404. */
export type Answers = Record<string, (body: string) => unknown>;
/** An answer whose connection ends before it does. */
export const BREAKS = () => BROKEN;
const BROKEN = Symbol('broken');

export interface FakeAnswers {
  readonly client: ArchiveClient;
  answers: Answers;
  /** Method and path of the requests so far. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function startAnswers(): Promise<FakeAnswers> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void answer(request).then(({ status, json }) => {
      if (json === BROKEN) {
        response.writeHead(200, { 'Content-Length': 100 }).write('{');
        setTimeout(() => response.destroy(), 10);
        return;
      }
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
  const client = createArchiveClient(archiveSettings({ ...settingsOf({}), 'pacs.url': url }));
  const fake: FakeAnswers = {
    client,
    answers: {},
    asked,
    async close() {
      client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage): Promise<{ status: number; json: unknown }> {
    const [path = ''] = (request.url ?? '').split('?');
    const body = (await buffer(request)).toString();
    asked.push(`${request.method ?? ''} ${path}`);
    const json = fake.answers[`${request.method ?? ''} ${path}`]?.(body);
    return { status: json === undefined ? 404 : 200, json: json ?? {} };
  }

  return fake;
}
