import { el, fill } from './dom';
import { documentView } from './documents';
import { noticeList } from './notices';
import { askFrameCounts, stackOf } from './stack';
import type { State } from './state';
import type { ShownSeries, ShownStudy } from './study';
import { createThumbnails } from './thumbnails';
import { sopClassOf, studyTree, type Chosen } from './tree';
import { createViewer } from './viewer';

/** The tree of a study and what was chosen in it. */
export interface ImagesView {
  readonly element: HTMLElement;
  /** Shows the first series that has images, or the first there is. */
  start(): void;
  close(): void;
}

export function imagesView(state: State, study: ShownStudy): ImagesView {
  const { facts } = state;
  const thumbnails = createThumbnails();
  const viewer = createViewer();
  const documents = documentView(state);
  const told = el('div', { class: 'told' });
  const shown = el('div', { class: 'shown' });
  let current: ShownSeries | undefined;
  let controller = new AbortController();

  const isImage = (each: ShownSeries['instances'][number]) =>
    sopClassOf(facts, each).kind === 'image';

  function choose({ series, instance }: Chosen): void {
    const images = series.instances.filter(isImage);
    const other = instance ?? series.instances[0];
    if (instance !== undefined ? isImage(instance) : images.length > 0) {
      showImages(series);
      if (instance?.uid !== undefined) viewer.showInstance(instance.uid);
    } else if (other !== undefined) {
      viewer.pause();
      fill(shown, documents.element);
      documents.show(other, sopClassOf(facts, other));
    } else {
      fill(shown, el('p', { class: 'empty' }, 'The archive told of no instance of this series.'));
    }
  }

  function showImages(series: ShownSeries): void {
    fill(shown, viewer.element);
    if (current === series) return;
    current = series;
    controller.abort();
    controller = new AbortController();
    fill(told);
    if (study.uid === undefined || series.uid === undefined) return;
    const path = `dicom-web/studies/${study.uid}/series/${series.uid}`;
    const images = series.instances.filter(isImage);
    viewer.show(stackOf(path, images, new Map()), series.modality);
    askFrameCounts(path, controller.signal).then(
      (counts) => {
        if (current === series && [...counts.values()].some((count) => count > 1)) {
          viewer.show(stackOf(path, images, counts), series.modality, true);
        }
      },
      () => {
        if (current === series) fill(told, noticeList([UNKNOWN_FRAMES]));
      },
    );
  }

  const tree = studyTree(facts, study, thumbnails, choose);
  const side = el('nav', { class: 'side', 'aria-label': 'Study' }, tree);
  const element = el(
    'div',
    { class: 'images' },
    side,
    el('div', { class: 'shown-column' }, told, shown),
  );
  return {
    element,
    start() {
      if (!facts.images) {
        fill(shown, el('p', { class: 'empty' }, DIRECT));
        return;
      }
      const series = study.series.findIndex(({ instances }) => instances.some(isImage));
      const rows = tree.querySelectorAll<HTMLElement>(':scope > li > .tree-row');
      const row = rows[Math.max(0, series)];
      if (row === undefined) fill(shown, el('p', { class: 'empty' }, NO_SERIES));
      else row.click();
    },
    close() {
      controller.abort();
      thumbnails.clear();
      viewer.close();
      documents.close();
    },
  };
}

const NO_SERIES = 'The archive told of no series of this study.';

const DIRECT =
  'Images do not lead through this gateway (WADO_MODE=direct), so that the page cannot show them. The Resource tab has their URLs.';

const UNKNOWN_FRAMES = {
  severity: 'warning',
  code: '',
  words: 'How many frames the instances have could not be had; the first of each is shown.',
};
