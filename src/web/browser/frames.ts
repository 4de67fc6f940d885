import { ask } from './client';
import { createLane, isAbort } from './lane';

/** Rendered frames fetched at once. */
const AT_ONCE = 3;
/** Frames kept; a rendered CT slice is about 50 kB, an X-ray a megabyte or two. */
const KEPT = 240;

/** Rendered pictures by their path, as URLs that an `img` can show. */
export interface Frames {
  /** Fetches one, before all that was wished for earlier. */
  get(path: string): Promise<string>;
  has(path: string): boolean;
  /** Fetches some in their order when nothing else is wanted. */
  prefetch(paths: readonly string[]): void;
  close(): void;
}

export function createFrames(): Frames {
  const lane = createLane(AT_ONCE);
  const wanted = new Map<string, Promise<string>>();
  const loaded = new Map<string, string>();
  let closed = false;

  async function load(path: string): Promise<string> {
    // Until its last byte is there a picture has its place in the lane: headers come long before.
    const blob = await lane.run(async (signal) =>
      (await ask(path, 'image/jpeg, image/png', signal)).blob(),
    );
    const url = URL.createObjectURL(blob);
    if (closed) URL.revokeObjectURL(url);
    loaded.set(path, url);
    drop();
    return url;
  }

  /** Drops those that nobody looked at for the longest time. */
  function drop(): void {
    for (const [path, url] of loaded) {
      if (loaded.size <= KEPT) return;
      URL.revokeObjectURL(url);
      loaded.delete(path);
      wanted.delete(path);
    }
  }

  function get(path: string): Promise<string> {
    const before = loaded.get(path);
    if (before !== undefined) {
      loaded.delete(path);
      loaded.set(path, before);
    }
    const known = wanted.get(path);
    if (known !== undefined) return known;
    const coming = load(path);
    wanted.set(path, coming);
    coming.catch(() => wanted.delete(path));
    return coming;
  }

  return {
    get,
    has: (path) => loaded.has(path),
    prefetch(paths) {
      // The lane serves the newest wish first: the last one wished for is the first of the list.
      for (const path of paths.toReversed()) {
        get(path).catch((error: unknown) => {
          // A picture that could not be had is asked for again, and told of, when somebody looks at it.
          if (!isAbort(error)) wanted.delete(path);
        });
      }
    },
    close() {
      closed = true;
      lane.clear();
      for (const url of loaded.values()) URL.revokeObjectURL(url);
      loaded.clear();
    },
  };
}
