import type { GatewayState, Heard } from './state';

/** How long nothing may have been heard of the archive before readers have it asked, in milliseconds. */
const QUIET_MS = 10_000;
/** How long `/status` waits for that answer; then it says what was known before. */
const WAIT_MS = 2000;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Has the archive asked one small question where nothing was heard of it for a while: one for all who want to know, and
 * never two within {@link QUIET_MS}, however they hurry. Without it, an idle gateway would tell of an archive that died
 * hours ago that all is well.
 *
 * @param ask asks it; how it fails is heard elsewhere
 * @param now the clock that times of `heard` are by
 * @returns waits until something was heard, or for a moment
 */
export function createGlance(
  ask: () => Promise<unknown>,
  heard: () => Heard,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  let asked = NEVER;
  let flight: Promise<unknown> | undefined;
  const heardLately = () => {
    const { answeredAt = NEVER, failure } = heard();
    return now() - Math.max(answeredAt, failure?.at ?? NEVER) < QUIET_MS;
  };
  return async () => {
    if (flight === undefined && !heardLately() && now() - asked >= QUIET_MS) {
      asked = now();
      flight = ask()
        .catch(() => undefined)
        .finally(() => (flight = undefined));
    }
    if (flight !== undefined) await orAfter(flight, WAIT_MS);
  };
}

async function orAfter(flight: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([flight, late]);
  clearTimeout(timer);
}

/**
 * The body of `/status`: codes, numbers and times. No URL is in it, which may hold a password, and nothing that an
 * archive or a client wrote but the archive's product.
 *
 * @param uptimeMs since the gateway was put together
 */
export function describeStatus(state: GatewayState, uptimeMs: number): object {
  const { version, archive, redis, audit, auth } = state;
  return {
    version,
    uptimeSeconds: Math.round(uptimeMs / 1000),
    archive: describeArchive(archive),
    redis:
      redis === undefined
        ? { used: false }
        : {
            used: true,
            hearsReplicas: redis.told,
            troubles: redis.troubles,
            lastTrouble: timed(redis.lastTrouble),
          },
    audit: audit.on ? describeAudit(audit) : { on: false },
    auth: {
      mode: auth.mode,
      ...(auth.mode === 'jwt' && { keysAgeSeconds: seconds(auth.keysAgeMs) }),
    },
  };
}

/** What is not known is null: left out, it would look like something that this release does not tell. */
function describeArchive({ heard, facts, changes, ...archive }: GatewayState['archive']): object {
  return {
    reachable: heard.reachable ?? null,
    lastAnswer: time(heard.answeredAt),
    lastFailure: timed(heard.failure),
    breaker: archive.breaker,
    pausedSeconds: seconds(archive.pausedMs),
    searches: {
      inFlight: archive.inFlight,
      most: archive.concurrency,
      waiting: { small: archive.waiting.small, large: archive.waiting.large },
    },
    transfers: {
      inFlight: archive.transfers,
      most: archive.streams,
      waiting: archive.waiting.transfer,
    },
    product: facts?.product ?? null,
    dialect: facts?.dialect ?? null,
    rows: facts?.rows ?? null,
    changes:
      changes === undefined
        ? { followed: false }
        : { followed: true, told: changes.alive, ageSeconds: seconds(changes.ageMs) },
  };
}

function describeAudit({ on, lost, refused, ...audit }: GatewayState['audit']): object {
  return {
    on,
    lost,
    refused,
    spooledBytes: audit.spooledBytes,
    spooledParcels: audit.spooledParcels,
    serverDown: audit.serverDown,
  };
}

/** By the wall clock as it is now: a time that was told by it before it was set would be in the future. */
function time(at: number | undefined): string | null {
  return at === undefined ? null : new Date(Date.now() - performance.now() + at).toISOString();
}

function timed(event: { readonly at: number } | undefined): object | null {
  return event === undefined ? null : { ...event, at: time(event.at) };
}

function seconds(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : Math.round(milliseconds / 100) / 10;
}
