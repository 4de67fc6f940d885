import { button, el } from './dom';
import { NOTHING, type Question } from './question';
import type { State } from './state';

/** The fields of a search. */
export interface SearchForm {
  readonly element: HTMLElement;
  /** Puts a question into the fields. */
  show(question: Question): void;
  focus(): void;
}

interface Field {
  readonly key: keyof Question;
  readonly label: string;
  readonly type?: 'date';
  readonly list?: string;
  readonly placeholder?: string;
}

const FIELDS: readonly Field[] = [
  { key: 'name', label: 'Patient name', placeholder: 'any part of it' },
  { key: 'patientId', label: 'Patient ID', placeholder: 'P-1001' },
  { key: 'from', label: 'From', type: 'date' },
  { key: 'to', label: 'To', type: 'date' },
  { key: 'modality', label: 'Modality', list: 'modalities', placeholder: 'CT' },
  { key: 'accession', label: 'Accession no.' },
  { key: 'bodySite', label: 'Body site', placeholder: 'CHEST, or a SNOMED code' },
  { key: 'more', label: 'More parameters', placeholder: 'status=available&_sort=started' },
];

export function searchForm(state: State, submit: (question: Question) => void): SearchForm {
  const inputs = new Map(FIELDS.map((field) => [field.key, inputOf(field)]));
  const fields = FIELDS.map(({ key, label }) =>
    el('label', { class: `field ${key}` }, el('span', {}, label), inputs.get(key)),
  );
  const acquiring = state.facts.modalities.filter(({ acquisition }) => acquisition);
  const codes = el(
    'datalist',
    { id: 'modalities' },
    ...acquiring.map(({ code, display }) => el('option', { value: code }, display)),
  );
  const show = (question: Question) => {
    for (const [key, input] of inputs) input.value = question[key];
  };
  const clear = button('Clear', () => submit(NOTHING), { class: 'quiet' });
  // On a phone the form shows two fields until somebody wants the others.
  const further = el(
    'button',
    { type: 'button', class: 'further', 'aria-expanded': 'false' },
    'More fields',
  );
  const buttons = el(
    'div',
    { class: 'buttons' },
    el('button', { type: 'submit', class: 'primary' }, 'Search'),
    further,
    clear,
  );
  const element = el(
    'form',
    { class: 'query', role: 'search', 'aria-label': 'Search of studies' },
    ...fields,
    codes,
    buttons,
  );
  further.addEventListener('click', () => {
    const open = element.classList.toggle('all');
    further.setAttribute('aria-expanded', String(open));
  });
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    const question: Partial<Record<keyof Question, string>> = {};
    for (const [key, input] of inputs) question[key] = input.value.trim();
    submit({ ...NOTHING, ...question });
  });
  return { element, show, focus: () => inputs.get('name')?.focus() };
}

function inputOf({ key, type, list, placeholder }: Field): HTMLInputElement {
  return el('input', {
    name: key,
    type: type ?? 'text',
    list,
    placeholder,
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'off',
  });
}
