import { modality } from '../../dicom/codes';
import { instanceCount, seriesCount, type Study } from '../../study/model';
import { distinct, type Members } from '../elements';
import { displayName } from '../names';
import { narrative, paragraph, table, title } from '../narrative';
import { bodySiteText } from './bodySite';
import { defectText } from './defects';
import { modalitiesOf, otherModalities } from './modalities';
import { dateTime } from './primitives';

/**
 * The text of an ImagingStudy: what it shows, of whom and when, and a sentence for every defect.
 *
 * @param fromExtensions whether some modality stands in an extension only
 */
export function studyNarrative(
  study: Study,
  fromExtensions = otherModalities(study).length > 0,
): Members {
  const rows = table([
    ['Patient', displayName(study.patient.name)],
    ['Date', dateTime(study.started)?.replace('T', ' ')],
    ['Modality', modalitiesOf(study).map(modalityText).join(', ')],
    ['Body site', bodySites(study)],
    ['Accession number', study.accession?.value],
    ['Referred by', displayName(study.referrer ?? study.requester)],
    ['Size', sizeText(study)],
  ]);
  const warnings = study.defects.map(defectText);
  return narrative(
    [title(study.description ?? 'Imaging study'), rows, ...warnings.map(paragraph)],
    warnings.length > 0 || fromExtensions,
  );
}

function modalityText(code: string): string {
  const display = modality(code)?.display;
  return display === undefined ? code : `${display} (${code})`;
}

function bodySites(study: Study): string {
  const texts = (study.series ?? []).map(bodySiteText);
  return distinct(texts.filter((text) => text !== undefined)).join(', ');
}

function sizeText(study: Study): string {
  return [
    counted(seriesCount(study), 'series', 'series'),
    counted(instanceCount(study), 'instance', 'instances'),
  ]
    .filter((text) => text !== undefined)
    .join(', ');
}

function counted(number: number | undefined, one: string, many: string): string | undefined {
  return number === undefined ? undefined : `${number} ${number === 1 ? one : many}`;
}
