import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import { startGateway, type Running } from './running';

/** The gateway in front of a demo archive of its own. */
export interface Demo extends Running {
  readonly archive: DemoArchive;
}

/** Starts both; `env` are the environment variables of the gateway. */
export async function startDemo(env: Readonly<Record<string, string>> = {}): Promise<Demo> {
  const archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  const running = await startGateway(archive.url, env);
  return {
    ...running,
    archive,
    async close() {
      await running.close();
      await archive.close();
    },
  };
}
