import type { Request, RequestHandler } from 'express';
import { Problem } from '../errors';

/** Names of this machine on itself (RFC 6761 6.3). */
const LOCAL_NAME = /^([a-z0-9-]+\.)*localhost\.?$/i;
const LOOPBACK_ADDRESS = /^(127(\.\d{1,3}){3}|\[::1\])$/;
/** Nobody can have an address lead elsewhere, as they can a name. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/** The Host of a request without its port; undefined where it has none, as in HTTP/1.0. */
function hostOf(request: Request): string | undefined {
  return request.get('Host')?.replace(/:\d*$/, '');
}

/** Whether a request was made to a name or an address that only this machine has. */
export function namesThisMachine(request: Request): boolean {
  const host = hostOf(request) ?? '';
  return LOCAL_NAME.test(host) || LOOPBACK_ADDRESS.test(host);
}

/**
 * Refuses requests to names that are not the gateway's, where whoever is on this machine needs no token.
 *
 * A page of any site that is open in a browser here may have its own name lead to 127.0.0.1 (DNS rebinding). To the
 * browser the gateway is then that site, and its pages may read every study; only the Host tells.
 *
 * @param publicBaseUrl URL at which clients reach the gateway; its name is good
 */
export function refuseForeignHosts(publicBaseUrl: () => string): RequestHandler {
  return (request, _response, next) => {
    const host = hostOf(request);
    if (host === undefined || ADDRESS.test(host) || namesThisMachine(request)) {
      next();
      return;
    }
    if (host.toLowerCase() !== new URL(publicBaseUrl()).hostname) throw foreignHost();
    next();
  };
}

function foreignHost(): Problem {
  const text =
    'With AUTH_MODE=none the gateway answers this machine alone, and by its own name, for example http://localhost:8080. ' +
    'Where it has another name, PUBLIC_BASE_URL must say so, for example https://imaging.example.org.';
  return new Problem('forbidden', text);
}
