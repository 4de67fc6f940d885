import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { askJson, unavailable, type AnswerLimits } from './answers';

/** What an authorisation server publishes about itself, as far as it is needed here. */
const METADATA = z.looseObject({
  issuer: z.string().optional(),
  jwks_uri: z.url().optional(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  introspection_endpoint: z.url().optional(),
  revocation_endpoint: z.url().optional(),
  management_endpoint: z.url().optional(),
  registration_endpoint: z.url().optional(),
  grant_types_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  capabilities: z.array(z.string()).optional(),
});
export type ServerMetadata = z.output<typeof METADATA>;

/** Reads what the authorisation server publishes; remembered for a while, asked again after a failure. */
export type Discovery = () => Promise<ServerMetadata>;

const PLACES = ['openid-configuration', 'smart-configuration', 'oauth-authorization-server'];
const SERVER = 'authorisation server';

/**
 * @param issuer the issuer to the letter; a document that names another is refused (OpenID Connect Discovery 4.3),
 *   or one server could speak for another; without an issuer nothing is published
 * @param cacheMs how long the document is believed
 */
export function createDiscovery(
  issuer: string | undefined,
  cacheMs: number,
  limits: AnswerLimits,
): Discovery {
  if (issuer === undefined) return () => Promise.resolve({});
  const cache = new LRUCache<string, ServerMetadata>({
    max: 1,
    ttl: cacheMs,
    ignoreFetchAbort: true,
    fetchMethod: () => discover(issuer, limits),
  });
  return async () => {
    const metadata = await cache.fetch(issuer);
    if (metadata === undefined) throw unavailable(SERVER, 'published nothing about itself');
    return metadata;
  };
}

async function discover(issuer: string, limits: AnswerLimits): Promise<ServerMetadata> {
  for (const place of PLACES) {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/${place}`;
    const { status, json } = await askJson(SERVER, url, {}, limits);
    if (status === 404) continue;
    const read = METADATA.safeParse(json);
    if (status !== 200 || !read.success) throw unavailable(SERVER, 'published nothing readable');
    if (read.data.issuer !== undefined && read.data.issuer !== issuer) {
      throw unavailable(SERVER, 'says that it is another issuer than AUTH_ISSUER');
    }
    return read.data;
  }
  throw unavailable(SERVER, 'publishes neither openid-configuration nor smart-configuration');
}
