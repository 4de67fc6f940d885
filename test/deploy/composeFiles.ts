import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/*
 * The compose files as far as the tests read them: `extends` and `include` by this repository's own use of them.
 * `test/deploy/programs` has the whole of them read by the library that docker compose is made of.
 */

export const DEPLOY = path.join(__dirname, '..', '..', 'deploy');
const COMPOSE = path.join(DEPLOY, 'compose');

const secretUse = z.union([
  z.string().transform((source) => ({ source })),
  z.object({ source: z.string(), target: z.string().optional() }),
]);
const service = z.looseObject({
  image: z.string().optional(),
  extends: z.object({ file: z.string(), service: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(secretUse).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  read_only: z.boolean().optional(),
  user: z.string().optional(),
  mem_limit: z.string().optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const file = z.looseObject({
  include: z.array(z.string()).default([]),
  services: z.record(z.string(), service).default({}),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
  volumes: z.record(z.string(), z.null()).default({}),
});

export type Service = z.output<typeof service>;

/** One compose file with all that it includes and extends. */
export interface Project {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  /** Names of its secrets, and the files that they are in, below `deploy/secrets`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

/** The compose files that are started by name. */
export const PROJECTS: readonly Project[] = readdirSync(COMPOSE)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => projectOf(name));

function projectOf(name: string): Project {
  const { include, services, secrets, volumes } = read(name);
  const included = include.map((other) => projectOf(path.join(path.dirname(name), other)));
  const own = Object.entries(services).map(([key, one]) => [key, extended(one, name)] as const);
  const files = Object.entries(secrets).map(([key, at]) => [key, path.basename(at.file)] as const);
  return {
    name,
    services: Object.assign(
      {},
      ...included.map((one) => one.services),
      Object.fromEntries(own),
    ) as Project['services'],
    secrets: Object.assign(
      {},
      ...included.map((one) => one.secrets),
      Object.fromEntries(files),
    ) as Project['secrets'],
    volumes: [...included.flatMap((one) => one.volumes), ...Object.keys(volumes)],
  };
}

/** A service with what it extends below it; maps are merged and lists are joined. */
function extended(one: Service, name: string): Service {
  if (one.extends === undefined) return one;
  const at = path.join(path.dirname(name), one.extends.file);
  const below = read(at).services[one.extends.service];
  if (below === undefined) throw new Error(`${at} has no ${one.extends.service}`);
  const base = extended(below, at);
  return {
    ...base,
    ...one,
    environment: { ...base.environment, ...one.environment },
    security_opt: [...base.security_opt, ...one.security_opt],
    cap_drop: [...base.cap_drop, ...one.cap_drop],
    volumes: [...base.volumes, ...one.volumes],
    secrets: [...base.secrets, ...one.secrets],
  };
}

function read(name: string): z.output<typeof file> {
  const text = readFileSync(path.join(COMPOSE, name), 'utf8');
  return file.parse(parse(text, { merge: true }));
}
