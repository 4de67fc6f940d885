import { readFileSync } from 'node:fs';
import http from 'node:http';
import { installProgram, type Program, type Started } from '../config/program';
import { until } from '../until';

/*
 * The gateway in processes of its own, in front of an archive of the test.
 */

/** An answer, its body read. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface RunningProgram {
  readonly url: string;
  readonly started: Started;
  /** Asks; over a connection of its own, if no other is given. */
  ask(target: string, options?: http.RequestOptions & { body?: string }): Promise<Reply>;
  /** Lines of the log whose text has this in it. */
  logged(text: string): string[];
  /** Waits until the log holds so many lines with a text. */
  logs(text: string, count?: number): Promise<string[]>;
}

/** Installs the program for the tests of a file; what they start is ended after each. */
export function installForTests() {
  let program: Program;
  const running: Started[] = [];
  jest.setTimeout(60_000);
  beforeAll(() => {
    program = installProgram();
  }, 60_000);
  afterEach(async () => {
    for (const one of running.splice(0)) {
      one.process.kill('SIGKILL');
      await one.ended;
    }
  });
  afterAll(() => program.remove());

  const start = (env: Readonly<Record<string, string>>): Started => {
    const one = program.start(['serve'], { PORT: '0', ...env });
    running.push(one);
    return one;
  };
  return {
    start,
    async run(env: Readonly<Record<string, string>>): Promise<RunningProgram> {
      const started = start(env);
      const [, url = ''] = await started.says(/FHIR is at (http:\/\/127\.0\.0\.1:\d+)\/fhir/);
      const logged = (text: string) =>
        started.said.out.split('\n').filter((line) => line.includes(text));
      return {
        url,
        started,
        logged,
        ask: (target, options) => ask(target.startsWith('http') ? target : url + target, options),
        async logs(text, count = 1) {
          await until(() => logged(text).length >= count);
          return logged(text);
        },
      };
    },
  };
}

/** Connections that are kept, one to each of so many workers: which of them takes a new one nobody can tell. */
export async function connectToEach(
  gateway: RunningProgram,
  workers: number,
): Promise<http.Agent[]> {
  const agents = new Map<string, http.Agent>();
  while (agents.size < workers) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const known = gateway.logged('"request"').length;
    await gateway.ask('/fhir/metadata', { agent });
    const last = (await gateway.logs('"request"', known + 1)).at(-1) ?? '';
    const [, worker = ''] = /"worker":(\d+)/.exec(last) ?? [];
    if (agents.has(worker)) agent.destroy();
    else agents.set(worker, agent);
  }
  return [...agents.values()];
}

export function ask(
  url: string,
  { body, ...options }: http.RequestOptions & { body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('close', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.complete) resolve({ status: response.statusCode ?? 0, text });
        else reject(new Error(`cut after ${text.length} characters`));
      });
    });
    request.on('error', reject).end(body);
  });
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid = 0): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}
