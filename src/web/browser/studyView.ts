import type { ViewerFacts } from '../facts';
import { askJson } from './client';
import { curlOf } from './curl';
import { copyButton, el, fill, plural } from './dom';
import { imagesView, type ImagesView } from './imagesView';
import { failure } from './notices';
import { resourceView } from './resourceView';
import { countsOf } from './resultRow';
import { studyPath, type State } from './state';
import { readableTime, readStudy, type ShownStudy } from './study';
import { tabs } from './tabs';

/** One study: what it is, its images, and the resource. */
export interface StudyView {
  readonly element: HTMLElement;
  close(): void;
}

export function studyView(state: State, id: string): StudyView {
  const element = el(
    'main',
    { class: 'study', id: 'main' },
    el('p', { class: 'busy' }, 'Reading the study…'),
  );
  const controller = new AbortController();
  let images: ImagesView | undefined;

  async function load(): Promise<void> {
    try {
      const resource = await askJson(
        studyPath(state.release, id),
        state.release.json,
        controller.signal,
      );
      const study = readStudy(resource, id);
      images = imagesView(state, study);
      const made = images;
      const views = tabs([
        ['Images', () => made.element],
        ['Resource', () => resourceView(state, id)],
      ]);
      fill(element, heading(state, study), defects(study), views);
      made.start();
    } catch (error) {
      if (!controller.signal.aborted) {
        fill(element, back(), failure('The study could not be read', error));
      }
    }
  }

  void load();
  return {
    element,
    close() {
      controller.abort();
      images?.close();
    },
  };
}

function back(): HTMLElement {
  return el('a', { class: 'back', href: '#' }, '← Studies');
}

function heading(state: State, study: ShownStudy): HTMLElement {
  const { patient, patientId, description, accession, modalities } = study;
  const path = studyPath(state.release, study.id);
  const shown = [
    readableTime(study.started),
    accession && `Accession ${accession}`,
    countsOf(study),
  ].filter((each) => each !== undefined && each !== '');
  return el(
    'header',
    { class: 'study-head' },
    back(),
    el(
      'div',
      { class: 'study-title' },
      el(
        'h1',
        {},
        patient ?? 'Patient without a name',
        ' ',
        el('span', { class: 'muted' }, patientId),
      ),
      el(
        'p',
        {},
        el('b', {}, description ?? 'No description'),
        ...modalities.map((each) => el('span', { class: 'badge' }, each)),
      ),
      el('p', { class: 'muted' }, shown.join(' · ')),
    ),
    el(
      'div',
      { class: 'actions' },
      ...state.facts.viewers.flatMap((viewer) => viewerLink(viewer, study)),
      copyButton('Copy as curl', () => curlOf(path, state.release.json)),
    ),
  );
}

/** A configured viewer; the URL holds the study's UID and never a token. */
function viewerLink({ name, url }: ViewerFacts, { uid }: ShownStudy): HTMLElement[] {
  if (uid === undefined) return [];
  const href = url.replaceAll('{study}', encodeURIComponent(uid));
  return [
    el(
      'a',
      { class: 'button', href, target: '_blank', rel: 'noopener noreferrer' },
      `Open in ${name}`,
    ),
  ];
}

/** A study that may mislead says so above everything else. */
function defects({ defects: all, series, instanceCount }: ShownStudy): HTMLElement | undefined {
  const came = series.reduce((sum, { instances }) => sum + instances.length, 0);
  const part =
    instanceCount !== undefined && instanceCount !== came
      ? [
          `The archive counts ${plural(instanceCount, 'instance')}, and ${came.toLocaleString('en')} came: what is shown is a part.`,
        ]
      : [];
  const words = [...part, ...all.map((defect) => `The gateway warns of this study: ${defect}.`)];
  if (words.length === 0) return undefined;
  return el(
    'ul',
    { class: 'notices', role: 'status' },
    ...words.map((each) =>
      el('li', { class: 'notice warning' }, el('b', {}, 'warning'), ' ', each),
    ),
  );
}
