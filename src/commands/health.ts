import { get } from 'node:http';
import { settingsOf, type Shell } from './shell';

/** How long a gateway may take to say that it lives, in milliseconds. */
const PATIENCE_MS = 3000;

/**
 * Asks the gateway that runs by the same settings whether it lives; for containers without curl.
 *
 * @returns exit code: 0 for one that lives
 */
export async function health(shell: Shell): Promise<number> {
  const { host, port: common, 'health.port': own } = settingsOf(shell);
  const port = own ?? common;
  const said = await askLive(nameOf(host), port);
  if (said === 'live') return 0;
  shell.complain(`The gateway at ${host}, port ${port}, does not live: ${said}\n`);
  return 1;
}

/** An address to listen on everywhere is none to connect to. */
function nameOf(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}

function askLive(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/health/live', timeout: PATIENCE_MS }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode === 200 ? 'live' : `it answers with status ${statusCode}`);
    });
    request.on('error', (error) => resolve(error.message));
    request.on('timeout', () => {
      resolve(`no answer within ${PATIENCE_MS} ms`);
      request.destroy();
    });
  });
}
