import { ask } from './client';
import { el } from './dom';
import { createLane } from './lane';

/** Few at once: the archive draws each, and other people wait for it, too. */
const AT_ONCE = 4;
const SIZE = 128;

/** Pictures that load when they come near the screen; a URL in an `img` could not carry the token. */
export interface Thumbnails {
  /** @param path of a study, series or instance below the page */
  picture(path: string | undefined, otherwise: string): HTMLElement;
  /** Forgets all of them. */
  clear(): void;
}

export function createThumbnails(): Thumbnails {
  const lane = createLane(AT_ONCE);
  const urls: string[] = [];
  const paths = new WeakMap<Element, string>();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const path = paths.get(target);
        if (!isIntersecting || path === undefined) continue;
        watcher.unobserve(target);
        void load(target, path);
      }
    },
    { rootMargin: '200px' },
  );

  async function load(place: Element, path: string): Promise<void> {
    try {
      const asked = `${path}/thumbnail?viewport=${SIZE},${SIZE}`;
      const blob = await lane.run(async (signal) =>
        (await ask(asked, 'image/jpeg', signal)).blob(),
      );
      const url = URL.createObjectURL(blob);
      urls.push(url);
      place.replaceChildren(el('img', { src: url, alt: '' }));
      place.classList.add('loaded');
    } catch {
      place.classList.add('none');
    }
  }

  return {
    picture(path, otherwise) {
      const place = el('span', { class: 'thumbnail', 'aria-hidden': 'true' }, otherwise);
      if (path === undefined) place.classList.add('none');
      else {
        paths.set(place, path);
        watcher.observe(place);
      }
      return place;
    },
    clear() {
      watcher.disconnect();
      lane.clear();
      for (const url of urls.splice(0)) URL.revokeObjectURL(url);
    },
  };
}
