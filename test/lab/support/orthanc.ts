import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../src/listen';
import { lab } from './archive';

const run = promisify(execFile);

/** An Orthanc of a test's own. */
export interface OwnOrthanc {
  readonly url: string;
  /** Stops it; what it holds stays. */
  stop(): Promise<void>;
  /** Starts it again, at the same URL and with what it held. */
  start(): Promise<void>;
}

/**
 * Starts an Orthanc and gives it files.
 *
 * @param files folders or files of DICOM
 * @param extraJson top-level members for its configuration, each with a comma after it
 */
export async function startOrthanc(files: readonly string[], extraJson = ''): Promise<OwnOrthanc> {
  const { dir } = lab();
  const port = await freePort('127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const storage = await mkdtemp(path.join(dir, 'store-'));
  const start = () =>
    new Promise<void>((resolve, reject) => {
      const script = path.join(dir, 'start-orthanc.sh');
      const env = { ...process.env, PORT: String(port), STORAGE: storage, EXTRA_JSON: extraJson };
      const starting = spawn('bash', [script], { env, stdio: 'ignore' });
      starting.once('error', reject).once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`start-orthanc.sh ended with ${String(code)}`));
      });
    });
  await start();
  for (const each of files) await run('node', [path.join(dir, 'upload.mjs'), url, each]);
  return {
    url,
    start,
    async stop() {
      const pid = Number(await readFile(path.join(storage, 'pid'), 'utf8'));
      process.kill(pid);
      while (isRunning(pid)) await pause(50);
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
