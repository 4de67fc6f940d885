import { button } from './dom';

export const SPEEDS: readonly number[] = [1, 2, 5, 10, 15, 20, 30];
const USUAL = 10;

/** Plays pictures one after the other. */
export interface Playback {
  readonly button: HTMLButtonElement;
  toggle(): void;
  stop(): void;
  speed(): number;
  setSpeed(fps: number): void;
}

/**
 * @param next shows the next picture; the one after it waits until it is there, so that a slow archive makes it play more slowly
 *   and never skip
 */
export function createPlayback(next: () => Promise<void>): Playback {
  let fps = USUAL;
  let playing = false;
  /** Counts the runs, so that one that was stopped does not go on beside the next. */
  let runs = 0;
  const made = button('▶', toggle, {
    'aria-label': 'Play',
    'aria-pressed': 'false',
    class: 'play',
  });

  async function run(): Promise<void> {
    const own = ++runs;
    while (playing && own === runs) {
      const due = performance.now() + 1000 / fps;
      await next();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
  }

  function set(to: boolean): void {
    playing = to;
    made.textContent = to ? '❚❚' : '▶';
    made.setAttribute('aria-label', to ? 'Pause' : 'Play');
    made.setAttribute('aria-pressed', String(to));
  }

  function toggle(): void {
    set(!playing);
    if (playing) void run();
  }

  return {
    button: made,
    toggle,
    stop: () => set(false),
    speed: () => fps,
    setSpeed: (value) => {
      fps = value;
    },
  };
}
