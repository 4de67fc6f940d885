import { select } from './dom';

const KEY = 'theme';
const THEMES = [
  ['system', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

/** The switch of light and dark; as the system has it until somebody chooses. It tells nothing of a patient and so is kept. */
export function themeSwitch(): HTMLSelectElement {
  const apply = (theme: string) => {
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
  };
  const chosen = localStorage.getItem(KEY) ?? 'system';
  apply(chosen);
  return select('Light or dark', THEMES, chosen, (theme) => {
    localStorage.setItem(KEY, theme);
    apply(theme);
  });
}
