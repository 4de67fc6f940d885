import { NOTHING, type Question } from './question';
import { searchView } from './searchView';
import type { State } from './state';

/** The search as it goes along with the history of the tab. */
export interface Search {
  readonly element: HTMLElement;
  /** Shows what the current entry of the history asked, and asks the gateway only where that is not on the page. */
  resume(): void;
  /** Keeps what is seen for the way back. */
  pause(): void;
  /** What is on the page counts no more. */
  forget(): void;
  focus(): void;
}

export function createSearch(state: State): Search {
  let question: Question = NOTHING;
  let shown: Question | undefined;
  let scrolled = 0;
  const view = searchView(state, ask);

  /** The question is kept with the entry of the history and stays out of the address: names are in it. */
  function ask(asked: Question): void {
    history.pushState({ question: asked }, '', '#');
    resume();
  }

  function resume(): void {
    question = questionOf(history.state) ?? question;
    history.replaceState({ question }, '');
    if (shown === undefined || !same(shown, question)) view.search(question);
    else scrollTo(0, scrolled);
    shown = question;
  }

  return {
    element: view.element,
    resume,
    pause() {
      scrolled = scrollY;
      scrollTo(0, 0);
    },
    forget() {
      shown = undefined;
    },
    focus: () => view.form.focus(),
  };
}

/** What this page wrote into an entry of the history. */
function questionOf(entry: unknown): Question | undefined {
  if (typeof entry !== 'object' || entry === null || !('question' in entry)) return undefined;
  return typeof entry.question === 'object' ? { ...NOTHING, ...entry.question } : undefined;
}

function same(one: Question, other: Question): boolean {
  return Object.entries(one).every(
    ([key, value]) => new Map(Object.entries(other)).get(key) === value,
  );
}
