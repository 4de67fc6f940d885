import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

/* Chromium without a window, over the pipe of its DevTools protocol: one tab, and what is in it. */

const reply = z.looseObject({
  id: z.number().optional(),
  result: z.looseObject({}).optional(),
  error: z.object({ message: z.string() }).optional(),
});
const evaluated = z.object({ result: z.object({ value: z.unknown() }) });

export interface Browser {
  /** Opens a URL in the tab. */
  open(url: string): Promise<void>;
  /** Waits until an expression of JavaScript in the page is true, whatever page it is by then. */
  until(expression: string): Promise<void>;
  /** The value of an expression of JavaScript in the page. */
  value(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts Chromium of Debian's packages, with a profile of its own. */
export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(path.join(tmpdir(), 'chromium-'));
  const words = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
  const child = spawn('chromium', [...words, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const call = calls(child);
  const { targetId } = z
    .looseObject({ targetId: z.string() })
    .parse(await call('Target.createTarget', { url: 'about:blank' }));
  const { sessionId } = z
    .looseObject({ sessionId: z.string() })
    .parse(await call('Target.attachToTarget', { targetId, flatten: true }));
  const value = async (expression: string) => {
    const answer = await call('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
    return evaluated.parse(answer).result.value;
  };
  return {
    value,
    async open(url) {
      await call('Page.navigate', { url }, sessionId);
    },
    async until(expression) {
      const latest = Date.now() + 20_000;
      // Between two pages there is nothing to evaluate in.
      while ((await value(expression).catch(() => false)) !== true) {
        if (Date.now() > latest) {
          throw new Error(
            `it did not come to it: ${String(await value('document.body.innerText'))}`,
          );
        }
        await pause(50);
      }
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
}

type Call = (method: string, params: object, sessionId?: string) => Promise<unknown>;

/** Calls of the protocol: JSON with a zero byte after each, by number. */
function calls(child: ChildProcess): Call {
  const [, , , to, from] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, (answer: z.output<typeof reply>) => void>();
  let heard = '';
  from.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (heard + chunk).split('\0');
    heard = messages.pop() ?? '';
    for (const message of messages) {
      const answer = reply.parse(JSON.parse(message));
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    }
  });
  let last = 0;
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
}
