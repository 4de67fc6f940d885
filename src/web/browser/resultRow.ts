import { el, plural } from './dom';
import type { PageFacts } from '../facts';
import type { State } from './state';
import { readableTime, type ShownStudy } from './study';
import type { Thumbnails } from './thumbnails';

/** One study among the results; its link opens it, in another tab too. */
export function resultRow(
  { facts }: State,
  study: ShownStudy,
  thumbnails: Thumbnails,
): HTMLElement {
  const { uid, modalities, patient, patientId, description, accession } = study;
  const drawn = facts.images && mayHavePictures(facts, modalities);
  const path = uid === undefined || !drawn ? undefined : `dicom-web/studies/${uid}`;
  const [modality = '?'] = modalities;
  return el(
    'li',
    {},
    el(
      'a',
      { class: 'result', href: `#ImagingStudy/${encodeURIComponent(study.id)}` },
      thumbnails.picture(path, modality),
      el(
        'span',
        { class: 'who' },
        el('b', {}, patient ?? 'Patient without a name'),
        el('span', { class: 'muted' }, patientId),
      ),
      el(
        'span',
        { class: 'what' },
        el('span', {}, description ?? 'No description'),
        el('span', { class: 'muted' }, accession && `Accession ${accession}`),
      ),
      el(
        'span',
        { class: 'badges' },
        ...modalities.map((each) => el('span', { class: 'badge' }, each)),
      ),
      el('time', {}, readableTime(study.started) || 'No date'),
      el('span', { class: 'counts muted' }, countsOf(study)),
    ),
  );
}

/** Of documents and reports alone nobody draws a thumbnail, and to ask costs the archive a call each. */
export function mayHavePictures({ modalities }: PageFacts, codes: readonly string[]): boolean {
  const without = (code: string) =>
    modalities.some((each) => each.code === code && !each.acquisition);
  return !codes.every(without) || codes.length === 0;
}

/** Counts as far as the archive tells them; an unknown count is not none. */
export function countsOf({ seriesCount, instanceCount }: ShownStudy): string {
  return [
    seriesCount === undefined ? 'series not counted' : plural(seriesCount, 'series', 'series'),
    instanceCount === undefined ? 'instances not counted' : plural(instanceCount, 'instance'),
  ].join(', ');
}
