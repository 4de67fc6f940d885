import type { PageOptions } from '../http/pageFacts';
import type { GatewaySettings } from './limits';

/** What the page at `/` is told that the settings decide. */
export function pageOptions(settings: GatewaySettings): PageOptions {
  const viewers = [
    { name: 'OHIF', url: settings['page.ohifUrl'] },
    { name: 'Weasis', url: settings['page.weasisUrl'] },
  ];
  const clientId = settings['page.clientId'];
  return {
    viewers: viewers.flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }])),
    ...(clientId !== undefined && { smart: { clientId, scope: settings['page.scope'] } }),
  };
}
