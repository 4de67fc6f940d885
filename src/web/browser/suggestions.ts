import { button, el } from './dom';
import { NOTHING, type Question } from './question';
import type { ShownStudy } from './study';

/** How many of a kind are offered. */
const PATIENTS = 3;
const MODALITIES = 6;

/**
 * Searches to click, made of what the archive just showed: they find something in every archive, the demo's included.
 */
export function suggestions(
  studies: readonly ShownStudy[],
  ask: (question: Question) => void,
): HTMLElement[] {
  const modalities = frequent(studies.flatMap((study) => study.modalities)).slice(0, MODALITIES);
  const names = frequent(studies.flatMap(({ patient }) => patient ?? [])).slice(0, PATIENTS);
  const years = frequent(studies.flatMap(({ started }) => started?.slice(0, 4) ?? []));
  const [year] = years;
  const offers: [string, Partial<Question>][] = [
    ...modalities.map((modality): [string, Partial<Question>] => [modality, { modality }]),
    ...names.map((name): [string, Partial<Question>] => [name, { name: wordsOf(name) }]),
    ...(year === undefined
      ? []
      : [[year, { from: `${year}-01-01`, to: `${year}-12-31` }] as [string, Partial<Question>]]),
  ];
  const chips = offers.map(([label, question]) =>
    button(label, () => ask({ ...NOTHING, ...question }), { class: 'chip' }),
  );
  return chips.length === 0 ? [] : [el('span', { class: 'muted' }, 'Try'), ...chips];
}

/** Words without the dots and commas of titles, which a name search would look for. */
function wordsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => !/[.,]/.test(word));
  return (words.length === 0 ? [name] : words).join(' ');
}

/** Each value once, the most frequent first. */
function frequent(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([value]) => value);
}
