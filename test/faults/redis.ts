import { createServer, type AddressInfo } from 'node:net';
import { ofUrl } from './processes';
import type { Row } from './rows';

/* A shared cache that fails. What real ones do is in test/redis. */

const KEY = 'k'.repeat(32);
const cached = 'not asked' as const;

export const REDIS: readonly Row[] = [
  {
    id: 'F40a',
    fault: 'Redis down: connection refused',
    answer: '200, 1 of 1',
    withinMs: 1500,
    cached,
    run: (stand) =>
      ofUrl(stand, stand.archive.url, { REDIS_URL: 'redis://127.0.0.1:1', REDIS_KEY: KEY }),
  },
  {
    id: 'F40b',
    fault: 'Redis that takes connections and never answers',
    answer: '200, 1 of 1',
    withinMs: 1500,
    cached,
    async run(stand) {
      const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      const env = { REDIS_URL: `redis://127.0.0.1:${port}`, REDIS_KEY: KEY };
      try {
        return await ofUrl(stand, stand.archive.url, env);
      } finally {
        silent.close();
      }
    },
  },
];
