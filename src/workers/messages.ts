import { z } from 'zod';

/*
 * What the primary process and its workers say to each other. Whatever else is on the channel is not theirs: other
 * libraries speak there, too.
 */

const counted = z.object({
  caller: z.string(),
  searches: z.number().optional(),
  streams: z.number().optional(),
});
const change = z.union([
  z.object({ all: z.literal(true) }),
  z.object({ studies: z.array(z.string()).readonly() }),
]);
const told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('counted'), counted }),
  z.object({ kind: z.literal('changed'), change }),
  z.object({ kind: z.literal('metrics') }),
]);
const tolds = z.array(told).readonly();
const settings = z.record(z.string(), z.unknown());

const fromWorker = z.discriminatedUnion('kind', [
  /** It hears, and may be told to begin. */
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('listening'), url: z.string() }),
  /** It could not begin. */
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('tell'), told: tolds }),
  /** The same, and all others are to say when they have acted on it. */
  z.object({ kind: z.literal('ask'), id: z.number(), told: tolds }),
  z.object({ kind: z.literal('done'), ask: z.string(), answer: z.unknown().optional() }),
]);
export type FromWorker = z.output<typeof fromWorker>;

const fromPrimary = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('begin'),
    worker: z.number(),
    /** Whether nothing has listened before: a replacement need not say again what is known. */
    first: z.boolean(),
    settings,
  }),
  z.object({ kind: z.literal('settings'), settings }),
  z.object({ kind: z.literal('stop') }),
  z.object({
    kind: z.literal('told'),
    from: z.number(),
    told: tolds,
    ask: z.string().optional(),
  }),
  z.object({ kind: z.literal('asked'), id: z.number(), answers: z.array(z.unknown()).readonly() }),
  z.object({ kind: z.literal('joined') }),
  z.object({ kind: z.literal('gone'), worker: z.number() }),
]);
export type FromPrimary = z.output<typeof fromPrimary>;

/** A worker's message; undefined for what is none. */
export function readFromWorker(message: unknown): FromWorker | undefined {
  return fromWorker.safeParse(message).data;
}

/** The primary's message; undefined for what is none. */
export function readFromPrimary(message: unknown): FromPrimary | undefined {
  return fromPrimary.safeParse(message).data;
}
