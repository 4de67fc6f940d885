import type { Sent } from './wire';

/* THE TABLE of what is there beside FHIR and DICOMweb: the page for people, and what only operators may ask. */

export const METRICS_TOKEN = 'metrics-token-of-more-than-32-letters-0';
export const ADMIN_TOKEN = 'administrators-token-of-more-than-32-letters';

/** Settings under which all of it is there. */
export const OPERATED = { METRICS_TOKEN, ADMIN_TOKEN } as const;

/** A route, below its mount, and a request to it. */
export interface OtherRoute extends Sent {
  readonly route: string;
}

/** Anybody may have these. */
export const PAGE: readonly OtherRoute[] = [
  { route: '/', target: '/', headers: { Accept: 'text/html' } },
  ...['/page/page.js', '/page/page.css', '/page/icon.svg', '/page/facts.json'].map((target) => ({
    route: target,
    target,
  })),
];

/** Only who has the token may have these. */
export const OPERATORS: readonly (OtherRoute & {
  readonly token: string;
  readonly realm: string;
})[] = [
  { route: '/metrics', target: '/metrics', token: METRICS_TOKEN, realm: 'operations' },
  { route: '/status', target: '/status', token: METRICS_TOKEN, realm: 'operations' },
  { route: '/', target: '/doctor', token: ADMIN_TOKEN, realm: 'admin' },
  {
    route: '/cache/invalidate',
    target: '/admin/cache/invalidate',
    method: 'POST',
    body: '{"all":true}',
    headers: { 'Content-Type': 'application/json' },
    token: ADMIN_TOKEN,
    realm: 'admin',
  },
];
