import type { Children } from './child';
import { findImages, type Found } from './largest';
import { measureRetrievals, type Retrieval } from './retrieval';
import { measureSlowClients, type SlowClients } from './slowClients';
import { openTap } from './tap';

/** What was measured of images. */
export interface Images {
  readonly retrievals: readonly Retrieval[];
  /** Only of the bench's own archive: they are no load to put on somebody else's. */
  readonly slow: SlowClients | undefined;
}

/** How long to measure. */
export interface ImagesEffort {
  readonly rounds: number;
  /** For the rounds of all retrievals. */
  readonly budgetMs: number;
  readonly slowSeconds: number;
  /** Of a slice of the bench's own archive: how large all of it is. */
  readonly imageRows: number;
}

/**
 * Measures retrievals of the archive at `pacsUrl`, or of one of the bench's own.
 *
 * @throws Error when an answer is wrong or the gateway keeps what it sends
 */
export async function measureImages(
  children: Children,
  pacsUrl: string | undefined,
  { slowSeconds, imageRows, ...effort }: ImagesEffort,
): Promise<Images> {
  const env = { BENCH_ROWS: String(imageRows) };
  const own = pacsUrl === undefined ? await children.start('images', env) : undefined;
  const archive = (own?.url ?? pacsUrl ?? '').replace(/\/$/, '');
  const { found, authorization } = await look(children, archive);
  const retrievals = await measureRetrievals(children, found, {
    archive,
    authorization,
    ...effort,
  });
  const slow = own && (await measureSlowClients(children, own, found, slowSeconds));
  await own?.stop();
  return { retrievals, slow };
}

/** What there is to retrieve, and the gateway's credential at the archive. */
async function look(
  children: Children,
  archive: string,
): Promise<{ found: Found; authorization: string | undefined }> {
  const tap = await openTap(new URL(archive));
  const gateway = await children.start('gateway', { PACS_URL: tap.url });
  const found = await findImages(gateway.url);
  const [call] = tap.drain();
  await gateway.stop();
  tap.close();
  return { found, authorization: call?.headers.authorization };
}
