import { button, el, fill, select } from './dom';
import { createFrames } from './frames';
import { isAbort } from './lane';
import { failure } from './notices';
import { createPlayback, SPEEDS, type Playback } from './playback';
import { scrollBy } from './scrolling';
import { renderedPath, type Picture } from './stack';
import { windowControl } from './window';

/** Pictures that are fetched ahead of the one that is seen, and behind it. */
const AHEAD = 8;
const BEHIND = 2;

/** A viewer of a stack of rendered pictures. */
export interface Viewer {
  readonly element: HTMLElement;
  /** Shows other pictures. @param keep stays at the picture that is seen, if it is among them */
  show(pictures: readonly Picture[], modality: string, keep?: boolean): void;
  showInstance(uid: string): void;
  /** Nobody looks at it for now. */
  pause(): void;
  close(): void;
}

export function createViewer(): Viewer {
  const frames = createFrames();
  let pictures: readonly Picture[] = [];
  let at = 0;
  let window: string | undefined;
  const image = el('img', { alt: '', draggable: 'false' });
  const caption = el('div', { class: 'caption', 'aria-live': 'polite' });
  const trouble = el('div', { class: 'trouble' });
  const label = 'Image viewer: arrow keys scroll, space plays';
  const stage = el(
    'div',
    { class: 'stage', tabindex: 0, role: 'group', 'aria-label': label },
    image,
    caption,
    trouble,
  );
  const slider = el('input', {
    type: 'range',
    min: 1,
    value: 1,
    'aria-label': 'Picture of the series',
  });
  const position = el('output', { class: 'position' });
  const playback = createPlayback(() => step(1, true));
  const windows = windowControl((value) => {
    window = value;
    void go(at);
  });

  async function go(to: number): Promise<void> {
    const picture = pictures[to];
    if (picture === undefined) return;
    at = to;
    tell(picture);
    const path = renderedPath(picture, window);
    stage.classList.toggle('loading', !frames.has(path));
    try {
      const url = await frames.get(path);
      if (pictures[at] !== picture) return;
      image.src = url;
      await image.decode().catch(() => undefined);
      fill(trouble);
    } catch (error) {
      if (isAbort(error) || pictures[at] !== picture) return;
      playback.stop();
      image.removeAttribute('src');
      fill(trouble, failure('This picture could not be had', error));
    }
    stage.classList.remove('loading');
    frames.prefetch(around(to).map((each) => renderedPath(each, window)));
  }

  function around(to: number): Picture[] {
    const ahead = pictures.slice(to + 1, to + 1 + AHEAD);
    return [...ahead, ...pictures.slice(Math.max(0, to - BEHIND), to)];
  }

  function tell({ instance, frame, frames: count }: Picture): void {
    slider.value = String(at + 1);
    position.value = `${at + 1} / ${pictures.length}`;
    const words = `Instance ${instance.number ?? '?'}${count > 1 ? `, frame ${frame} of ${count}` : ''}`;
    slider.setAttribute('aria-valuetext', words);
    fill(caption, words);
    image.alt = words;
  }

  function step(by: number, around = false): Promise<void> {
    const last = pictures.length - 1;
    const to = around && at + by > last ? 0 : Math.min(last, Math.max(0, at + by));
    return go(to);
  }

  onKeys(stage, {
    step: (by) => void step(by),
    go: (to) => void go(to < 0 ? pictures.length - 1 : to),
    toggle: () => playback.toggle(),
  });
  slider.addEventListener('input', () => void go(Number(slider.value) - 1));
  scrollBy(stage, (by) => void step(by));
  const controls = el(
    'div',
    { class: 'controls' },
    button('‹', () => void step(-1), { 'aria-label': 'Previous picture' }),
    playback.button,
    button('›', () => void step(1), { 'aria-label': 'Next picture' }),
    slider,
    position,
    speedSelect(playback),
    windows.element,
  );
  return {
    element: el('section', { class: 'viewer', 'aria-label': 'Images' }, stage, controls),
    show(next, modality, keep = false) {
      const seen = pictures[at];
      const before = keep
        ? next.findIndex((each) => each.path === seen?.path && each.frame === seen.frame)
        : -1;
      pictures = next;
      if (!keep) playback.stop();
      if (!keep) {
        window = undefined;
        windows.reset(modality);
      }
      slider.max = String(Math.max(1, pictures.length));
      controls.hidden = pictures.length === 0;
      controls.classList.toggle('single', pictures.length < 2);
      void go(Math.max(0, before));
    },
    showInstance(uid) {
      void go(
        Math.max(
          0,
          pictures.findIndex(({ instance }) => instance.uid === uid),
        ),
      );
    },
    pause: () => playback.stop(),
    close() {
      playback.stop();
      frames.close();
    },
  };
}

function speedSelect(playback: Playback): HTMLSelectElement {
  const speeds = SPEEDS.map((fps) => [String(fps), `${fps} fps`] as const);
  const choose = (value: string) => playback.setSpeed(Number(value));
  return select('Speed', speeds, String(playback.speed()), choose);
}

/** What keys do to a viewer. */
interface KeyActions {
  readonly step: (by: number) => void;
  /** To a picture; -1 is the last. */
  readonly go: (to: number) => void;
  readonly toggle: () => void;
}

function onKeys(stage: HTMLElement, { step, go, toggle }: KeyActions): void {
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => step(1),
    ArrowRight: () => step(1),
    ArrowUp: () => step(-1),
    ArrowLeft: () => step(-1),
    PageDown: () => step(10),
    PageUp: () => step(-10),
    Home: () => go(0),
    End: () => go(-1),
    ' ': toggle,
  };
  stage.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
