import { el, fill, select } from './dom';

/** Windows that people know by name, in Hounsfield units; they mean nothing but for CT. */
const CT: readonly (readonly [value: string, name: string])[] = [
  ['40,80', 'Brain 40/80'],
  ['40,400', 'Soft tissue 40/400'],
  ['50,350', 'Mediastinum 50/350'],
  ['-600,1500', 'Lung −600/1500'],
  ['400,1800', 'Bone 400/1800'],
];
const OWN = 'own';

/** The choice of a window (center and width) that pictures are rendered with. */
export interface WindowControl {
  readonly element: HTMLElement;
  /** Back to the window that the instance has itself. */
  reset(modality: string): void;
}

/** @param choose told the window as `center,width`; undefined is the instance's own */
export function windowControl(choose: (window: string | undefined) => void): WindowControl {
  const element = el('span', { class: 'window' });
  const own = el('span', { class: 'own-window', hidden: true });
  const center = numberInput('Window center', '40');
  const width = numberInput('Window width', '400');
  fill(own, center, width);
  const apply = () => {
    if (center.checkValidity() && width.checkValidity()) choose(`${center.value},${width.value}`);
  };
  for (const input of [center, width]) input.addEventListener('change', apply);

  function reset(modality: string): void {
    own.hidden = true;
    const named = modality === 'CT' ? CT : [];
    const options = [['', 'Window: as stored'], ...named, [OWN, 'Other…']] as const;
    const chooseNamed = (value: string) => {
      own.hidden = value !== OWN;
      if (value === OWN) apply();
      else choose(value === '' ? undefined : value);
    };
    fill(element, select('Window', options, '', chooseNamed), own);
  }

  return { element, reset };
}

function numberInput(label: string, value: string): HTMLInputElement {
  const step = 'any';
  const least = label.endsWith('width') ? 1 : undefined;
  return el('input', {
    type: 'number',
    step,
    value,
    required: true,
    min: least,
    'aria-label': label,
    title: label,
  });
}
